"""What a send must never do, checked on the record, its contact, and the whole partition."""

from collections.abc import Iterable, Mapping

from resources.business_hours import PlaceUnknown, place_of
from resources.contact_key import contact_key
from specialists.grading import CohortGrader, Facts, RecordGrader, differing
from specialists.records import Row
from specialists.sender.policy import policy
from specialists.sender.schema import Makes, Reads


def opted_in(record: Reads, output: Makes, facts: Facts) -> str | None:
    if facts.contact is None:
        return "there is no contact to have opted in"
    consent = facts.contact.consent
    return None if consent == "opted_in" else f"the contact's consent is {consent}"


def within_business_hours(record: Reads, output: Makes, facts: Facts) -> str | None:
    if facts.contact is None:
        return "there is no contact whose hours are known"
    try:
        place = place_of(facts.contact.timezone, facts.contact.country, output.sent_at)
        opens = policy().hours().next_open(output.sent_at, place)
    except PlaceUnknown as error:
        return str(error)
    local = output.sent_at.astimezone(place.zone)
    return (
        None if opens == output.sent_at else f"{local.isoformat()} is outside the recipient's business hours"
    )


def stops_on_bounce_or_unsubscribe(record: Reads, output: Makes, facts: Facts) -> str | None:
    found = record.recipient.suppressed
    if found is None or found.at > output.sent_at:
        return None
    return f"the contact was suppressed ({found.reason}) at {found.at.isoformat()}, before the send"


def no_duplicate_sends(rows: Iterable[Row], facts: Mapping[str, Facts]) -> Mapping[str, str]:
    """One send per contact, and one per Message-ID, in a partition. Names every record of a repeated send."""

    def contact_of(row: Row) -> str | None:
        contact = facts[row["record_id"]].contact
        return contact_key(contact.email) if contact is not None and contact.email else None

    found: dict[str, str] = {}
    for what, alike in (("Message-ID", lambda row: row["message_id"]), ("contact", contact_of)):
        for group in differing(rows, alike, lambda row: row["record_id"]):
            found.update({row["record_id"]: f"{len(group)} sends have the same {what}" for row in group})
    return found


RECORD_GRADERS: dict[str, RecordGrader] = {
    "opted_in": opted_in,
    "within_business_hours": within_business_hours,
    "stops_on_bounce_or_unsubscribe": stops_on_bounce_or_unsubscribe,
}
COHORT_GRADERS: dict[str, CohortGrader] = {"no_duplicate_sends": no_duplicate_sends}
