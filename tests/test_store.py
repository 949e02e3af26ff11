"""The operations store keeps what it is told, on SQLite and PostgreSQL alike."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from sqlalchemy import Engine, text

from resources.contact_key import InvalidAddress, contact_key, deliverable_address
from resources.gateway.answers import Answered, Malformed, OverBudget, Refused, Step, Unavailable, Usage
from resources.journal import JournalKey, Judgement
from resources.store import migrate as store_migrations
from resources.store.engine import deciding, open_engine, reading, writing
from resources.store.group_commit import GroupCommit
from resources.store.journal import StoredJournal
from resources.store.ledger import SendLedger
from resources.store.migrate import StoreVersionError, check_version, migrate
from resources.store.spending import spent_by_day
from resources.store.suppressions import Suppressions
from resources.store.tables import metadata

pytest_plugins = ["tests.store_fixtures"]

MIGRATIONS = Path(store_migrations.__file__).parent / "migrations"
AT = datetime(2026, 3, 2, 10, 0, 0, 123456, tzinfo=UTC)


def test_migrations_make_exactly_the_tables_the_code_uses(store: Engine) -> None:
    """A column added to tables.py without a migration is a difference here."""
    with reading(store) as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []


def test_a_store_that_was_never_migrated_is_a_clear_error(empty_url: str) -> None:
    """Checking it neither creates nor changes anything."""
    engine = open_engine(empty_url)
    for _ in range(2):
        with pytest.raises(
            StoreVersionError, match=r"version none, this code needs .* run `workforce migrate`"
        ):
            check_version(engine)
    migrate(engine)
    check_version(engine)
    engine.dispose()


def test_a_store_newer_than_the_code_is_a_clear_error(store: Engine) -> None:
    """Neither opened nor migrated down."""
    with writing(store) as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    for refuse in (check_version, migrate):
        with pytest.raises(StoreVersionError, match="9999, which is newer than this code; upgrade workforce"):
            refuse(store)


def test_migrating_from_many_at_once_works(empty_url: str) -> None:
    """Several first runs on one fresh home."""
    engines = [open_engine(empty_url) for _ in range(4)]
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(migrate, engines))
    check_version(engines[0])
    for engine in engines:
        engine.dispose()


def test_sqlite_survives_a_power_cut(tmp_path: Path) -> None:
    """WAL with FULL sync: a commit is on the disk when it returns."""
    engine = open_engine(f"sqlite:///{tmp_path / 'operations.sqlite'}")
    with reading(engine) as connection:
        pragmas = [
            connection.execute(text(f"PRAGMA {name}")).scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
        ]
    assert pragmas == ["wal", 2, 1, 30_000]
    engine.dispose()


def _key(record_id: str = "lead-1", version: str = "v1", context: str = "c1") -> JournalKey:
    return JournalKey("writer", version, record_id, context)


def test_the_journal_returns_what_was_kept_and_only_that(store: Engine) -> None:
    """Another version or context of the same record is another question."""
    journal = StoredJournal(store, GroupCommit(store))
    answered = Judgement("model:local/x", Answered({"label": "ü", "n": [1, None]}, Usage(3, 4, 0.25)))
    refused = Judgement("human:ada", Refused("not sure", Usage(1, 0, 0.0)))
    journal.keep_all({_key(): answered, _key("lead-2"): refused})
    asked = [_key(), _key("lead-2"), _key(version="v2"), _key(context="c2"), _key("lead-3")]
    assert journal.find(asked) == {_key(): answered, _key("lead-2"): refused}


def test_a_judgement_keeps_its_steps_and_all_its_tokens(store: Engine) -> None:
    """Cached and reasoning tokens, prices, and each step as it was, whatever a provider's words are."""
    journal = StoredJournal(store, GroupCommit(store))
    usage = Usage(900, 80, 0.25, 700, 100, 40, "litellm 1: in 1e-06 USD/token")
    steps = (
        Step("failed: 529 \ud800", None, None, Usage(usd=0.1)),
        Step("called find_similar", "model-1", "tool_use", Usage(400, 30, 0.05, 300, 100)),
        Step("was given find_similar", "code"),
        Step("answered", "model-1", "ende\x00", Usage(500, 50, 0.1, 400, 0, 40)),
    )
    judgement = Judgement("model:a", Answered({"n": 1}, usage, steps))
    journal.keep_all({_key(): judgement})
    assert journal.find([_key()]) == {_key(): judgement}


def test_a_try_is_told_of_in_its_run_and_never_found_as_a_judgement(store: Engine) -> None:
    """The last of a run, with its steps; another run, version or context has none."""
    journal = StoredJournal(store, GroupCommit(store))
    failed = Step("failed: 529 \ud800", None, None, Usage(usd=0.1))
    wrong = Step("malformed: no JSON \x00", "model-1", "end_turn", Usage(400, 30, 0.05, 300, 100))
    usage = Usage(400, 30, 0.15000000000000002, 300, 100, 0, "litellm 1: in 1e-06 USD/token")
    last = Malformed("no JSON \x00", usage, (failed, wrong))

    async def tell() -> None:
        await journal.tried(_key(), "run-1", Unavailable("429", steps=(failed,)))
        await journal.tried(_key(), "run-1", last)
        await journal.tried(_key(), "run-2", OverBudget("budget: a cap"))

    asyncio.run(tell())
    assert journal.last_try(_key(), "run-1") == last
    assert journal.last_try(_key(), "run-2") == OverBudget("budget: a cap")
    assert journal.last_try(_key(), "run-3") is None
    assert journal.last_try(_key(version="v2"), "run-1") is None
    assert journal.last_try(_key(context="c2"), "run-1") is None
    assert journal.find([_key()]) == {}


def test_the_first_judgement_stays(store: Engine) -> None:
    """What was paid for once is what everyone sees."""
    journal = StoredJournal(store, GroupCommit(store))
    first, second = Judgement("model:a", Answered({"n": 1})), Judgement("model:b", Answered({"n": 2}))
    journal.keep_all({_key(): first})
    journal.keep_all({_key(): second, _key("lead-2"): second})
    assert journal.find([_key(), _key("lead-2")]) == {_key(): first, _key("lead-2"): second}


@pytest.mark.parametrize(
    "nasty", ["\x00", "\ud800", 'a"b\\u0041', "", "日本", "'; DROP TABLE journal;--", "%s :x"]
)
def test_the_journal_takes_any_text(store: Engine, nasty: str) -> None:
    """NUL and lone surrogates are what PostgreSQL and UTF-8 refuse."""
    judgement = Judgement("model:a", Answered({"text": nasty}))
    StoredJournal(store, GroupCommit(store)).keep_all({_key(nasty): judgement})
    assert StoredJournal(store, GroupCommit(store)).find([_key(nasty), _key("\\u0000")]) == {
        _key(nasty): judgement
    }


def test_the_journal_answers_for_more_keys_than_one_statement_takes(store: Engine) -> None:
    keys = [_key(f"lead-{number}") for number in range(2500)]
    judgement = Judgement("model:a", Answered({"n": 1}))
    StoredJournal(store, GroupCommit(store)).keep_all(dict.fromkeys(keys, judgement))
    assert len(StoredJournal(store, GroupCommit(store)).find(keys)) == 2500


def test_a_suppression_covers_every_spelling_of_the_contact(store: Engine) -> None:
    """Case, plus tag, spaces and an internationalised domain are the same person."""
    suppressions = Suppressions(store)
    suppressions.suppress(" Ada.Byron+news@BÜCHER.example ", "unsubscribed", "reply", AT)
    for spelling in ("ada.byron@xn--bcher-kva.example", "ADA.BYRON+x+y@bücher.example"):
        found = suppressions.find(contact_key(spelling))
        assert found is not None
        assert (found.reason, found.source, found.at) == ("unsubscribed", "reply", AT)
    assert suppressions.find(contact_key("adabyron@bücher.example")) is None


def test_the_first_suppression_of_a_contact_stays(store: Engine) -> None:
    suppressions = Suppressions(store)
    suppressions.suppress("ada@north.example", "unsubscribed", "reply \x00", AT)
    suppressions.suppress("ada@north.example", "hard bounce", "550", AT.replace(year=2027))
    found = suppressions.find("ada@north.example")
    assert found is not None
    assert (found.reason, found.source, found.at) == ("unsubscribed", "reply \x00", AT)


def test_an_instant_without_a_time_zone_is_refused(store: Engine) -> None:
    with pytest.raises(Exception, match="has no time zone"):
        Suppressions(store).suppress("ada@north.example", "x", "y", datetime(2026, 3, 2))  # noqa: DTZ001


@pytest.mark.parametrize(
    "address",
    [
        "",
        "ada",
        "ada@",
        "@north.example",
        "ada@localhost",
        "a b@north.example",
        '"a b"@north.example',
        "ada@[127.0.0.1]",
        "ada@north.example, eve@north.example",
        "Ada <ada@north.example>",
        "ada@north.example\r\nBcc: eve@north.example",
        "ada@north.example\r\n",
        "\nada@north.example",
        "\ud800@north.example",
        "ada@\ud800.example",
        "ada@north..example",
        "ada\x00@north.example",
    ],
)
def test_what_is_no_address_has_no_key(address: str) -> None:
    for reading_it in (contact_key, deliverable_address):
        with pytest.raises(InvalidAddress):
            reading_it(address)


def test_an_address_only_some_relays_take_is_not_deliverable() -> None:
    """It still has a key, so it can be suppressed."""
    assert contact_key("Jörg@north.example") == "jörg@north.example"
    with pytest.raises(InvalidAddress, match="not ASCII"):
        deliverable_address("Jörg@north.example")


def test_decomposed_and_composed_letters_are_one_contact() -> None:
    assert contact_key("jo\u0308rg@north.example") == contact_key("J\u00d6RG@north.example")
    assert contact_key("+tag@north.example") == "+tag@north.example"


def at_version(url: str, revision: str, *statements: str) -> Engine:
    """A store as an earlier version left it."""
    engine = open_engine(url)
    if engine.dialect.name == "sqlite":
        Path(str(engine.url.database)).parent.mkdir(parents=True, exist_ok=True)
    with deciding(engine, "migrations") as connection:
        config = Config()
        config.set_main_option("script_location", str(MIGRATIONS))
        config.attributes["connection"] = connection
        command.upgrade(config, revision)
        for statement in statements:
            connection.execute(text(statement))
    return engine


def test_what_was_spent_before_runs_were_told_apart_still_counts(empty_url: str) -> None:
    """A home of an earlier version is brought up with its day's spending."""
    spent = "INSERT INTO spending VALUES ('outbound', '2026-03-02', 'writer', 250000000)"
    engine = at_version(empty_url, "0001", spent)
    migrate(engine)
    assert spent_by_day(engine, "outbound") == {"2026-03-02": {"writer": 0.25}}
    engine.dispose()


def test_what_was_judged_before_steps_were_kept_is_still_judged(empty_url: str) -> None:
    """It costs nothing again; that it has no steps is all there is to say of them."""
    kept = (
        "INSERT INTO journal VALUES ('writer','v1','lead-1','c1','model:a','answered','{\"n\": 1}',3,4,0.25)"
    )
    engine = at_version(empty_url, "0008", kept.replace(":a", "\\:a").replace('": 1', '"\\: 1'))
    migrate(engine)
    found = StoredJournal(engine, GroupCommit(engine)).find([_key()])
    assert found == {_key(): Judgement("model:a", Answered({"n": 1}, Usage(3, 4, 0.25)))}
    engine.dispose()


def test_what_was_reconciled_as_bounced_has_left(empty_url: str) -> None:
    """An earlier version called it failed, and believed no bounce of it. What the relay refused stays so."""
    at = "2026-03-02 10\\:00\\:00+00\\:00"
    columns = "key, workforce, campaign, step, contact, state, record_id, partition, message_id, draft_digest"
    row = (
        f"INSERT INTO ledger ({columns}, day, intent_at, detail, tokens_in, tokens_out, usd) VALUES ('%s', "
        f"'outbound', 'spring', 1, '%s', 'failed', 'lead', '', '<%s>', 'd', '', '{at}', '%s', 0, 0, 0)"
    )
    details = {
        "a": f"reconciled at {at}\\: the relay says bounced",
        "b": "550 5.1.1 the relay says bounced",
    }
    rows = [row % (key, key, key, detail) for key, detail in details.items()]
    engine = at_version(empty_url, "0010", *rows)
    migrate(engine)
    found = {entry.key.contact: entry for entry in SendLedger(engine, "outbound", 0).entries()}
    assert (found["a"].state, found["a"].sent_at) == ("sent", found["a"].intent_at)
    assert (found["b"].state, found["b"].sent_at) == ("failed", None)
    engine.dispose()
