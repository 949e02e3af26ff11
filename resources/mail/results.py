"""What a send came to, as whoever asked for it is told; and how deliveries and claims translate into it."""

from dataclasses import dataclass
from datetime import datetime

from resources.mail.mailer import Deferred, Delivered, Delivery, Failed, Unknown
from resources.store.entries import (
    AlreadySent,
    Claim,
    Duplicate,
    Entry,
    Intent,
    Pending,
    Refused,
    SendOutcome,
    duplicate_reason,
)

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


def outcome_of(intent: Intent, delivery: Delivery) -> SendOutcome:
    match delivery:
        case Delivered():
            return SendOutcome(intent.key, "sent", sent_at=intent.at)
        case Deferred(why, refused):
            return SendOutcome(intent.key, "deferred", detail=why, refused=refused)
        case Failed(why):
            return SendOutcome(intent.key, "failed", detail=why)
        case Unknown(why):
            return SendOutcome(intent.key, "unknown", detail=why)


def result_of(outcome: SendOutcome, entry: Entry) -> Sent | NotSent:
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


def standing_of(claim: Claim) -> Sent | NotSent:
    """What a claim that was not granted means."""
    match claim:
        case AlreadySent(entry):
            return Sent(entry)
        case Duplicate(entry):
            why = duplicate_reason(entry.record_id, entry.partition)
            return NotSent(why, for_good=True, duplicate=True)
        case Refused(why, for_good):
            return NotSent(why, for_good)
        case Pending(entry) if entry.state == "intent":
            return NotSent("another run is about to send it; the next run tells", for_good=False)
        case _:
            return NotSent(_UNKNOWN, for_good=False)
