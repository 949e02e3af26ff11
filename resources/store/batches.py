"""The batches in the operations store: intent and money in one commit, result and money in another."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, cast

from sqlalchemy import Connection, Engine, Row, func, insert, select, update

from resources.batches.ports import Ask, Batch, BatchState, Fate, MadeAfterAll, Refused, Request, Settled
from resources.journal import JournalKey
from resources.store.batch_rows import batch_of, batch_values, key_of, request_of, request_values
from resources.store.budget import Caps, caps_over
from resources.store.engine import deciding, reading, writing
from resources.store.group_commit import SPENDING
from resources.store.journal import find_judgements, insert_judgements, judgement_values
from resources.store.spending import Account, Change, apply_changes, nanodollars
from resources.store.tables import batch_requests, message_batches

_CHUNK = 1000


@dataclass(frozen=True, slots=True)
class Payer:
    """Whose money new batches reserve, and the caps over it. `day`: the UTC day of the decision clock."""

    day: date
    run: str
    caps: Caps


class StoredBatches:
    """Implements `resources.batches.ports.BatchBook`. Without a payer nothing can be intended."""

    def __init__(self, engine: Engine, workforce: str, payer: Payer | None = None) -> None:
        self._engine, self._workforce, self._payer = engine, workforce, payer

    def latest(self, keys: Iterable[JournalKey]) -> Mapping[JournalKey, Request]:
        with reading(self._engine) as connection:
            return _latest(connection, set(keys))

    def intend(
        self, batch: Batch, asks: Sequence[Ask]
    ) -> tuple[Mapping[JournalKey, str], Mapping[JournalKey, Refused]]:
        payer = self._payer
        assert payer is not None, "only a run intends batches"
        account = Account(self._workforce, payer.day.isoformat(), batch.specialist, payer.run)
        caps = caps_over(payer.caps, self._workforce, batch.specialist)
        with deciding(self._engine, SPENDING) as connection:
            refused = _under_way(connection, [ask.key for ask in asks])
            wanted = [ask for ask in asks if ask.key not in refused]
            changes = [Change(account, nanodollars(ask.worst_usd), caps) for ask in wanted]
            taken = []
            for ask, cap in zip(wanted, apply_changes(connection, changes), strict=True):
                if cap is None:
                    taken.append(ask)
                else:
                    refused[ask.key] = Refused(cap.reason, over_budget=True)
            if taken:
                values = batch_values(batch, self._workforce, payer.day, payer.run, len(taken))
                connection.execute(insert(message_batches), values)
                rows = [request_values(batch.id, number, ask) for number, ask in enumerate(taken)]
                connection.execute(insert(batch_requests), rows)
        return {ask.key: f"{batch.id}-{number}" for number, ask in enumerate(taken)}, refused

    def about_to_send(self, batch_id: str, at: datetime) -> bool:
        return self._change(batch_id, ("intended",), tried_at=at)

    def sent(self, batch_id: str, provider_id: str) -> None:
        values = {"state": "waiting", "provider_id": provider_id, "detail": ""}
        if not self._change(batch_id, ("intended", "unclear"), **values):
            self._refuse_another(batch_id, provider_id)

    def never_sent(self, batch_id: str, why: str, *, lost: datetime | None = None) -> None:
        values = {"state": "void", "detail": why, "followed": lost is None}
        with deciding(self._engine, SPENDING) as connection:
            if self._state(connection, batch_id, ("intended",), lost, **values):
                found = _open(connection, batch_id)
                _settle(connection, batch_id, {id: Settled("void", why, 0.0) for id in found})

    def unclear(self, batch_id: str, why: str) -> None:
        self._change(batch_id, ("intended", "waiting"), state="unclear", detail=why)

    def settle(self, batch_id: str, results: Mapping[str, Settled]) -> None:
        with deciding(self._engine, SPENDING) as connection:
            _settle(connection, batch_id, results)

    def ended(self, batch_id: str) -> bool:
        with deciding(self._engine, SPENDING) as connection:
            if _open(connection, batch_id):
                return False
            return self._state(connection, batch_id, ("waiting", "unclear"), state="ended")

    def remark(self, batch_id: str, detail: str) -> None:
        self._change(batch_id, ("intended", "waiting", "unclear"), detail=detail)

    def open_requests(self, batch_id: str) -> Mapping[str, Request]:
        with reading(self._engine) as connection:
            return {id: request_of(row) for id, row in _open(connection, batch_id).items()}

    def batches(self, *states: BatchState) -> Sequence[Batch]:
        table = message_batches
        query = select(table).where(table.c.workforce == self._workforce)
        if states:
            query = query.where(table.c.state.in_(states))
        with reading(self._engine) as connection:
            rows = connection.execute(query.order_by(table.c.intended_at, table.c.id)).all()
        return [batch_of(row) for row in rows]

    def provider_ids(self) -> set[str]:
        query = select(message_batches.c.provider_id).where(message_batches.c.provider_id.is_not(None))
        with reading(self._engine) as connection:
            return set(connection.execute(query).scalars())

    def followed(self, batch_ids: Iterable[str]) -> None:
        for batch_id in batch_ids:
            self._change(batch_id, ("ended", "void"), followed=True)

    def fates(self, batch_id: str) -> Mapping[Fate, int]:
        """How many of its requests have come to what."""
        table = batch_requests
        query = select(table.c.fate, func.count()).where(table.c.batch == batch_id).group_by(table.c.fate)
        with reading(self._engine) as connection:
            return {cast(Fate, fate): int(count) for fate, count in connection.execute(query).tuples()}

    def _refuse_another(self, batch_id: str, provider_id: str) -> None:
        """Nothing to do where it is known already: who looked for it and who sent it may both say so."""
        query = select(message_batches.c.state, message_batches.c.provider_id)
        with reading(self._engine) as connection:
            found = connection.execute(query.where(message_batches.c.id == batch_id)).one()
        if found.provider_id != provider_id:
            raise MadeAfterAll(
                f"the provider made batch {batch_id} as {provider_id}, but it is {found.state} here: its "
                f"records are asked and paid again; cancel {provider_id} at the provider's console"
            )

    def _change(self, batch_id: str, of: tuple[BatchState, ...], **values: object) -> bool:
        with writing(self._engine) as connection:
            return self._state(connection, batch_id, of, **values)

    def _state(
        self,
        connection: Connection,
        batch_id: str,
        of: tuple[BatchState, ...],
        tried: datetime | None = None,
        /,
        **values: object,
    ) -> bool:
        """Whether it was in one of the states, and, where given, `tried` last then."""
        table = message_batches
        change = update(table).where(
            table.c.id == batch_id, table.c.workforce == self._workforce, table.c.state.in_(of)
        )
        if tried is not None:
            change = change.where(table.c.tried_at == tried)
        return connection.execute(change.values(**values)).rowcount == 1


def _under_way(connection: Connection, keys: Sequence[JournalKey]) -> dict[JournalKey, Refused]:
    """What another run has asked, or got an answer to, since this one looked."""
    refused = {
        key: Refused(f"waiting for batch {request.batch}", over_budget=False)
        for key, request in _latest(connection, set(keys)).items()
        if request.fate == "open"
    }
    for key in find_judgements(connection, set(keys)):
        refused[key] = Refused("judged meanwhile; the next run reads it", over_budget=False)
    return refused


def _latest(connection: Connection, keys: set[JournalKey]) -> dict[JournalKey, Request]:
    found: dict[JournalKey, Request] = {}
    table = batch_requests
    for specialist, version, ids in _by_version(keys):
        query = select(table).where(
            table.c.specialist == specialist,
            table.c.decision_version == version,
            table.c.record_id.in_(ids),
        )
        for row in connection.execute(query.order_by(table.c.number)):
            if (key := key_of(row)) in keys:
                found[key] = request_of(row)
    return found


def _by_version(keys: set[JournalKey]) -> Iterator[tuple[str, str, list[str]]]:
    """Record ids in portions, well under SQLite's limit of 32,766 parameters."""
    for specialist, version in sorted({(key.specialist, key.decision_version) for key in keys}):
        ids = sorted(
            {k.record_id for k in keys if (k.specialist, k.decision_version) == (specialist, version)}
        )
        for start in range(0, len(ids), _CHUNK):
            yield specialist, version, ids[start : start + _CHUNK]


def _open(connection: Connection, batch_id: str) -> dict[str, Row[Any]]:
    table = batch_requests
    query = select(table).where(table.c.batch == batch_id, table.c.fate == "open")
    return {row.custom_id: row for row in connection.execute(query)}


def _settle(connection: Connection, batch_id: str, results: Mapping[str, Settled]) -> None:
    payer = connection.execute(select(message_batches).where(message_batches.c.id == batch_id)).one()
    account = Account(payer.workforce, payer.day, payer.specialist, payer.run)
    still_open = _open(connection, batch_id)
    found = [(row, settled) for id, settled in results.items() if (row := still_open.get(id)) is not None]
    money = [_billed(row, settled) for row, settled in found]
    owed = sum(billed - row.nanodollars for billed, (row, _) in zip(money, found, strict=True))
    apply_changes(connection, [Change(account, owed)])
    judged = [judgement_values(key_of(row), s.judgement) for row, s in found if s.judgement is not None]
    if judged:
        insert_judgements(connection, judged)
    for billed, (row, settled) in zip(money, found, strict=True):
        change = update(batch_requests).where(batch_requests.c.number == row.number)
        values = {"fate": settled.fate, "why": settled.why, "kind": settled.kind, "nanodollars": billed}
        connection.execute(change.values(**values))


def _billed(row: Row[Any], settled: Settled) -> int:
    """What is not known counts as the worst case, which is reserved."""
    return int(row.nanodollars) if settled.usd is None else nanodollars(settled.usd)
