"""Sending at most once: claim in the ledger, deliver, record; and what an earlier run left unfinished.

It goes in groups: one transaction makes the intents of a group durable, then its messages go out over the
mailer's connections, then one transaction records what became of them. A run that is killed leaves at most
two groups of intents, and never a message without one.
"""

import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor

from resources.mail.groups import Send, Sending
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


class Patience:
    """How many seconds a run may still wait for its rate limits, over all its calls of `send_all`."""

    def __init__(self) -> None:
        self.left = _PATIENCE


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
    patience: Patience | None = None,
) -> list[Sent | NotSent]:
    """Send each, in order, unless it was sent or is not allowed. One answer for each.

    A message leaves only under an intent that is already durable. An intent left by a run that ended is
    resolved by asking the mailer; where the mailer cannot tell, it stays unknown and is not sent again.
    """
    sending = Sending(ledger, mailer, sends)
    try:
        with ThreadPoolExecutor(max_workers=1, thread_name_prefix="wire") as wire:
            if ledger.limits.limited:
                _at_the_rate(sending, wire, sleep, patience or Patience())
            else:
                _as_fast_as_it_goes(sending, wire)
    except BaseException:  # interrupted, or the store is gone: what was sent is recorded if it can be
        sending.finish()
        raise
    mailer.settled()
    return [sending.results[number] for number in range(len(sends))]


def _as_fast_as_it_goes(sending: Sending, wire: ThreadPoolExecutor) -> None:
    """While one group is on the wire, the one before is recorded and the next is claimed."""
    under_way = sending.under_way
    while sending.waiting or under_way:
        done = under_way[0] if len(under_way) == 2 or not sending.waiting else None
        group = sending.turn(done, _ROUNDS * sending.mailer.at_once)
        if done is not None:
            under_way.popleft()
        sending.start(group, wire)


def _at_the_rate(
    sending: Sending, wire: ThreadPoolExecutor, sleep: Callable[[float], None], patience: Patience
) -> None:
    """A slot is taken with the intent, so every message of a group goes out at once, and none waits."""
    while sending.waiting:
        group = sending.turn(None, sending.mailer.at_once)
        sending.start(group, wire)
        sending.finish()
        if group.wait is None:
            continue
        if group.wait > patience.left:
            sending.give_up(f"the rate limit has no room within {_PATIENCE:.0f} s; the next run goes on")
            return
        sleep(group.wait)
        patience.left -= group.wait
