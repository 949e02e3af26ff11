"""Sending at most once: claim in the ledger, deliver, record; and what an earlier run left unfinished.

It goes in groups: one transaction makes the intents of a group durable, then its messages go out over the
mailer's connections, then one transaction records what became of them. A run that is killed leaves at most
one group of intents, and never a message without one.
"""

import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from resources.mail.mailer import (
    Absent,
    CannotTell,
    Deferred,
    Delivered,
    Delivery,
    Envelope,
    Failed,
    Found,
    Mailer,
    Unknown,
)
from resources.store.entries import (
    AlreadySent,
    Claim,
    Claimed,
    Duplicate,
    Entry,
    Intent,
    Pending,
    Refused,
    SendOutcome,
    Wait,
    duplicate_reason,
)
from resources.store.ledger import SendLedger
from resources.store.send_checks import Check, Request

_UNKNOWN = "unknown: it may have been sent; reconcile it before it is tried again"
# Groups of so many times what the mailer has on the wire at once: larger ones save commits, and leave more
# unknown when a run is killed.
_ROUNDS = 4
# How long a run waits for its rate limits, in seconds. Hours and consent were decided as of the run's clock.
PATIENCE = 900.0


@dataclass(frozen=True, slots=True)
class Sent:
    """It is out, now or since an earlier run: `entry` tells when, and who decided it."""

    entry: Entry

    @property
    def at(self) -> datetime:
        """When its intent was written, by the decision clock, in UTC."""
        return self.entry.sent_at or self.entry.intent_at


@dataclass(frozen=True, slots=True)
class NotSent:
    """`for_good`: no later run may send it. Otherwise a person, or a later run, may."""

    why: str
    for_good: bool
    duplicate: bool = False


@dataclass(frozen=True, slots=True)
class Send:
    """One send: its intent, the caller's conditions, and its message: built once the intent is durable."""

    intent: Intent
    also: tuple[Check, ...]
    build: Callable[[], Envelope]


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
    # Under a rate limit every message of a group must go out at once: its slot is taken with its intent.
    size = mailer.at_once * (1 if ledger.limits.limited else _ROUNDS)
    sending = _Sending(ledger, mailer, sends)
    waiting, patience = deque(range(len(sends))), PATIENCE
    while waiting:
        group = [waiting.popleft() for _ in range(min(size, len(waiting)))]
        wait = sending.group(group, waiting)
        if wait is not None:
            if wait > patience:
                sending.give_up(waiting)
                break
            sleep(wait)
            patience -= wait
    return [sending.results[number] for number in range(len(sends))]


class _Sending:
    """The sends of one call, and what became of them so far, by their number."""

    def __init__(self, ledger: SendLedger, mailer: Mailer, sends: Sequence[Send]) -> None:
        self._ledger, self._mailer, self._sends = ledger, mailer, sends
        self.results: dict[int, Sent | NotSent] = {}

    def group(self, group: Sequence[int], waiting: deque[int]) -> float | None:
        """Send one group. What must be asked for again is put back in `waiting`.

        Returns how many seconds to wait first, where nothing could go out for the rate limits.
        """
        claims = self._claims(group)
        claimed = [number for number in group if isinstance(claims[number], Claimed)]
        waits = [claim.seconds for claim in claims.values() if isinstance(claim, Wait)]
        for number, claim in claims.items():
            if claim is None or isinstance(claim, Wait):
                waiting.append(number)
            elif not isinstance(claim, Claimed):
                self.results[number] = _standing(claim)
        self._deliver(claimed)
        return min(waits) if waits and not claimed else None

    def give_up(self, numbers: Sequence[int] | deque[int]) -> None:
        why = f"the rate limit has no room within {PATIENCE:.0f} seconds; the next run goes on"
        for number in numbers:
            self.results[number] = NotSent(why, for_good=False)

    def _claims(self, group: Sequence[int]) -> dict[int, Claim | None]:
        """None: it was left by an earlier run, surely never went out, and is to be claimed again."""
        requests = [Request(self._sends[number].intent, self._sends[number].also) for number in group]
        claims = dict(zip(group, self._ledger.claim_all(requests), strict=True))
        return {
            number: self._resolved(claim.entry)
            if isinstance(claim, Pending) and claim.entry.state == "intent" and not self._own(claim, claims)
            else claim
            for number, claim in claims.items()
        }

    @staticmethod
    def _own(claim: Pending, claims: dict[int, Claim]) -> bool:
        """Whether it is this very group that is about to send it: the same record stands twice in it."""
        return any(
            isinstance(other, Claimed) and other.entry.key == claim.entry.key for other in claims.values()
        )

    def _resolved(self, entry: Entry) -> Claim | None:
        """What became of an intent whose run ended; None where it surely never left."""
        match self._mailer.find(entry.message_id):
            case Found():
                return AlreadySent(self._ledger.record(entry.key, "sent", sent_at=entry.intent_at))
            case Absent():
                self._ledger.record(
                    entry.key, "cancelled", detail="an earlier run ended before it was delivered"
                )
                return None
            case CannotTell(why):
                return Pending(self._ledger.record(entry.key, "unknown", detail=why))

    def _deliver(self, claimed: Sequence[int]) -> None:
        outcomes: dict[int, SendOutcome] = {}
        envelopes: dict[int, Envelope] = {}
        for number in claimed:
            send = self._sends[number]
            try:
                envelopes[number] = send.build()
            except Exception as error:  # one that cannot be built must not leave its group's intents open
                outcomes[number] = SendOutcome(send.intent.key, "cancelled", detail=str(error))
                self.results[number] = NotSent(f"the message cannot be built: {error}", for_good=False)
        deliveries = self._mailer.deliver_all(list(envelopes.values()))
        for number, delivery in zip(envelopes, deliveries, strict=True):
            outcomes[number] = _outcome(self._sends[number].intent, delivery)
        entries = self._ledger.record_all(list(outcomes.values()))
        for number, entry in zip(outcomes, entries, strict=True):
            if number not in self.results:
                self.results[number] = _result(outcomes[number], entry)


def _outcome(intent: Intent, delivery: Delivery) -> SendOutcome:
    match delivery:
        case Delivered():
            return SendOutcome(intent.key, "sent", sent_at=intent.at)
        case Deferred(why, refused):
            return SendOutcome(intent.key, "deferred", detail=why, refused=refused)
        case Failed(why):
            return SendOutcome(intent.key, "failed", detail=why)
        case Unknown(why):
            return SendOutcome(intent.key, "unknown", detail=why)


def _result(outcome: SendOutcome, entry: Entry) -> Sent | NotSent:
    match outcome.state:
        case "sent":
            return Sent(entry)
        case "deferred":
            return NotSent(f"deferred: {outcome.detail}", for_good=False)
        case "failed":
            return NotSent(f"delivery failed for good: {outcome.detail}", for_good=False)
        case _:
            return NotSent(_UNKNOWN, for_good=False)


def _standing(claim: Claim) -> Sent | NotSent:
    """What a claim that was not granted means."""
    match claim:
        case AlreadySent(entry):
            return Sent(entry)
        case Duplicate(entry):
            why = duplicate_reason(entry.record_id, entry.partition)
            return NotSent(why, for_good=True, duplicate=True)
        case Refused(why, for_good):
            return NotSent(why, for_good)
        case _:
            return NotSent(_UNKNOWN, for_good=False)
