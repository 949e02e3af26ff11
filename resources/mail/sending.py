"""Sending at most once: claim in the ledger, deliver, record; and what an earlier run left unfinished.

It goes in groups: one transaction makes the intents of a group durable, then its messages go out over the
mailer's connections, then one transaction records what became of them. A run that is killed leaves at most
two groups of intents, and never a message without one.
"""

import time
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor

from resources.mail.groups import Group, Send, Sending
from resources.mail.mailer import Envelope, Mailer
from resources.mail.results import NotSent, Sent
from resources.store.entries import Intent
from resources.store.ledger import SendLedger
from resources.store.send_checks import Check

__all__ = ["NotSent", "Send", "Sent", "send_all", "send_once"]

# Groups of so many times what the mailer has on the wire at once: larger ones save commits, and leave more
# unknown when a run is killed. Measured with 2, 3 and 4: 0.89, 0.72 and 0.63 ms of CPU a message
# (`python -m benchmarks.sending`).
_ROUNDS = 3
# How long a run waits for its rate limits, in seconds. Hours and consent were decided as of the run's clock.
_PATIENCE = 900.0


def send_once(
    ledger: SendLedger,
    mailer: Mailer,
    intent: Intent,
    also: Sequence[Check],
    build: Callable[[], Envelope],
) -> Sent | NotSent:
    """`send_all` of one."""
    return send_all(ledger, mailer, [Send(intent, tuple(also), build)])[0]


def send_all(
    ledger: SendLedger,
    mailer: Mailer,
    sends: Sequence[Send],
    sleep: Callable[[float], None] = time.sleep,
) -> list[Sent | NotSent]:
    """Send each, in order, unless it was sent or is not allowed. One answer for each.

    A message leaves only under an intent that is already durable. An intent left by a run that ended is
    resolved by asking the mailer; where the mailer cannot tell, it stays unknown and is not sent again.
    """
    sending = Sending(ledger, mailer, sends)
    with ThreadPoolExecutor(max_workers=1, thread_name_prefix="wire") as wire:
        if ledger.limits.limited:
            _at_the_rate(sending, wire, sleep)
        else:
            _as_fast_as_it_goes(sending, wire)
    return [sending.results[number] for number in range(len(sends))]


def _as_fast_as_it_goes(sending: Sending, wire: ThreadPoolExecutor) -> None:
    """While one group is on the wire, the one before is recorded and the next is claimed."""
    under_way: deque[Group] = deque()
    while sending.waiting or under_way:
        done = under_way.popleft() if len(under_way) == 2 or not sending.waiting else None
        try:
            group = sending.turn(done, _ROUNDS * sending.mailer.at_once)
        except Exception:  # the store is gone; what was sent is recorded if it can be
            for left in (done, *under_way):
                sending.finish(left)
            raise
        if group.envelopes or group.outcomes:
            group.start(wire, sending.mailer)
            under_way.append(group)


def _at_the_rate(sending: Sending, wire: ThreadPoolExecutor, sleep: Callable[[float], None]) -> None:
    """A slot is taken with the intent, so every message of a group goes out at once, and none waits."""
    patience = _PATIENCE
    while sending.waiting:
        group = sending.turn(None, sending.mailer.at_once)
        group.start(wire, sending.mailer)
        sending.finish(group)
        if group.wait is None:
            continue
        if group.wait > patience:
            sending.give_up(f"the rate limit has no room within {_PATIENCE:.0f} s; the next run goes on")
            return
        sleep(group.wait)
        patience -= group.wait
