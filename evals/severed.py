"""The world of held-out cases: real tools over what the cases say, and nothing that reaches outside."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from sqlalchemy import Engine, event

from evals.held_out_cases import Earlier, HeldOutCase, campaign
from resources.campaign import Campaign
from resources.contact_details import mask
from resources.contact_key import contact_key
from resources.crm import CohortContacts, CohortCrm, CohortEmailDomains, Contact, Profile
from resources.directory import Directory, load_directory
from resources.mail.mailer import Absent, Delivered, Delivery, Envelope, Finding, Found
from resources.store.engine import open_engine
from resources.store.entries import Intent, SendKey
from resources.store.ledger import SendLedger
from resources.store.suppressions import Suppressions
from resources.store.tables import metadata
from specialists.fingerprint import HELD_OUT, WORLD
from specialists.grading import Verdict
from specialists.records import Row

_WORKFORCE, _NO_CAP = "evals", 1_000_000


@dataclass
class SeveredMailer:
    """Takes every message and delivers none: what a send would have been, kept for as long as the eval."""

    taken: dict[str, Envelope] = field(default_factory=dict)

    at_once: int = 100
    run: str | None = None

    def deliver_all(self, envelopes: Sequence[Envelope]) -> list[Delivery]:
        self.taken |= {envelope.message_id: envelope for envelope in envelopes}
        return [Delivered()] * len(envelopes)

    def find(self, message_id: str, run: str | None = None) -> Finding:
        return Found() if message_id in self.taken else Absent()

    def settled(self) -> None:
        """What was taken is told by `taken`."""


class PlainLedger(SendLedger):
    """A ledger without a secret: held-out cases name Message-IDs that must come out the same everywhere."""

    def message_id(self, key: SendKey, domain: str) -> str:
        return f"<{key.digest}@{domain}>"


class Severed(Mapping[str, object]):
    """Capabilities by name, as a workforce grants them; each is built only when a tool asks for it."""

    def __init__(self, cases: Iterable[HeldOutCase], sent_in: Campaign, store: Engine) -> None:
        self._cases, self._campaign, self._store = tuple(cases), sent_in, store
        self._builders: dict[str, Callable[[], object]] = {
            "campaign": lambda: sent_in,
            "contacts": self.contacts,
            "crm": self._crm,
            "directory": directory,
            "dkim": lambda: None,
            "email_domains": self._email_domains,
            "gate": lambda: self._gate,
            "ledger": self._ledger,
            "mailer": SeveredMailer,
            "suppressions": self._suppressions,
            "unsubscribe_urls": lambda: None,
        }

    def __getitem__(self, name: str) -> object:
        return self._builders[name]()

    def __iter__(self) -> Iterator[str]:
        return iter(self._builders)

    def __len__(self) -> int:
        return len(self._builders)

    def contacts(self) -> CohortContacts:
        return CohortContacts({case.record_id: contact_of(case) for case in self._cases})

    def _crm(self) -> CohortCrm:
        """Masked, as the workforce masks it."""
        return CohortCrm(
            {
                case.record_id: Profile(*(mask(text) if text else None for text in _profile(case)))
                for case in self._cases
            }
        )

    def _email_domains(self) -> CohortEmailDomains:
        addresses = {case.record_id: case.world.email or "" for case in self._cases}
        return CohortEmailDomains({r: a.rpartition("@")[2].lower() for r, a in addresses.items() if "@" in a})

    def _gate(self, row: Row) -> tuple[Verdict, ...]:
        fails = next(case.world.gate_fails for case in self._cases if case.record_id == row["record_id"])
        return (Verdict("send_gate", fails is None, fails),)

    def _ledger(self) -> SendLedger:
        ledger = PlainLedger(self._store, _WORKFORCE, _NO_CAP)
        for case in self._cases:
            if case.world.earlier is not None and case.world.email:
                _enter(ledger, self._campaign, case.world.email, case.world.earlier)
        return ledger

    def _suppressions(self) -> Suppressions:
        suppressions = Suppressions(self._store)
        for case in self._cases:
            found = case.world.suppressed
            if found is not None and case.world.email:
                suppressions.suppress(case.world.email, found.reason, "held-out case", found.at)
        return suppressions


@contextmanager
def severed(cases: Iterable[HeldOutCase], campaign_name: str) -> Iterator[Severed]:
    """The capabilities of cases that share a setting, over an operations store that ends with the block."""
    with TemporaryDirectory() as folder:
        store = open_engine(f"sqlite:///{folder}/operations.sqlite")
        event.listen(store, "connect", _forgetful)
        metadata.create_all(store)
        try:
            yield Severed(cases, campaign(campaign_name), store)
        finally:
            store.dispose()


def _forgetful(connection: Any, _: object) -> None:
    # Nothing of a trial has to survive a power cut: 73 s for the Sender's cases fell to 12.
    connection.execute("PRAGMA synchronous = OFF")


def contact_of(case: HeldOutCase) -> Contact:
    world = case.world
    return Contact(
        world.email, world.first_name, world.last_name, world.country, world.timezone, world.consent
    )


def directory(held_out: Path = HELD_OUT) -> Directory:
    """The invented directory of `held_out/world/`."""
    return load_directory([held_out / WORLD / "directory.yaml"])


def _profile(case: HeldOutCase) -> tuple[str | None, str | None, str | None]:
    return case.world.title, case.world.message, case.world.source


def _enter(ledger: SendLedger, sent_in: Campaign, address: str, earlier: Earlier) -> None:
    key = ledger.key(sent_in.id, sent_in.step, contact_key(address))
    domain = sent_in.sender.email.rpartition("@")[2]
    partition = date.fromisoformat(earlier.partition)
    ledger.claim(Intent(key, earlier.record_id, partition, ledger.message_id(key, domain), "", earlier.at))
    if earlier.state != "intent":
        sent_at = earlier.at if earlier.state == "sent" else None
        ledger.record(key, earlier.state, sent_at=sent_at, detail="held-out case")
