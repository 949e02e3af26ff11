"""What is spent or reserved: accounts, the caps over them, and reading both."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from math import ceil, isfinite
from typing import Any

from sqlalchemy import Connection, Engine, Insert, Select, bindparam, func, select
from sqlalchemy.dialects import postgresql, sqlite

from resources.store.engine import reading
from resources.store.tables import spending


@dataclass(frozen=True, slots=True)
class Account:
    """Where an amount is counted: one specialist's spending in one run on one day (ISO date, UTC)."""

    workforce: str
    day: str
    specialist: str
    run: str


@dataclass(frozen=True, slots=True)
class Cap:
    """At most `nanodollars` over all accounts that agree in the columns `over`; `reason` names it."""

    over: tuple[str, ...]
    nanodollars: int
    reason: str


@dataclass(frozen=True, slots=True)
class Change:
    """Add `nanodollars` to an account, unless a cap would be exceeded. Without caps it is always added."""

    account: Account
    nanodollars: int
    caps: tuple[Cap, ...] = ()


def apply_changes(connection: Connection, changes: Sequence[Change]) -> list[Cap | None]:
    """For each change in turn the cap that refused it, or None: it was added. To be used in `deciding`."""
    book = _Book(connection)
    refused = [book.enter(change) for change in changes]
    book.write()
    return refused


class _Book:
    """The totals of one transaction: read once, changed in memory, written once."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._totals: dict[tuple[tuple[str, str], ...], int] = {}
        self._added: dict[Account, int] = defaultdict(int)

    def enter(self, change: Change) -> Cap | None:
        for cap in change.caps:
            if self._total(change.account, cap) + change.nanodollars > cap.nanodollars:
                return cap
        self._added[change.account] += change.nanodollars
        return None

    def _total(self, account: Account, cap: Cap) -> int:
        """Everything the cap is over: what the store holds, and what this transaction has added."""
        scope = tuple((column, getattr(account, column)) for column in cap.over)
        if scope not in self._totals:
            self._totals[scope] = _sum(self._connection, dict(scope))
        added = (
            amount
            for other, amount in self._added.items()
            if all(getattr(other, column) == value for column, value in scope)
        )
        return self._totals[scope] + sum(added)

    def write(self) -> None:
        rows = [
            {
                "workforce": account.workforce,
                "day": account.day,
                "specialist": account.specialist,
                "run": account.run,
                "nanodollars": amount,
            }
            for account, amount in self._added.items()
            if amount
        ]
        if rows:
            self._connection.execute(_adding(self._connection.dialect.name), rows)


def spent_in_run(engine: Engine, run: str) -> float:
    """US dollars spent and reserved in one run."""
    with reading(engine) as connection:
        return _sum(connection, {"run": run}) / 1e9


def spent_by_day(engine: Engine, workforce: str) -> dict[str, dict[str, float]]:
    """US dollars spent and reserved, by day (newest first) and specialist."""
    query = (
        select(spending.c.day, spending.c.specialist, func.sum(spending.c.nanodollars).label("spent"))
        .where(spending.c.workforce == workforce)
        .group_by(spending.c.day, spending.c.specialist)
        .order_by(spending.c.day.desc(), spending.c.specialist)
    )
    found: dict[str, dict[str, float]] = defaultdict(dict)
    with reading(engine) as connection:
        for row in connection.execute(query):
            found[row.day][row.specialist] = int(row.spent) / 1e9
    return dict(found)


def nanodollars(usd: float) -> int:
    """Rounded up, but for the dust of floats, a thousandth of one. Raises ValueError on what is no amount."""
    if not isfinite(usd) or usd < 0:
        raise ValueError(f"{usd} is not an amount of US dollars")
    return ceil(round(usd * 1e9, 3))


def _sum(connection: Connection, agreeing: Mapping[str, str]) -> int:
    """Nanodollars of all accounts that agree with these columns' values."""
    return int(connection.execute(_total_over(tuple(agreeing)), agreeing).scalar() or 0)


@cache
def _adding(dialect: str) -> Insert:
    """An insert that adds to the row that is already there."""
    insert: Any = postgresql.insert if dialect == "postgresql" else sqlite.insert
    adding = insert(spending)
    total = spending.c.nanodollars + adding.excluded.nanodollars
    upsert: Insert = adding.on_conflict_do_update(
        index_elements=list(spending.primary_key), set_={"nanodollars": total}
    )
    return upsert


@cache
def _total_over(columns: tuple[str, ...]) -> Select[int | None]:
    """Built once: a statement built for each commit was a tenth of the committer's CPU."""
    agree = [spending.c[column] == bindparam(column) for column in columns]
    return select(func.sum(spending.c.nanodollars)).where(*agree)
