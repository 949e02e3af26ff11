"""One group of sends at a time: claimed and built, then on the wire, then recorded."""

from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
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


@dataclass
class Group:
    """The sends of one transaction that were granted, by number. `wait`: seconds, where the rate let none."""

    envelopes: dict[int, Envelope]
    outcomes: dict[int, SendOutcome]
    wait: float | None
    deliveries: "Future[list[Delivery]] | None" = None

    def start(self, wire: ThreadPoolExecutor, mailer: Mailer) -> None:
        if self.envelopes:
            self.deliveries = wire.submit(mailer.deliver_all, list(self.envelopes.values()))


class Sending:
    """The sends of one call: which are `waiting`, and what became of the others, by their number."""

    def __init__(self, ledger: SendLedger, mailer: Mailer, sends: Sequence[Send]) -> None:
        self._ledger, self.mailer, self._sends = ledger, mailer, sends
        self.waiting = deque(range(len(sends)))
        self.results: dict[int, Sent | NotSent] = {}

    def claimed(self, size: int) -> Group:
        """Claim the next sends, and build the messages of those that were granted.

        What must be asked for again is put back among the waiting.
        """
        numbers = [self.waiting.popleft() for _ in range(min(size, len(self.waiting)))]
        claims = self._claims(numbers)
        waits = [claim.seconds for claim in claims.values() if isinstance(claim, Wait)]
        granted = [number for number in numbers if isinstance(claims[number], Claimed)]
        group = Group({}, {}, min(waits) if waits and not granted else None)
        for number, claim in claims.items():
            if isinstance(claim, Claimed):
                self._build(number, group)
            elif claim is None or isinstance(claim, Wait):
                self.waiting.append(number)
            else:
                self.results[number] = _standing(claim)
        return group

    def finish(self, group: Group | None) -> None:
        """Wait for a group's deliveries and record what became of it."""
        if group is None:
            return
        deliveries = group.deliveries.result() if group.deliveries is not None else []
        for number, delivery in zip(group.envelopes, deliveries, strict=True):
            group.outcomes[number] = _outcome(self._sends[number].intent, delivery)
        entries = self._ledger.record_all(list(group.outcomes.values()))
        for number, entry in zip(group.outcomes, entries, strict=True):
            self.results[number] = _result(group.outcomes[number], entry)

    def give_up(self, why: str) -> None:
        """Leave what is still waiting to the next run."""
        for number in self.waiting:
            self.results[number] = NotSent(why, for_good=False)

    def _build(self, number: int, group: Group) -> None:
        send = self._sends[number]
        try:
            group.envelopes[number] = send.build()
        except Exception as error:  # one that cannot be built must not leave its group's intents open
            group.outcomes[number] = SendOutcome(send.intent.key, "cancelled", detail=str(error))

    def _claims(self, numbers: Sequence[int]) -> dict[int, Claim | None]:
        """None: it was left by an earlier run, surely never went out, and is to be claimed again."""
        requests = [Request(self._sends[number].intent, self._sends[number].also) for number in numbers]
        claims = dict(zip(numbers, self._ledger.claim_all(requests), strict=True))
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
        match self.mailer.find(entry.message_id):
            case Found():
                return AlreadySent(self._ledger.record(entry.key, "sent", sent_at=entry.intent_at))
            case Absent():
                self._ledger.record(
                    entry.key, "cancelled", detail="an earlier run ended before it was delivered"
                )
                return None
            case CannotTell(why):
                return Pending(self._ledger.record(entry.key, "unknown", detail=why))


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
        case "cancelled":
            return NotSent(f"the message cannot be built: {outcome.detail}", for_good=False)
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
