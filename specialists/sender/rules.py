"""Who may be written to, and when. Judgement comes last and can only say no."""

import re

from resources.business_hours import PlaceUnknown, place_of
from resources.store.entries import duplicate_reason
from specialists.decisions import Decided, Decision, Hold, NeedsJudgement, Provenance, Rule, Skip
from specialists.sender.policy import policy
from specialists.sender.schema import Judges, Makes, Reads


def already_sent(record: Reads) -> Decision | None:
    """What was sent stays sent, whatever has changed since: a second run makes the same row."""
    earlier = record.recipient.earlier
    if earlier is None or not earlier.own or not (earlier.state == "sent" or earlier.found):
        return None
    made = Makes(message_id=earlier.message_id, sent_at=earlier.sent_at or earlier.intent_at)
    return Decided(made, Provenance(earlier.decided_by, earlier.usage))


def no_contact(record: Reads) -> Decision | None:
    return Skip("no contact") if not (record.recipient.address or "").strip() else None


def invalid_address(record: Reads) -> Decision | None:
    invalid = record.recipient.invalid
    return Skip(f"invalid address: {invalid}") if invalid else None


def consent(record: Reads) -> Decision | None:
    """Only a recorded yes is a yes."""
    match record.recipient.consent:
        case "opted_in":
            return None
        case "opted_out":
            return Skip("opted out")
        case _:
            return Skip("no consent")


def suppressed(record: Reads) -> Decision | None:
    found = record.recipient.suppressed
    return Skip(f"suppressed: {found.reason}") if found else None


def duplicate(record: Reads) -> Decision | None:
    earlier = record.recipient.earlier
    if earlier is None or earlier.own or earlier.state == "cancelled":
        return None
    return Skip(duplicate_reason(earlier.record_id, earlier.partition))


def unresolved(record: Reads) -> Decision | None:
    """An own earlier attempt that nobody may repeat until a person has looked."""
    earlier = record.recipient.earlier
    if earlier is None or not earlier.own or earlier.state not in ("unknown", "failed"):
        return None
    if earlier.state == "failed":
        return Hold(f"delivery failed for good: {earlier.detail}")
    return Hold("unknown: it may have been sent; reconcile it before it is tried again")


def send_gate(record: Reads) -> Decision | None:
    """Every blocking grader must have passed on the very draft that was read; silence does not pass."""
    if not record.draft_verdicts:
        return Hold("send gate: the draft was not graded")
    failed = [verdict for verdict in record.draft_verdicts if not verdict.passed]
    return Hold("send gate: " + "; ".join(f"{v.grader}: {v.reason}" for v in failed)) if failed else None


def business_hours(record: Reads) -> Decision | None:
    """Held until the recipient's next business hour; where that cannot be known, a person must look."""
    recipient = record.recipient
    try:
        place = place_of(recipient.timezone, recipient.country, record.at)
        opens = policy().hours().next_open(record.at, place)
    except PlaceUnknown as error:
        return Hold(str(error))
    if opens == record.at:
        return None
    return Hold(f"until {opens.isoformat()}: outside business hours in {place.zone.key} ({place.country})")


def permitted(record: Reads) -> Decision | None:
    """Nothing stands against it, and the lead wrote nothing that has to be understood first."""
    words = " ".join(re.findall(r"\w+", (record.message or "").casefold()))
    if words not in policy().says_nothing or _has_symbols(record.message or ""):
        return None
    return _send(record)


def free_text(record: Reads) -> Decision | None:
    return NeedsJudgement("the lead wrote free text")


RULES: tuple[Rule, ...] = (
    already_sent,
    no_contact,
    invalid_address,
    consent,
    suppressed,
    duplicate,
    unresolved,
    send_gate,
    business_hours,
    permitted,
    free_text,
)


def settle(record: Reads, judged: Judges) -> Decision:
    """A veto, or what the rules would have done without the free text. Nothing else can come of it."""
    if judged.label == "objection":
        return Hold("judgement vetoes: what the lead wrote stands against writing now")
    return _send(record)


def _send(record: Reads) -> Decision:
    message_id = record.recipient.message_id
    if message_id is None:
        return Hold("there is no Message-ID for this recipient")
    return Decided(Makes(message_id=message_id, sent_at=record.at))


def _has_symbols(text: str) -> bool:
    """Signs that may mean something of their own (a crossed-out phone, a thumb down), unlike punctuation."""
    return any(not (character.isascii() or character.isalnum()) for character in text)
