"""Group commit: what many tasks write at once is one transaction, all of it or none, and each is told."""

import asyncio
import time
from collections.abc import Sequence

import pytest
from sqlalchemy import Connection, Engine, event, func, insert, select, text

from resources.gateway.answers import Answered, Usage
from resources.journal import JournalKey, Judgement
from resources.store.engine import open_engine, reading
from resources.store.group_commit import CommitFailed, GroupCommit
from resources.store.journal import StoredJournal, judgement_values
from resources.store.tables import journal

pytest_plugins = ["tests.store_fixtures"]

SLOW_DISK = 0.25
"""Seconds a commit takes: without them, one who is told too early may still look too late to see it."""


def _key(number: int) -> JournalKey:
    return JournalKey("writer", "v1", f"lead-{number}", "c")


def _judgement(number: int, tokens: int = 7) -> Judgement:
    return Judgement("model:a/b", Answered({"n": number}, Usage(tokens, 1, 0.001)))


def _keep(store: Engine, judgements: dict[JournalKey, Judgement]) -> list[object]:
    """All of them kept by tasks of their own; what each was told."""
    kept = StoredJournal(store, GroupCommit(store))

    async def all_of_them() -> list[object]:
        waiting = [kept.keep(key, judgement) for key, judgement in judgements.items()]
        return await asyncio.gather(*waiting, return_exceptions=True)

    return asyncio.run(all_of_them())


def _commits(engine: Engine) -> list[Connection]:
    seen: list[Connection] = []
    event.listen(engine, "commit", seen.append)
    return seen


def test_many_waiting_writes_are_few_transactions(store: Engine) -> None:
    """500 tasks at once: every judgement is there, in a hundredth of the commits."""
    commits = _commits(store)
    told = _keep(store, {_key(number): _judgement(number) for number in range(500)})
    assert told == [None] * 500
    assert len(commits) <= 5
    with reading(store) as connection:
        assert connection.execute(select(func.count()).select_from(journal)).scalar() == 500


def test_what_is_told_to_be_kept_is_on_the_disk(store: Engine) -> None:
    """Another connection sees it at the moment its task goes on, however slow the disk is."""
    kept = StoredJournal(store, GroupCommit(store))
    other = open_engine(store.url.render_as_string(hide_password=False))
    event.listen(store, "commit", lambda _: time.sleep(SLOW_DISK))

    async def keep_and_look() -> None:
        for number in range(2):
            await kept.keep(_key(number), _judgement(number))
            assert StoredJournal(other, GroupCommit(other)).find([_key(number)])

    asyncio.run(keep_and_look())
    other.dispose()


def test_a_store_that_cannot_be_written_is_told_to_everyone_who_waits(store: Engine) -> None:
    """Each task hears the reason, and the committer works again when the store does."""
    with store.begin() as connection:
        connection.execute(text("ALTER TABLE journal RENAME TO elsewhere"))
    told = _keep(store, {_key(number): _judgement(number) for number in range(5)})
    assert len(told) == 5
    assert all(isinstance(one, CommitFailed) and "journal" in str(one) for one in told), told
    with store.begin() as connection:
        connection.execute(text("ALTER TABLE elsewhere RENAME TO journal"))
    assert _keep(store, {_key(1): _judgement(1)}) == [None]


def test_one_that_cannot_be_written_does_not_stop_the_others(store: Engine) -> None:
    """A number no column can hold fails its own task alone."""
    told = _keep(store, {_key(n): _judgement(n, tokens=2**80 if n == 3 else 7) for n in range(6)})
    assert [isinstance(one, CommitFailed) for one in told] == [n == 3 for n in range(6)]
    assert len(StoredJournal(store, GroupCommit(store)).find([_key(n) for n in range(6)])) == 5


def test_a_group_that_fails_half_way_leaves_nothing(store: Engine) -> None:
    """All of a transaction or none of it: a payload that fails alone has written nothing either."""

    def write_then_fail(connection: Connection, payloads: Sequence[str]) -> list[None]:
        values = judgement_values(_key(1), _judgement(1))
        connection.execute(insert(journal).values(values))
        raise RuntimeError("power cut")

    async def try_it() -> None:
        with pytest.raises(CommitFailed, match="power cut"):
            await GroupCommit(store).commit(write_then_fail, "anything")

    asyncio.run(try_it())
    with reading(store) as connection:
        assert connection.execute(select(func.count()).select_from(journal)).scalar() == 0


def test_a_cancelled_task_harms_nobody_else(store: Engine) -> None:
    """What it asked for may be written; the others are told as ever."""
    kept = StoredJournal(store, GroupCommit(store))

    async def cancel_one() -> list[object]:
        tasks = [kept.keep(_key(n), _judgement(n)) for n in range(20)]
        await asyncio.sleep(0)
        tasks[7].cancel()
        return await asyncio.gather(*tasks, return_exceptions=True)

    told = asyncio.run(cancel_one())
    assert isinstance(told[7], asyncio.CancelledError)
    assert [one for number, one in enumerate(told) if number != 7] == [None] * 19
