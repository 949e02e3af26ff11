"""A store that cannot be trusted sends nothing: an older copy, a full disk, a lock, a read-only file."""

import shutil
import sqlite3
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from sqlalchemy import Engine, event
from sqlalchemy.exc import OperationalError

from resources.mail.mailer import Delivered, Delivery, Envelope
from resources.mail.sending import Send, Sent, send_all
from resources.store.engine import open_engine, writing
from resources.store.entries import Intent
from resources.store.ledger import SendLedger
from resources.store.migrate import migrate
from resources.store.reconciling import Reconciling
from resources.store.send_epoch import EpochFile, StoreIsBehind

AT = datetime(2026, 3, 2, 10, tzinfo=UTC)
DAY = date(2026, 3, 2)


class Wire:
    """A mailer that keeps what it delivered."""

    at_once = 8
    run = None

    def __init__(self) -> None:
        self.delivered: list[str] = []

    def settled(self) -> None:
        """Its own list tells."""

    def deliver_all(self, envelopes: list[Envelope]) -> list[Delivery]:
        self.delivered += [envelope.message_id for envelope in envelopes]
        return [Delivered() for _ in envelopes]

    def find(self, message_id: str, run: str | None = None) -> object:
        raise AssertionError


class There:
    """One home with a SQLite store in it."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.wire = folder, Wire()
        self.file, self.epoch = folder / "operations.sqlite", EpochFile(folder / "send_epoch")
        migrate(self.engine())

    def engine(self) -> Engine:
        return open_engine(f"sqlite:///{self.file}")

    def send(self, *contacts: str, engine: Engine | None = None) -> list[object]:
        ledger = SendLedger(engine or self.engine(), "outbound", 1000, epoch=self.epoch)
        made = []
        for contact in contacts:
            key = ledger.key("spring", 1, contact)
            one = Intent(key, f"lead-{contact}", DAY, key.message_id("v.example", "secret"), "d", AT)
            made.append(
                Send(one, (), lambda i=one: Envelope(i.message_id, "s@v.example", i.key.contact, b""))
            )
        return list(send_all(ledger, self.wire, made))  # type: ignore[arg-type]


@pytest.fixture
def there(tmp_path: Path) -> There:
    return There(tmp_path)


def put_back(there: There, copy: Path) -> None:
    for file in there.folder.glob("operations.sqlite*"):
        file.unlink()
    shutil.copy(copy, there.file)


def test_an_older_copy_of_the_store_sends_nothing_until_it_is_reconciled(there: There) -> None:
    """Then it still knows what others remember, and sends only what nobody has seen."""
    there.send("a@x.example")
    copy = there.folder / "copy"
    with sqlite3.connect(there.file) as source, sqlite3.connect(copy) as target:
        source.backup(target)
    there.send("b@x.example", "c@x.example")
    put_back(there, copy)
    for _ in range(2):
        with pytest.raises(StoreIsBehind, match="workforce ledger reconcile"):
            there.send("b@x.example", "d@x.example")
    assert len(there.wire.delivered) == 3
    desk = Reconciling(there.engine(), "outbound", AT)
    last = there.wire.delivered[-1]
    traces = dict.fromkeys(there.wire.delivered, "sent") | {last: "seen"}
    assert desk.restored(traces, there.epoch, "Ada") == 2
    found = there.send("a@x.example", "b@x.example", "c@x.example", "d@x.example")
    assert [isinstance(result, Sent) for result in found] == [True, False, False, True]
    assert len(there.wire.delivered) == len(set(there.wire.delivered)) == 4


def test_an_empty_store_beside_a_home_that_has_sent_is_an_older_one(there: There) -> None:
    """As when the setting names another database by mistake."""
    there.send("a@x.example")
    for file in there.folder.glob("operations.sqlite*"):
        file.unlink()
    migrate(there.engine())
    with pytest.raises(StoreIsBehind):
        there.send("a@x.example")
    assert len(there.wire.delivered) == 1


@pytest.mark.parametrize("content", [b"", b"many\n", b"\xff\xfe"])
def test_a_count_that_cannot_be_read_stops_sending(there: There, content: bytes) -> None:
    there.send("a@x.example")
    (there.folder / "send_epoch").write_bytes(content)
    with pytest.raises(StoreIsBehind, match="send_epoch"):
        there.send("b@x.example")
    Reconciling(there.engine(), "outbound", AT).restored({}, there.epoch, "Ada")
    assert isinstance(there.send("b@x.example")[0], Sent)


def test_the_count_is_written_after_the_commit_and_before_the_wire(there: There) -> None:
    """A crash in between leaves the file behind the store, which is harmless."""
    there.send("a@x.example", "b@x.example")
    assert there.epoch.read() == 2
    there.epoch.raise_to(1)
    assert there.epoch.read() == 2
    (there.folder / "send_epoch").write_text("1\n")
    assert isinstance(there.send("c@x.example")[0], Sent)
    assert there.epoch.read() == 3


def test_a_store_that_is_read_only_sends_nothing(there: There) -> None:
    there.send("a@x.example")
    engine = there.engine()

    @event.listens_for(engine, "connect")
    def read_only(connection: sqlite3.Connection, _: object) -> None:
        connection.execute("PRAGMA query_only = ON")

    with pytest.raises(OperationalError):
        there.send("b@x.example", engine=engine)
    assert len(there.wire.delivered) == 1


def test_a_store_on_a_full_disk_sends_nothing(there: There) -> None:
    there.send("a@x.example")
    engine = there.engine()

    @event.listens_for(engine, "connect")
    def full(connection: sqlite3.Connection, _: object) -> None:
        pages = connection.execute("PRAGMA page_count").fetchone()[0]
        connection.execute(f"PRAGMA max_page_count = {pages}")

    contacts = [f"{n}@x.example" for n in range(200)]
    with pytest.raises(OperationalError, match="full"):
        there.send(*contacts, engine=engine)
    known = {entry.message_id for entry in SendLedger(there.engine(), "outbound", 0).entries()}
    assert set(there.wire.delivered) <= known and len(there.wire.delivered) < 200


def test_a_store_that_is_locked_sends_nothing(there: There) -> None:
    there.send("a@x.example")
    engine = there.engine()

    @event.listens_for(engine, "connect")
    def impatient(connection: sqlite3.Connection, _: object) -> None:
        connection.execute("PRAGMA busy_timeout = 50")

    with writing(there.engine()), pytest.raises(OperationalError, match="locked"):
        there.send("b@x.example", engine=engine)
    assert len(there.wire.delivered) == 1


def test_a_count_that_cannot_be_written_sends_nothing(there: There) -> None:
    """The intents stand, and the next run settles them; no message has left."""
    (there.folder / "send_epoch").mkdir()
    with pytest.raises(Exception, match="send_epoch"):
        there.send("a@x.example")
    assert there.wire.delivered == []
