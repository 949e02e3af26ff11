"""The recipient as the Sender's rules read it: a contact, and what the ledger holds for it."""

from typing import Any

from resources.crm import Contact
from resources.store.entries import Entry
from specialists.sender.schema import Earlier, Recipient


def recipient_of(contact: Contact, **more: Any) -> Recipient:
    return Recipient(
        address=contact.email,
        consent=contact.consent,
        country=contact.country,
        timezone=contact.timezone,
        **more,
    )


def earlier_of(entry: Entry, own: bool, *, found: bool) -> Earlier:
    return Earlier(
        own=own,
        state=entry.state,
        record_id=entry.record_id,
        partition=entry.partition,
        message_id=entry.message_id,
        intent_at=entry.intent_at,
        sent_at=entry.sent_at,
        detail=entry.detail,
        decided_by=entry.decided_by,
        usage=entry.usage,
        found=found,
    )
