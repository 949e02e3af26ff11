"""What the Sender can reach: the contact, the gate, the lead's words, the ledger, and the mailer."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from functools import partial
from typing import Any

from sqlalchemy import Connection

from resources.campaign import Campaign
from resources.contact_key import InvalidAddress, contact_key, deliverable_address
from resources.crm import Contact, Contacts, CrmReader
from resources.mail.mailer import Envelope, Found, Mailer
from resources.mail.message import MessageError, Plan, build_message
from resources.mail.sending import Sent, send_once
from resources.store.entries import Entry, Intent, Refused, SendKey
from resources.store.ledger import SendLedger
from resources.store.send_checks import Check
from resources.store.suppressions import Suppressions
from specialists.decisions import Decided, Decision, Hold, Provenance, Skip
from specialists.grading import Verdict
from specialists.placeholders import UnknownPlaceholder, render
from specialists.records import Row, digest
from specialists.sender.rules import business_hours
from specialists.sender.schema import Earlier, Makes, Reads, Recipient, Suppressed
from specialists.tools import Toolbox, read, write

Gate = Callable[[Row], Sequence[Verdict]]


class Tools(Toolbox):
    """Built with one cohort's contacts and profiles, one workforce's ledger, and the only mailer."""

    def __init__(
        self,
        campaign: Campaign,
        contacts: Contacts,
        crm: CrmReader,
        ledger: SendLedger,
        suppressions: Suppressions,
        mailer: Mailer,
        gate: Gate,
    ) -> None:
        self._campaign, self._contacts, self._crm = campaign, contacts, crm
        self._ledger, self._suppressions = ledger, suppressions
        self._mailer, self._gate = mailer, gate

    @read("recipient", rules_only=True)
    def look_up_recipient(self, row: Mapping[str, Any]) -> Recipient:
        """The lead's contact, whether it is suppressed, and what the ledger holds for it."""
        contact = self._contacts.contact(row["record_id"])
        if contact is None or not (contact.email or "").strip():
            return Recipient(address=None, consent=contact.consent if contact else "unknown")
        try:
            deliverable_address(contact.email or "")
            normalised = contact_key(contact.email or "")
        except InvalidAddress as error:
            return _recipient(contact, invalid=str(error))
        key = self._ledger.key(self._campaign.id, self._campaign.step, normalised)
        found = self._suppressions.find(normalised)
        return _recipient(
            contact,
            message_id=key.message_id(self._domain()),
            suppressed=Suppressed(reason=found.reason, at=found.at) if found else None,
            earlier=self._earlier(key, row["record_id"], row["partition"]),
        )

    @read("draft_verdicts", rules_only=True)
    def check_draft(self, row: Mapping[str, Any]) -> list[dict[str, Any]]:
        """The send gate: the Writer's blocking graders, run again on this very draft."""
        return [{"grader": v.grader, "passed": v.passed, "reason": v.reason} for v in self._gate(row)]

    @read("message")
    def read_message(self, row: Mapping[str, Any]) -> str | None:
        """What the lead wrote, without contact details."""
        return self._crm.profile(row["record_id"]).message

    @write()
    def log_activity(self, output: Makes) -> Makes:
        """The send as it is kept: Message-ID and time, no contact details."""
        return output

    @write(acts=True)
    def send_email(self, record: Reads, output: Makes, provenance: Provenance) -> Decision:
        """Send the draft to the record's own contact, at most once, after an intent in the ledger."""
        contact = self._contacts.contact(record.record_id)
        if contact is None or contact.email is None:
            return Skip("no contact")
        intent = self._intent(record, contact.email, provenance)
        build = partial(self._envelope, record, contact, intent)
        outcome = send_once(self._ledger, self._mailer, intent, _conditions(record, contact), build)
        if isinstance(outcome, Sent):
            entry = outcome.entry
            made = Makes(message_id=entry.message_id, sent_at=outcome.at)
            return Decided(made, Provenance(entry.decided_by, entry.usage))
        by = "rule:duplicate" if outcome.duplicate else None
        return Skip(outcome.why, by) if outcome.for_good else Hold(outcome.why)

    def _intent(self, record: Reads, address: str, provenance: Provenance) -> Intent:
        key = self._ledger.key(self._campaign.id, self._campaign.step, contact_key(address))
        draft = record.model_dump(mode="json", include={"subject", "body", "draft_verdicts"})
        return Intent(
            key,
            record.record_id,
            record.partition,
            key.message_id(self._domain()),
            digest(draft),
            record.at,
            provenance.decided_by,
            provenance.usage,
        )

    def _envelope(self, record: Reads, contact: Contact, intent: Intent) -> Envelope:
        def rendered(text: str | None) -> str:
            try:
                return render(text or "", self._campaign, contact, record.company)
            except UnknownPlaceholder as error:
                raise MessageError(str(error)) from None

        recipient = deliverable_address(contact.email or "")
        plan = Plan(
            sender=self._campaign.sender,
            recipient=recipient,
            subject=rendered(record.subject),
            body=rendered(record.body),
            message_id=intent.message_id,
            key=intent.key.digest,
            at=intent.at,
        )
        return Envelope(intent.message_id, plan.sender.email, recipient, build_message(plan))

    def _earlier(self, key: SendKey, record_id: str, partition: date) -> Earlier | None:
        entry = self._ledger.find(key)
        if entry is None:
            return None
        own = entry.belongs_to(record_id, partition)
        return _earlier(entry, own, found=own and entry.state == "intent" and self._went_out(entry))

    def _went_out(self, entry: Entry) -> bool:
        return isinstance(self._mailer.find(entry.message_id), Found)

    def _domain(self) -> str:
        return self._campaign.sender.email.rpartition("@")[2]


def _conditions(record: Reads, contact: Contact) -> tuple[Check, ...]:
    """The rules that no earlier decision may have overtaken, asked again as the intent is written."""

    def consents(connection: Connection, intent: Intent) -> Refused | None:
        return None if contact.consent == "opted_in" else Refused("no consent", for_good=True)

    def within_hours(connection: Connection, intent: Intent) -> Refused | None:
        held = business_hours(record)
        return Refused(held.why, for_good=False) if isinstance(held, Hold) else None

    return consents, within_hours


def _recipient(contact: Contact, **more: Any) -> Recipient:
    return Recipient(
        address=contact.email,
        consent=contact.consent,
        country=contact.country,
        timezone=contact.timezone,
        **more,
    )


def _earlier(entry: Entry, own: bool, *, found: bool) -> Earlier:
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
