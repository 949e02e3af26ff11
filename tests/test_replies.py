"""A reply is what a person wrote in answer to a send of ours; it counts for that send's day and campaign."""

from datetime import UTC, date, datetime, timedelta

import duckdb
import pytest
from sqlalchemy import Engine, update

from resources.inbox.ingest import Inbox, Told
from resources.inbox.sources import Found
from resources.store.engine import reading, writing
from resources.store.entries import Claimed, Intent
from resources.store.ledger import SendLedger
from resources.store.tables import inbox_messages, ledger
from tests.inbox_mail import reply
from tests.marts_inbox import ANSWERS, OTHERS, Write
from workforce_assets.marts.replies import replies

pytest_plugins = ["tests.store_fixtures"]

DAY = date(2026, 3, 2)
AT = datetime(2026, 3, 2, 10, tzinfo=UTC)
ADA = "ada@north.example"


def sent(store: Engine, contact: str = ADA, campaign: str = "spring") -> Intent:
    sends = SendLedger(store, "outbound", 1000)
    key = sends.key(campaign, 1, contact)
    intent = Intent(key, f"lead-{contact}", DAY, key.message_id("vendor.example", "secret"), "d", AT)
    assert isinstance(sends.claim(intent), Claimed)
    sends.record(key, "sent", sent_at=AT)
    return intent


def ingest(store: Engine, *messages: bytes) -> list[Told]:
    files = [Found(f"{number}.eml", content) for number, content in enumerate(messages)]
    return list(Inbox(store, lambda _: None).ingest(files, AT + timedelta(days=9)))


@pytest.fixture
def warehouse() -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect(":memory:")
    connection.execute("create schema built")
    return connection


def counted(warehouse: duckdb.DuckDBPyConnection, store: Engine) -> list[tuple[date, str]]:
    with reading(store) as connection:
        return list(replies(warehouse, connection, lambda _: None))


@pytest.mark.parametrize("number", range(len(ANSWERS)))
def test_what_a_person_answered_is_a_reply(
    store: Engine, warehouse: duckdb.DuckDBPyConnection, number: int
) -> None:
    """Whether or not it was acted upon, and whoever of the house wrote it."""
    ingest(store, ANSWERS[number](sent(store).message_id, ADA))
    assert counted(warehouse, store) == [(DAY, "spring")]


@pytest.mark.parametrize("number", range(len(OTHERS)))
def test_what_no_person_answered_is_none(
    store: Engine, warehouse: duckdb.DuckDBPyConnection, number: int
) -> None:
    """Bounces, complaints, automatic replies, mailing lists, and what proves no send of ours."""
    write: Write = OTHERS[number]
    ingest(store, write(sent(store).message_id, ADA))
    assert counted(warehouse, store) == []


def test_each_answer_counts_once_for_its_own_send(
    store: Engine, warehouse: duckdb.DuckDBPyConnection
) -> None:
    """However often messages are handed in and marts are built; two answers to one send are two."""
    spring, summer = sent(store), sent(store, "bob@south.example", "summer")
    first, second = (reply(words, to=spring.message_id) for words in ("why?", "and how?"))
    for _ in range(2):
        ingest(store, first, second)
        assert counted(warehouse, store) == [(DAY, "spring")] * 2
    ingest(store, reply("yes", to=summer.message_id))
    assert sorted(counted(warehouse, store)) == [(DAY, "spring")] * 2 + [(DAY, "summer")]


def test_a_message_is_read_once(store: Engine, warehouse: duckdb.DuckDBPyConnection) -> None:
    """It counts though nothing is kept of it any more, as long as its send may have left."""
    mine = sent(store)
    ingest(store, reply("what does it cost?", to=mine.message_id))
    assert len(counted(warehouse, store)) == 1
    with writing(store) as connection:
        connection.execute(update(inbox_messages).values(content=None))
    assert len(counted(warehouse, store)) == 1
    with writing(store) as connection:
        connection.execute(update(ledger).values(state="failed"))
    assert counted(warehouse, store) == []
