"""What the Sender can reach: the contact, the gate, the lead's words, the ledger, and the mailer."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from functools import partial
from typing import Any

from sqlalchemy import Connection

from resources.campaign import Campaign
from resources.contact_key import InvalidAddress, contact_key, deliverable_address
from resources.crm import Contact, Contacts, CrmReader
from resources.mail.dkim_signing import DkimSigner
from resources.mail.mailer import Envelope, Found, Mailer
from resources.mail.message import MessageError, Plan, UnsubscribeUrls, build_message
from resources.mail.sending import NotSent, Patience, Send, Sent, send_all
from resources.store.entries import Entry, Intent, Refused, SendKey
from resources.store.ledger import SendLedger
from resources.store.send_checks import Check
from resources.store.suppressions import Suppressions
from specialists.decisions import Decided, Decision, Hold, Provenance, Skip
from specialists.grading import Verdict
from specialists.placeholders import UnknownPlaceholder, render
from specialists.records import Row, digest
from specialists.sender.recipient import earlier_of, recipient_of
from specialists.sender.rules import business_hours
from specialists.sender.schema import Earlier, Makes, Reads, Recipient, Suppressed
from specialists.tools import Act, Toolbox, read, write

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
        dkim: DkimSigner | None,
        unsubscribe_urls: UnsubscribeUrls | None,
    ) -> None:
        self._campaign, self._contacts, self._crm = campaign, contacts, crm
        self._ledger, self._suppressions = ledger, suppressions
        self._mailer, self._gate = mailer, gate
        self._dkim, self._unsubscribe_urls = dkim, unsubscribe_urls
        self._patience = Patience()

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
            return recipient_of(contact, invalid=str(error))
        key = self._ledger.key(self._campaign.id, self._campaign.step, normalised)
        found = self._suppressions.find(normalised)
        return recipient_of(
            contact,
            message_id=self._ledger.message_id(key, self._domain()),
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

    @write(acts=True, grouped=True)
    def send_email(self, acts: Sequence[Act]) -> list[Decision]:
        """Send each draft to its record's own contact, at most once, after an intent in the ledger."""
        decisions: dict[int, Decision] = {}
        sends: dict[int, Send] = {}
        for number, act in enumerate(acts):
            contact = self._contacts.contact(act.record.record_id)
            if contact is None or contact.email is None:
                decisions[number] = Skip("no contact")
                continue
            try:
                intent = self._intent(act.record, contact.email, act.provenance)
            except InvalidAddress as error:
                decisions[number] = Skip(f"invalid address: {error}")
                continue
            build = partial(self._envelope, act.record, contact, intent)
            sends[number] = Send(intent, _conditions(act.record, contact), build)
        results = send_all(self._ledger, self._mailer, list(sends.values()), patience=self._patience)
        decisions |= {number: _decision(result) for number, result in zip(sends, results, strict=True)}
        return [decisions[number] for number in range(len(acts))]

    def _intent(self, record: Reads, address: str, provenance: Provenance) -> Intent:
        key = self._ledger.key(self._campaign.id, self._campaign.step, contact_key(address))
        draft = record.model_dump(mode="json", include={"subject", "body", "draft_verdicts"})
        return Intent(
            key,
            record.record_id,
            record.partition,
            self._ledger.message_id(key, self._domain()),
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
            links=tuple(str(link) for link in self._campaign.allowed_links),
            unsubscribe_url=self._unsubscribe_url(intent.key),
        )
        content = build_message(plan, self._dkim)
        return Envelope(intent.message_id, deliverable_address(plan.sender.email), recipient, content)

    def _unsubscribe_url(self, key: SendKey) -> str | None:
        if self._unsubscribe_urls is None:
            return None
        return self._unsubscribe_urls.url(key.digest, key.contact)

    def _earlier(self, key: SendKey, record_id: str, partition: date) -> Earlier | None:
        entry = self._ledger.find(key)
        if entry is None:
            return None
        own = entry.belongs_to(record_id, partition)
        return earlier_of(entry, own, found=own and entry.state == "intent" and self._went_out(entry))

    def _went_out(self, entry: Entry) -> bool:
        return isinstance(self._mailer.find(entry.message_id, entry.detail), Found)

    def _domain(self) -> str:
        return self._campaign.sender.email.rpartition("@")[2]


def _decision(result: Sent | NotSent) -> Decision:
    if isinstance(result, Sent):
        entry = result.entry
        made = Makes(message_id=entry.message_id, sent_at=result.at)
        return Decided(made, Provenance(entry.decided_by, entry.usage))
    by = "rule:duplicate" if result.duplicate else None
    return Skip(result.why, by) if result.for_good else Hold(result.why)


def _conditions(record: Reads, contact: Contact) -> tuple[Check, ...]:
    """The rules that no earlier decision may have overtaken, asked again as the intent is written."""

    def consents(connection: Connection, intent: Intent) -> Refused | None:
        return None if contact.consent == "opted_in" else Refused("no consent", for_good=True)

    def within_hours(connection: Connection, intent: Intent) -> Refused | None:
        held = business_hours(record)
        return Refused(held.why, for_good=False) if isinstance(held, Hold) else None

    return consents, within_hours
