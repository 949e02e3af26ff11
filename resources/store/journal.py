"""The journal in the operations store."""

import json
from asyncio import Future
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from operator import itemgetter
from typing import Any

from sqlalchemy import Connection, Engine, Row, bindparam, select

from resources.gateway.answers import Answered, NotJudged, Refused, Usage
from resources.journal import JournalKey, Judgement
from resources.store.engine import insert_or_ignore, reading, writing
from resources.store.group_commit import GroupCommit
from resources.store.judgement_steps import steps_as_json, steps_of
from resources.store.judgement_tries import insert_tries, last_try, try_values
from resources.store.tables import journal

# Ids looked up in one statement, well under SQLite's limit of 32,766 parameters.
_CHUNK = 1000
_FINDING = select(journal).where(
    journal.c.specialist == bindparam("specialist"),
    journal.c.decision_version == bindparam("version"),
    journal.c.record_id.in_(bindparam("ids", expanding=True)),
)
_PRIMARY_KEY = itemgetter(*(column.name for column in journal.primary_key))


class StoredJournal:
    """Implements `resources.journal.Journal`."""

    def __init__(self, engine: Engine, commits: GroupCommit) -> None:
        self._engine, self._commits = engine, commits

    def find(self, keys: Iterable[JournalKey]) -> Mapping[JournalKey, Judgement]:
        """What is kept of `keys`; a key that was never judged is absent."""
        with reading(self._engine) as connection:
            return find_judgements(connection, keys)

    def keep(self, key: JournalKey, judgement: Judgement) -> Future[None]:
        """Durable once it is done. A key that is already kept stays as it was. Its error: CommitFailed."""
        return self._commits.post(insert_judgements, judgement_values(key, judgement))

    def tried(self, key: JournalKey, run_id: str, answer: NotJudged) -> Future[None]:
        """Durable once it is done. Its error: CommitFailed."""
        return self._commits.post(insert_tries, try_values(key, run_id, answer))

    def last_try(self, key: JournalKey, run_id: str) -> NotJudged | None:
        """The last that was told of this key in this run."""
        with reading(self._engine) as connection:
            return last_try(connection, key, run_id)

    def keep_all(self, judgements: Mapping[JournalKey, Judgement]) -> None:
        """Durable when it returns. A key that is already kept stays as it was."""
        if judgements:
            with writing(self._engine) as connection:
                insert_judgements(
                    connection, [judgement_values(key, judgement) for key, judgement in judgements.items()]
                )


def find_judgements(connection: Connection, keys: Iterable[JournalKey]) -> dict[JournalKey, Judgement]:
    """As `StoredJournal.find`, inside a transaction."""
    wanted = set(keys)
    record_ids: dict[tuple[str, str], set[str]] = defaultdict(set)
    for key in wanted:
        record_ids[key.specialist, key.decision_version].add(key.record_id)
    found: dict[JournalKey, Judgement] = {}
    for (specialist, version), ids in record_ids.items():
        ordered = sorted(ids)
        for start in range(0, len(ordered), _CHUNK):
            for row in _rows(connection, specialist, version, ordered[start : start + _CHUNK]):
                key = JournalKey(specialist, version, row.record_id, row.context_digest)
                if key in wanted:
                    found[key] = _judgement(row)
    return found


def insert_judgements(connection: Connection, values: Sequence[dict[str, object]]) -> list[None]:
    """In one order everywhere, so that two writers on PostgreSQL cannot wait for each other."""
    ordered = sorted(values, key=_PRIMARY_KEY)
    connection.execute(insert_or_ignore(connection.engine, journal), ordered)
    return [None] * len(values)


def _rows(connection: Connection, specialist: str, version: str, ids: Sequence[str]) -> Sequence[Row[Any]]:
    return connection.execute(_FINDING, {"specialist": specialist, "version": version, "ids": ids}).all()


def judgement_values(key: JournalKey, judgement: Judgement) -> dict[str, object]:
    answer, usage = judgement.answer, judgement.answer.usage
    answered = isinstance(answer, Answered)
    return {
        "specialist": key.specialist,
        "decision_version": key.decision_version,
        "record_id": key.record_id,
        "context_digest": key.context_digest,
        "decided_by": judgement.decided_by,
        "kind": "answered" if answered else "refused",
        "answer": json.dumps(dict(answer.output) if isinstance(answer, Answered) else answer.why),
        "tokens_in": usage.tokens_in,
        "tokens_out": usage.tokens_out,
        "usd": usage.usd,
        "tokens_cached": usage.cached,
        "tokens_cache_write": usage.cache_write,
        "tokens_reasoning": usage.reasoning,
        "price": usage.price,
        "steps": steps_as_json(answer.steps),
    }


def _judgement(row: Row[Any]) -> Judgement:
    usage = Usage(
        row.tokens_in,
        row.tokens_out,
        row.usd,
        row.tokens_cached,
        row.tokens_cache_write,
        row.tokens_reasoning,
        row.price,
    )
    content, steps = json.loads(row.answer), steps_of(row.steps)
    answered = row.kind == "answered"
    answer = Answered(content, usage, steps) if answered else Refused(content, usage, steps)
    return Judgement(row.decided_by, answer)
