"""The ledger's rows: entries out of them, intents and outcomes into them, a group at a time."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC
from typing import Any

from sqlalchemy import Connection, Row, and_, bindparam, insert, or_, select, update

from resources.gateway.answers import Usage
from resources.store.entries import Entry, Intent, SendKey, SendOutcome, State
from resources.store.tables import ledger

# From which states an outcome may be recorded. A delivery is always recorded: it is the truth, however late.
# "deferred" may follow "unknown": another run that could not tell has called a living run's intent that.
_FROM: dict[State, tuple[State, ...]] = {
    "sent": ("intent", "failed", "deferred", "unknown", "cancelled"),
    "failed": ("intent", "unknown"),
    "deferred": ("intent", "unknown"),
    "unknown": ("intent",),
    "cancelled": ("intent", "deferred", "failed", "unknown"),
}


def entries_of(connection: Connection, keys: Iterable[SendKey]) -> dict[str, Entry]:
    """Those of the keys that have an entry, by digest."""
    query = select(ledger).where(ledger.c.key.in_([key.digest for key in keys]))
    return {row.key: entry_of(row) for row in connection.execute(query)}


def entry_of(row: Row[Any]) -> Entry:
    return Entry(
        key=SendKey(row.workforce, row.campaign, row.step, row.contact),
        state=row.state,
        record_id=row.record_id,
        partition=row.partition,
        message_id=row.message_id,
        draft_digest=row.draft_digest,
        intent_at=row.intent_at,
        sent_at=row.sent_at,
        detail=row.detail,
        decided_by=row.decided_by,
        usage=Usage(row.tokens_in, row.tokens_out, row.usd),
        refusals=row.refusals,
    )


def entry_for(intent: Intent, earlier: Entry | None) -> Entry:
    """The entry that writing this intent makes."""
    return Entry(
        key=intent.key,
        state="intent",
        record_id=intent.record_id,
        partition=intent.partition.isoformat(),
        message_id=intent.message_id,
        draft_digest=intent.draft_digest,
        intent_at=intent.at.astimezone(UTC),
        sent_at=None,
        detail=intent.run,
        decided_by=intent.decided_by,
        usage=intent.usage,
        refusals=_refusals(intent, earlier),
    )


def write_intents(connection: Connection, intents: Sequence[tuple[Intent, Entry | None]]) -> None:
    """Each with the entry whose row it uses again, where there is one."""
    new = [_row(intent, None) for intent, earlier in intents if earlier is None]
    again = [_row(intent, earlier) for intent, earlier in intents if earlier is not None]
    if new:
        connection.execute(insert(ledger), new)
    if again:
        changed: dict[str, Any] = {name: bindparam(f"new_{name}") for name in again[0] if name != "key"}
        rows = [{f"new_{name}": value for name, value in row.items()} for row in again]
        connection.execute(update(ledger).where(ledger.c.key == bindparam("new_key")).values(changed), rows)


def write_outcomes(connection: Connection, outcomes: Sequence[SendOutcome]) -> None:
    """Each is left out where its state may not follow the one the entry is in: what was sent stays sent."""
    for state, of_run in {(outcome.state, outcome.of_run) for outcome in outcomes}:
        rows = [
            {
                "the_key": outcome.key.digest,
                "the_time": outcome.sent_at,
                "the_detail": outcome.detail,
                "the_refusal": int(outcome.refused),
            }
            for outcome in outcomes
            if (outcome.state, outcome.of_run) == (state, of_run)
        ]
        change = (
            update(ledger)
            .where(
                ledger.c.key == bindparam("the_key"),
                or_(*(ledger.c.state == from_ for from_ in _FROM[state]))
                if of_run is None
                else and_(ledger.c.state == "intent", ledger.c.detail == of_run),
            )
            .values(
                state=state,
                sent_at=bindparam("the_time", type_=ledger.c.sent_at.type),
                detail=bindparam("the_detail", type_=ledger.c.detail.type),
                refusals=ledger.c.refusals + bindparam("the_refusal"),
            )
        )
        connection.execute(change, rows)


def entry_after(outcome: SendOutcome, entries: Mapping[str, Entry]) -> Entry:
    """The entry as it now stands. Raises LookupError if it was never claimed."""
    if outcome.key.digest not in entries:
        raise LookupError(f"no intent stands in the ledger for {outcome.key}; claim it first")
    return entries[outcome.key.digest]


def _row(intent: Intent, earlier: Entry | None) -> dict[str, Any]:
    key = intent.key
    return {
        "key": key.digest,
        "workforce": key.workforce,
        "campaign": key.campaign,
        "step": key.step,
        "contact": key.contact,
        "state": "intent",
        "record_id": intent.record_id,
        "partition": intent.partition.isoformat(),
        "message_id": intent.message_id,
        "draft_digest": intent.draft_digest,
        "day": intent.day,
        "intent_at": intent.at,
        "sent_at": None,
        "detail": intent.run,
        "decided_by": intent.decided_by,
        "tokens_in": intent.usage.tokens_in,
        "tokens_out": intent.usage.tokens_out,
        "usd": intent.usage.usd,
        "refusals": _refusals(intent, earlier),
    }


def _refusals(intent: Intent, earlier: Entry | None) -> int:
    """They are counted for one record's send; another record that takes over a cancelled row starts anew."""
    own = earlier is not None and earlier.state == "deferred"
    return earlier.refusals if own and earlier is not None else 0
