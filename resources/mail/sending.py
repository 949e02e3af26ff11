"""Sending at most once: claim in the ledger, deliver, record; and what an earlier run left unfinished."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

from resources.mail.mailer import (
    Absent,
    CannotTell,
    Deferred,
    Delivered,
    Envelope,
    Failed,
    Found,
    Mailer,
    Unknown,
)
from resources.mail.message import MessageError
from resources.store.entries import (
    AlreadySent,
    Claim,
    Claimed,
    Duplicate,
    Entry,
    Intent,
    Pending,
    Refused,
    duplicate_reason,
)
from resources.store.ledger import SendLedger
from resources.store.send_checks import Check

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


def send_once(
    ledger: SendLedger,
    mailer: Mailer,
    intent: Intent,
    also: Iterable[Check],
    build: Callable[[], Envelope],
) -> Sent | NotSent:
    """Send what `build` makes, unless it was sent or is not allowed. `build` may raise MessageError.

    The message leaves only under an intent that is already durable. An intent left by a run that ended
    is resolved by asking the mailer; where the mailer cannot tell, it stays unknown and is not sent again.
    """
    checks = tuple(also)
    claim = ledger.claim(intent, checks)
    if isinstance(claim, Pending) and claim.entry.state == "intent":
        claim = _resolved(ledger, mailer, claim.entry) or ledger.claim(intent, checks)
    match claim:
        case Claimed():
            return _deliver(ledger, mailer, intent, build)
        case AlreadySent(entry):
            return _sent(entry)
        case Duplicate(entry):
            why = duplicate_reason(entry.record_id, entry.partition)
            return NotSent(why, for_good=True, duplicate=True)
        case Refused(why, for_good):
            return NotSent(why, for_good)
        case Pending():
            return NotSent(_UNKNOWN, for_good=False)


def _resolved(ledger: SendLedger, mailer: Mailer, entry: Entry) -> Claim | None:
    """What became of an intent whose run ended; None where it surely never left and may be claimed again."""
    match mailer.find(entry.message_id):
        case Found():
            return AlreadySent(ledger.record(entry.key, "sent", sent_at=entry.intent_at))
        case Absent():
            ledger.record(entry.key, "cancelled", detail="an earlier run ended before it was delivered")
            return None
        case CannotTell(why):
            return Pending(ledger.record(entry.key, "unknown", detail=why))


def _deliver(
    ledger: SendLedger, mailer: Mailer, intent: Intent, build: Callable[[], Envelope]
) -> Sent | NotSent:
    try:
        envelope = build()
    except MessageError as error:
        ledger.record(intent.key, "cancelled", detail=str(error))
        return NotSent(f"the message cannot be built: {error}", for_good=False)
    match mailer.deliver(envelope):
        case Delivered():
            return _sent(ledger.record(intent.key, "sent", sent_at=intent.at))
        case Deferred(why):
            ledger.record(intent.key, "deferred", detail=why)
            return NotSent(f"deferred: {why}", for_good=False)
        case Failed(why):
            ledger.record(intent.key, "failed", detail=why)
            return NotSent(f"delivery failed for good: {why}", for_good=False)
        case Unknown(why):
            ledger.record(intent.key, "unknown", detail=why)
            return NotSent(_UNKNOWN, for_good=False)


def _sent(entry: Entry) -> Sent:
    return Sent(entry)
