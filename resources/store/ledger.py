"""The ledger: every send, its intent durable before the wire and its outcome after.

    (nothing) -> intent -> sent | failed | deferred | unknown | cancelled

A deferred or cancelled row may be claimed again and is then the same row; `sent` is the end of it.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Engine, Row, insert, select, update

from resources.gateway.answers import Usage
from resources.store.engine import deciding, reading
from resources.store.entries import (
    AlreadySent,
    Claim,
    Claimed,
    Duplicate,
    Entry,
    Intent,
    Pending,
    Refused,
    SendKey,
    State,
)
from resources.store.send_checks import Check, not_suppressed, under_cap
from resources.store.suppressions import SENDING
from resources.store.tables import ledger

# From which states an outcome may be recorded. A delivery is always recorded: it is the truth, however late.
_FROM: dict[State, tuple[State, ...]] = {
    "sent": ("intent", "failed", "deferred", "unknown", "cancelled"),
    "failed": ("intent", "unknown"),
    "deferred": ("intent",),
    "unknown": ("intent",),
    "cancelled": ("intent", "deferred", "unknown"),
}


class SendLedger:
    """One workforce's ledger. `daily_cap`: sends per UTC day of the decision clock.

    Suppression and the cap are checked for every claim, whatever else the caller checks.
    """

    def __init__(self, engine: Engine, workforce: str, daily_cap: int) -> None:
        self._engine, self._workforce = engine, workforce
        self.checks: tuple[Check, ...] = (not_suppressed, under_cap(daily_cap))

    def key(self, campaign: str, step: int, contact: str) -> SendKey:
        """`contact` is normalised (resources/contact_key.py)."""
        return SendKey(self._workforce, campaign, step, contact)

    def claim(self, intent: Intent, also: Iterable[Check] = ()) -> Claim:
        """Write the intent if nothing stands against it; durable when it returns `Claimed`."""
        with deciding(self._engine, SENDING) as connection:
            entry = _find(connection, intent.key)
            standing = None if entry is None else _standing(entry, intent)
            if standing is not None:
                return standing
            for check in (*self.checks, *also):
                refused = check(connection, intent)
                if refused is not None:
                    return refused
            return Claimed(_write(connection, intent, again=entry is not None))

    def record(
        self, key: SendKey, state: State, *, sent_at: datetime | None = None, detail: str | None = None
    ) -> Entry:
        """Record an outcome and return the entry as it now stands.

        It stays as it was where `state` may not follow the state it is in: what was sent stays sent.
        Raises LookupError if nothing was ever claimed under `key`.
        """
        with deciding(self._engine, SENDING) as connection:
            connection.execute(
                update(ledger)
                .where(ledger.c.key == key.digest, ledger.c.state.in_(_FROM[state]))
                .values(state=state, sent_at=sent_at, detail=detail)
            )
            entry = _find(connection, key)
        if entry is None:
            raise LookupError(f"no intent stands in the ledger for {key}; claim it first")
        return entry

    def find(self, key: SendKey) -> Entry | None:
        with reading(self._engine) as connection:
            return _find(connection, key)

    def entries(self) -> list[Entry]:
        """All of the workforce's entries, oldest intent first."""
        query = (
            select(ledger)
            .where(ledger.c.workforce == self._workforce)
            .order_by(ledger.c.intent_at, ledger.c.key)
        )
        with reading(self._engine) as connection:
            return [entry_of(row) for row in connection.execute(query)]


def _standing(entry: Entry, intent: Intent) -> Claim | None:
    """What an entry that is already there means for this intent; None where its row may be used again."""
    if entry.state == "cancelled":
        return None
    if not entry.belongs_to(intent.record_id, intent.partition):
        return Duplicate(entry)
    match entry.state:
        case "sent":
            return AlreadySent(entry)
        case "failed":
            return Refused(f"delivery failed for good: {entry.detail}", for_good=False)
        case "deferred":
            return None
        case _:
            return Pending(entry)


def _write(connection: Connection, intent: Intent, *, again: bool) -> Entry:
    values = {
        "state": "intent",
        "record_id": intent.record_id,
        "partition": intent.partition.isoformat(),
        "message_id": intent.message_id,
        "draft_digest": intent.draft_digest,
        "day": intent.day,
        "intent_at": intent.at,
        "sent_at": None,
        "detail": None,
        "decided_by": intent.decided_by,
        "tokens_in": intent.usage.tokens_in,
        "tokens_out": intent.usage.tokens_out,
        "usd": intent.usage.usd,
    }
    key = intent.key
    if again:
        connection.execute(update(ledger).where(ledger.c.key == key.digest).values(**values))
    else:
        names = {"workforce": key.workforce, "campaign": key.campaign, "step": key.step}
        connection.execute(insert(ledger).values(key=key.digest, **names, contact=key.contact, **values))
    entry = _find(connection, key)
    assert entry is not None
    return entry


def _find(connection: Connection, key: SendKey) -> Entry | None:
    row = connection.execute(select(ledger).where(ledger.c.key == key.digest)).one_or_none()
    return None if row is None else entry_of(row)


def entry_of(row: Row[Any]) -> Entry:
    """A row of the ledger's table as an entry."""
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
    )
