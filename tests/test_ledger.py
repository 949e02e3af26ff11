"""At most one message per contact and campaign step, whatever fails. The oracle is the Maildir itself."""

import mailbox
import os
import shutil
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from threading import Barrier
from uuid import uuid4

import pytest
from sqlalchemy import Engine, delete, insert
from sqlalchemy.exc import IntegrityError

from resources.mail.mailer import (
    CannotTell,
    Deferred,
    Delivered,
    Delivery,
    Envelope,
    Failed,
    Finding,
    Found,
    Mailer,
    Unknown,
)
from resources.mail.message import MessageError
from resources.mail.outbox import MaildirOutbox
from resources.mail.sending import NotSent, Sent, send_once
from resources.store import ledger as ledger_module
from resources.store.engine import open_engine, reading, writing
from resources.store.entries import AlreadySent, Claimed, Duplicate, Intent, Pending, Refused, SendOutcome
from resources.store.ledger import SendLedger
from resources.store.migrate import migrate
from resources.store.send_checks import Request, not_suppressed
from resources.store.send_rates import RateLimits
from resources.store.suppressions import Suppressions
from resources.store.tables import ledger as ledger_table

pytest_plugins = ["tests.store_fixtures"]

AT = datetime(2026, 3, 2, 10, tzinfo=UTC)
DAY = date(2026, 3, 2)
CAP = 1000
Send = Callable[[SendLedger, Mailer, Intent], object]


class Killed(BaseException):
    """The process ended here: nothing after it ran, and no `except Exception` saw it."""


def intent(
    contact: str = "ada@north.example", record_id: str = "lead-1", at: datetime = AT, partition: date = DAY
) -> Intent:
    key = SendLedger(None, "outbound", CAP).key("spring", 1, contact)  # type: ignore[arg-type]
    return Intent(key, record_id, partition, key.message_id("vendor.example", "secret"), "d" * 64, at)


def outbound_ledger(store: Engine, cap: int = CAP) -> SendLedger:
    return SendLedger(store, "outbound", cap)


def envelope(of: Intent) -> Envelope:
    content = f"Message-ID: {of.message_id}\r\n\r\nHello\r\n".encode()
    return Envelope(of.message_id, "sales@vendor.example", of.key.contact, content)


def send(ledger: SendLedger, mailer: Mailer, of: Intent) -> Sent | NotSent:
    return send_once(ledger, mailer, of, (), lambda: envelope(of))


def messages(root: Path) -> list[str]:
    """What really lies in the mailbox, read by the standard library."""
    return [str(message["Message-ID"]) for message in mailbox.Maildir(root)]


@pytest.fixture
def outbox(tmp_path: Path) -> MaildirOutbox:
    return MaildirOutbox(tmp_path / "outbox")


# --- claiming


def test_a_claim_is_durable_and_stands_against_a_second_record(store: Engine) -> None:
    """The same contact under another record is a duplicate, also from another process's engine."""
    claimed = outbound_ledger(store).claim(intent())
    assert isinstance(claimed, Claimed)
    assert claimed.entry.state == "intent" and claimed.entry.intent_at == AT
    duplicate = outbound_ledger(store).claim(intent(record_id="lead-2"))
    assert isinstance(duplicate, Duplicate) and duplicate.entry == claimed.entry
    assert isinstance(outbound_ledger(store).claim(intent(partition=date(2026, 3, 3))), Duplicate)
    assert isinstance(outbound_ledger(store).claim(intent()), Pending)


def test_another_step_campaign_or_workforce_is_another_send(store: Engine) -> None:
    ledger = outbound_ledger(store)
    keys = [
        ledger.key("spring", 1, "ada@north.example"),
        ledger.key("spring", 2, "ada@north.example"),
        ledger.key("autumn", 1, "ada@north.example"),
        SendLedger(store, "digest", CAP).key("spring", 1, "ada@north.example"),
    ]
    assert len({key.digest for key in keys}) == 4
    for key in keys:
        claim = ledger.claim(Intent(key, "lead-1", DAY, key.message_id("x.example", "secret"), "d", AT))
        assert isinstance(claim, Claimed)


def test_a_message_id_is_the_stores_own_and_stays(store: Engine, tmp_path: Path) -> None:
    """The same from eight ledgers that ask first at once, and later; another store makes another."""
    key = SendLedger(store, "outbound", 0).key("spring", 1, "ada@north.example")

    def asked(_: int) -> str:
        return SendLedger(store, "outbound", 0).message_id(key, "vendor.example")

    with ThreadPoolExecutor(8) as pool:
        [message_id] = set(pool.map(asked, range(8)))
    other = open_engine(f"sqlite:///{tmp_path / 'other.sqlite'}")
    migrate(other)
    assert asked(0) == message_id != SendLedger(other, "outbound", 0).message_id(key, "vendor.example")
    assert message_id.startswith(f"<{key.digest}.") and len(message_id) < 200
    other.dispose()


def test_the_database_itself_refuses_a_second_row(store: Engine) -> None:
    """Code that forgets to look still cannot write a second send."""
    outbound_ledger(store).claim(intent())
    with reading(store) as connection:
        row = dict(connection.execute(ledger_table.select()).mappings().one())
    with pytest.raises(IntegrityError), writing(store) as connection:
        connection.execute(insert(ledger_table).values({**row, "key": "another"}))


@pytest.mark.parametrize(
    ("state", "own", "other"),
    [
        ("sent", AlreadySent, Duplicate),
        ("unknown", Pending, Duplicate),
        ("failed", Refused, Duplicate),
        ("deferred", Claimed, Duplicate),
        ("cancelled", Claimed, Claimed),
    ],
)
def test_what_each_state_means_for_a_new_claim(store: Engine, state: str, own: type, other: type) -> None:
    for contact, record_id, expected in (("a@x.example", "lead-1", own), ("b@x.example", "lead-2", other)):
        ledger = outbound_ledger(store)
        ledger.claim(intent(contact))
        ledger.record(intent(contact).key, state, sent_at=AT if state == "sent" else None)  # type: ignore[arg-type]
        later = intent(contact, record_id, AT + timedelta(hours=1))
        claim = ledger.claim(later)
        assert isinstance(claim, expected)
        if isinstance(claim, Claimed):
            assert (claim.entry.intent_at, claim.entry.record_id) == (later.at, record_id)
            assert claim.entry.sent_at is None and claim.entry.detail is None
    assert len(ledger.entries()) == 2


def test_what_was_sent_stays_sent(store: Engine) -> None:
    """A late failure of a concurrent run cannot undo it; a late success always counts."""
    ledger = outbound_ledger(store)
    ledger.claim(intent())
    for state in ("unknown", "sent", "failed", "cancelled", "deferred", "unknown", "sent"):
        entry = ledger.record(intent().key, state, sent_at=AT if state == "sent" else None)  # type: ignore[arg-type]
    assert (entry.state, entry.sent_at) == ("sent", AT)


def test_an_outcome_without_an_intent_is_an_error(store: Engine) -> None:
    with pytest.raises(LookupError, match="no intent stands"):
        outbound_ledger(store).record(intent().key, "sent", sent_at=AT)


def test_record_ids_and_details_may_be_any_text(store: Engine) -> None:
    ledger = outbound_ledger(store)
    ledger.claim(intent(record_id='\x00\ud800"'))
    entry = ledger.record(intent().key, "unknown", detail="\x00 reply")
    assert (entry.record_id, entry.detail) == ('\x00\ud800"', "\x00 reply")
    assert ledger.entries() == [entry]


def test_the_cap_counts_what_may_have_been_sent_that_utc_day(store: Engine) -> None:
    """Intents, sent and unknown count; cancelled and deferred do not; another day starts anew."""
    ledger = outbound_ledger(store, cap=3)
    for number, state in enumerate(["cancelled", "deferred", "sent", "unknown"]):
        ledger.claim(intent(f"{number}@x.example"))
        ledger.record(intent(f"{number}@x.example").key, state)  # type: ignore[arg-type]
    assert isinstance(ledger.claim(intent("5@x.example")), Claimed)
    assert ledger.claim(intent("6@x.example")) == Refused("daily cap of 3 reached", for_good=False)
    late_in_samoa = datetime(2026, 3, 2, 13, 0, tzinfo=UTC).astimezone()
    assert isinstance(ledger.claim(intent("6@x.example", at=late_in_samoa)), Refused)
    assert isinstance(ledger.claim(intent("6@x.example", at=AT + timedelta(days=1))), Claimed)


def claims_from_threads(store: Engine, cap: int, contacts: int) -> list[object]:
    barrier = Barrier(8)

    def claim(number: int) -> list[object]:
        barrier.wait()
        ledger = outbound_ledger(store, cap)
        return [
            ledger.claim(intent(f"{contact}@x.example", record_id=f"lead-{number}"))
            for contact in range(contacts)
        ]

    with ThreadPoolExecutor(8) as pool:
        return [claim for claims in pool.map(claim, range(8)) for claim in claims]


def test_eight_at_once_claim_each_contact_once_and_keep_the_cap(store: Engine) -> None:
    claims = claims_from_threads(store, cap=7, contacts=12)
    assert sum(isinstance(claim, Claimed) for claim in claims) == 7
    assert len(outbound_ledger(store).entries()) == 7


def test_mutant_a_cap_read_before_the_transaction_is_exceeded(
    store: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The promise above fails when the count does not belong to the transaction that writes."""
    monkeypatch.setattr(
        ledger_module, "under_cap", lambda cap: lambda connection, of: lambda one, passed: None
    )
    assert len([c for c in claims_from_threads(store, 7, 12) if isinstance(c, Claimed)]) > 7


# --- suppression


def claimed_after_suppression(store: Engine, ledger: SendLedger) -> int:
    """Race a suppression against a claim for 20 contacts; how many were claimed after its commit."""
    suppressions, late = Suppressions(store), 0
    for number in range(20):
        contact, barrier = f"{number}@x.example", Barrier(2)

        def suppress(contact: str = contact, barrier: Barrier = barrier) -> bool:
            barrier.wait()
            suppressions.suppress(contact, "unsubscribed", "reply", AT)
            return ledger.find(intent(contact).key) is not None  # had an intent when it came into force

        def claim(contact: str = contact, barrier: Barrier = barrier) -> bool:
            barrier.wait()
            return isinstance(ledger.claim(intent(contact)), Claimed)

        with ThreadPoolExecutor(2) as pool:
            before, claimed = pool.submit(suppress), pool.submit(claim)
            late += claimed.result() and not before.result()
    return late


def test_nothing_is_claimed_after_a_suppression_is_in_force(store: Engine) -> None:
    assert claimed_after_suppression(store, outbound_ledger(store)) == 0
    suppressions = Suppressions(store)
    suppressions.suppress("eve+x@x.example", "complained", "report", AT)
    refused = outbound_ledger(store).claim(intent("eve@x.example"))
    assert refused == Refused("suppressed: complained", for_good=True)


def test_mutant_a_claim_that_skips_the_suppression_check_is_caught(store: Engine) -> None:
    ledger = outbound_ledger(store)
    ledger.checks = tuple(check for check in ledger.checks if check is not not_suppressed)
    Suppressions(store).suppress("eve@x.example", "bounced", "report", AT)
    assert isinstance(ledger.claim(intent("eve@x.example")), Claimed)


# --- kills at every named step, then the same run again


class Steps:
    """A ledger and a mailer that end the process at one named step."""

    def __init__(self, ledger: SendLedger, mailer: Mailer, kill_at: str | None) -> None:
        self._ledger, self._mailer, self._kill_at = ledger, mailer, kill_at
        self._dead = False

    def _step(self, name: str) -> None:
        self._dead = self._dead or name == self._kill_at
        if self._dead:
            raise Killed(name)

    at_once = 1
    run = None
    limits = RateLimits()

    def turn(self, outcomes: list[SendOutcome], requests: list[Request]) -> object:
        step = "claim" if requests else "record"
        self._step(f"before the {step}")
        answer = self._ledger.turn(outcomes, requests)
        self._step(f"after the {step}")
        return answer

    def claim(self, of: Intent) -> object:
        return self._ledger.claim(of)

    def record(self, *args: object, **more: object) -> object:
        return self._ledger.record(*args, **more)  # type: ignore[arg-type]

    def settled(self) -> None:
        """Its own list tells."""

    def deliver_all(self, envelopes: list[Envelope]) -> list[Delivery]:
        self._step("before delivery")
        deliveries = self._mailer.deliver_all(envelopes)
        self._step("after delivery")
        return deliveries

    def find(self, message_id: str, run: str | None = None) -> object:
        return self._mailer.find(message_id)


STEPS = (
    "before the claim",
    "after the claim",
    "before delivery",
    "after delivery",
    "before the record",
    "after the record",
)


def kill_and_resume(store: Engine, mailer: Mailer, step: str, how: Send) -> None:
    steps = Steps(outbound_ledger(store), mailer, step)
    with pytest.raises(Killed):
        how(steps, steps, intent())  # type: ignore[arg-type]
    for _ in range(3):
        how(outbound_ledger(store), mailer, intent(at=AT + timedelta(minutes=5)))


@pytest.mark.parametrize("step", STEPS)
def test_a_kill_at_any_step_leaves_one_message_and_one_sent_entry(
    store: Engine, outbox: MaildirOutbox, tmp_path: Path, step: str
) -> None:
    kill_and_resume(store, outbox, step, send)
    assert messages(tmp_path / "outbox") == [intent().message_id]
    assert [entry.state for entry in outbound_ledger(store).entries()] == ["sent"]
    assert isinstance(outbound_ledger(store).claim(intent()), AlreadySent)


def test_a_kill_between_link_and_sync_leaves_one_message(
    store: Engine, outbox: MaildirOutbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The mailer itself dies half-way, before and after the message became visible."""
    real = os.link
    for dies_first in (True, False):

        def link(source: Path, target: Path, first: bool = dies_first) -> None:
            if not first:
                real(source, target)
            raise Killed

        monkeypatch.setattr(os, "link", link)
        with pytest.raises(Killed):
            send(outbound_ledger(store), outbox, intent(f"{dies_first}@x.example".lower()))
        monkeypatch.undo()
        send(outbound_ledger(store), outbox, intent(f"{dies_first}@x.example".lower()))
    assert len(messages(tmp_path / "outbox")) == 2


class RandomNames(MaildirOutbox):
    """Mutant mailer: every delivery is a new file."""

    def deliver(self, of: Envelope) -> Delivery:
        return super().deliver(Envelope(f"<{uuid4()}@x>", of.sender, of.recipient, of.content))


class Blind(RandomNames):
    """A mailer like SMTP: every delivery is a message, and nobody can ask what went out."""

    def find(self, message_id: str, run: str | None = None) -> Finding:
        return CannotTell("no log")


def send_then_record(ledger: SendLedger, mailer: Mailer, of: Intent) -> None:
    """Mutant order: the message first, the ledger after, as most scripts do it."""
    mailer.deliver_all([envelope(of)])
    if isinstance(ledger.claim(of), AlreadySent):
        return
    ledger.record(of.key, "sent", sent_at=of.at)


def test_mutant_a_mailer_that_names_files_at_random_is_caught(store: Engine, tmp_path: Path) -> None:
    """Killed after delivery, it cannot find its own message again and delivers a second."""
    kill_and_resume(store, RandomNames(tmp_path / "outbox"), "after delivery", send)
    assert len(messages(tmp_path / "outbox")) == 2


def test_mutant_sending_before_recording_is_caught(store: Engine, tmp_path: Path) -> None:
    """With a mailer that cannot tell, as SMTP is, only the intent before the wire prevents a second send."""
    for how, expected in ((send, 1), (send_then_record, 4)):
        mailer = Blind(tmp_path / how.__name__)
        kill_and_resume(store, mailer, "after delivery", how)
        assert len(messages(tmp_path / how.__name__)) == expected
        with writing(store) as connection:
            connection.execute(delete(ledger_table))


def test_eight_runs_at_once_leave_one_message_each(
    store: Engine, outbox: MaildirOutbox, tmp_path: Path
) -> None:
    contacts = [f"{number}@x.example" for number in range(15)]

    def run(_: int) -> None:
        for contact in contacts:
            send(outbound_ledger(store), outbox, intent(contact))

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(run, range(8)))
    assert sorted(messages(tmp_path / "outbox")) == sorted(intent(c).message_id for c in contacts)
    assert {entry.state for entry in outbound_ledger(store).entries()} == {"sent"}


# --- mailers that fail


class Scripted:
    """A mailer with a fixed answer; `calls` counts the deliveries it was asked for."""

    def __init__(self, delivery: Delivery, finding: object = None) -> None:
        self.delivery, self.finding, self.calls = delivery, finding or CannotTell("no log"), 0

    at_once = 4
    run = None

    def settled(self) -> None:
        """Its own list tells."""

    def deliver_all(self, envelopes: list[Envelope]) -> list[Delivery]:
        self.calls += len(envelopes)
        return [self.delivery for _ in envelopes]

    def find(self, message_id: str, run: str | None = None) -> object:
        return self.finding


@pytest.mark.parametrize(
    ("delivery", "state", "tries", "why"),
    [
        (Unknown("lost after the dot"), "unknown", 1, "unknown: it may have been sent"),
        (Failed("550 no such user"), "failed", 1, "delivery failed for good: 550 no such user"),
        (Deferred("451 later"), "deferred", 3, "deferred: 451 later"),
        (Delivered(), "sent", 1, None),
    ],
)
def test_only_a_deferred_send_is_tried_again(
    store: Engine, delivery: Delivery, state: str, tries: int, why: str | None
) -> None:
    mailer = Scripted(delivery)
    outcomes = [send(outbound_ledger(store), mailer, intent()) for _ in range(3)]  # type: ignore[arg-type]
    assert mailer.calls == tries
    assert outbound_ledger(store).entries()[0].state == state
    for outcome in outcomes:
        assert isinstance(outcome, Sent) if why is None else outcome.why.startswith(why)  # type: ignore[union-attr]


def test_a_left_intent_is_unknown_where_the_mailer_cannot_tell(store: Engine) -> None:
    """An SMTP server keeps no record we could ask: nobody tries again by himself."""
    outbound_ledger(store).claim(intent())
    mailer = Scripted(Delivered())
    for _ in range(2):
        assert isinstance(send(outbound_ledger(store), mailer, intent()), NotSent)  # type: ignore[arg-type]
    assert mailer.calls == 0
    assert outbound_ledger(store).entries()[0].state == "unknown"


def test_a_left_intent_that_went_out_keeps_its_own_time(store: Engine) -> None:
    outbound_ledger(store).claim(intent())
    outcome = send(outbound_ledger(store), Scripted(Delivered(), Found()), intent(at=AT + timedelta(days=1)))  # type: ignore[arg-type]
    assert isinstance(outcome, Sent)
    assert (outcome.entry.message_id, outcome.at) == (intent().message_id, AT)


def test_a_left_intent_is_not_delivered_after_a_suppression(
    store: Engine, outbox: MaildirOutbox, tmp_path: Path
) -> None:
    """What surely never left is decided anew, with everything that holds now."""
    outbound_ledger(store).claim(intent())
    Suppressions(store).suppress("ada@north.example", "unsubscribed", "reply", AT)
    outcome = send(outbound_ledger(store), outbox, intent())
    assert outcome == NotSent("suppressed: unsubscribed", for_good=True)
    assert not (tmp_path / "outbox").exists()


def test_a_message_that_cannot_be_built_is_cancelled_and_may_be_sent_when_mended(
    store: Engine, outbox: MaildirOutbox, tmp_path: Path
) -> None:
    def build() -> Envelope:
        raise MessageError("Subject: is empty")

    outcome = send_once(outbound_ledger(store), outbox, intent(), (), build)
    assert outcome == NotSent("the message cannot be built: Subject: is empty", for_good=False)
    assert outbound_ledger(store).entries()[0].state == "cancelled"
    assert isinstance(send(outbound_ledger(store), outbox, intent()), Sent)
    assert len(messages(tmp_path / "outbox")) == 1


# --- the outbox


@pytest.fixture
def closed(tmp_path: Path) -> Iterator[Path]:
    """An outbox that cannot be written: a file stands where its folder must be."""
    root = tmp_path / "outbox"
    root.mkdir()
    (root / "new").write_text("in the way")
    yield root
    shutil.rmtree(root)


def test_an_outbox_that_cannot_be_written_defers(closed: Path) -> None:
    outbox = MaildirOutbox(closed)
    delivery = outbox.deliver(envelope(intent()))
    assert isinstance(delivery, Deferred | Unknown) and str(closed) in delivery.why
    (closed / "new").unlink()
    assert outbox.deliver(envelope(intent())) == Delivered()
    assert messages(closed) == [intent().message_id]


def test_a_message_a_person_has_read_is_not_delivered_again(tmp_path: Path, outbox: MaildirOutbox) -> None:
    """A mail reader moves it to cur/ and adds flags to its name."""
    outbox.deliver(envelope(intent()))
    new = next((tmp_path / "outbox" / "new").iterdir())
    new.rename(tmp_path / "outbox" / "cur" / f"{new.name}:2,S")
    assert outbox.find(intent().message_id) == Found()
    assert outbox.deliver(envelope(intent())) == Delivered()
    assert len(messages(tmp_path / "outbox")) == 1
    assert list((tmp_path / "outbox" / "tmp").iterdir()) == []
