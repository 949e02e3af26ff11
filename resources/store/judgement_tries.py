"""What came to no judgement, in the operations store."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Row, insert, select

from resources.gateway.answers import NO_COST, Malformed, NotJudged, OverBudget, Unavailable, Usage
from resources.journal import JournalKey
from resources.store.judgement_steps import steps_as_json, steps_of
from resources.store.tables import judgement_tries

_KINDS: dict[str, type[NotJudged]] = {
    "malformed": Malformed,
    "over_budget": OverBudget,
    "unavailable": Unavailable,
}
_NAMES = {kind: name for name, kind in _KINDS.items()}


def try_values(key: JournalKey, run_id: str, answer: NotJudged) -> dict[str, object]:
    return {
        "specialist": key.specialist,
        "decision_version": key.decision_version,
        "record_id": key.record_id,
        "context_digest": key.context_digest,
        "run": run_id,
        "kind": _NAMES[type(answer)],
        "why": answer.why,
        "price": answer.usage.price,
        "steps": steps_as_json(answer.steps),
    }


def insert_tries(connection: Connection, values: Sequence[dict[str, object]]) -> list[None]:
    connection.execute(insert(judgement_tries), values)
    return [None] * len(values)


def last_try(connection: Connection, key: JournalKey, run_id: str) -> NotJudged | None:
    table = judgement_tries
    query = select(table).where(
        table.c.specialist == key.specialist,
        table.c.record_id == key.record_id,
        table.c.run == run_id,
        table.c.decision_version == key.decision_version,
        table.c.context_digest == key.context_digest,
    )
    row = connection.execute(query.order_by(table.c.number.desc()).limit(1)).one_or_none()
    return _answer(row) if row is not None else None


def _answer(row: Row[Any]) -> NotJudged:
    """Its usage is that of its steps."""
    steps = steps_of(row.steps)
    usage = sum((step.usage for step in steps), NO_COST) + Usage(price=row.price)
    return _KINDS[row.kind](row.why, usage, steps)
