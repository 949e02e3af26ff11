"""The budget in the operations store: one cap per workforce and day, exact across processes."""

from datetime import date
from decimal import ROUND_CEILING, Decimal

from sqlalchemy import Connection, Engine, func, select, update

from resources.budget import Reservation, cap_reached
from resources.store.engine import deciding, insert_or_ignore, reading
from resources.store.tables import spending


class StoredBudget:
    """Implements `resources.budget.Budget`. Money is in US dollars, kept in billionths, rounded up."""

    def __init__(self, engine: Engine, workforce: str, day: date, cap_usd: float) -> None:
        self._engine, self._workforce, self._day = engine, workforce, day.isoformat()
        self._cap = _nanodollars(cap_usd)

    async def reserve(self, specialist: str, usd: float) -> Reservation | None:
        """None when `usd` does not fit under the cap. What is never settled stays counted as spent."""
        amount = _nanodollars(usd)
        return _Reserved(self, specialist, amount) if self._take(specialist, amount) else None

    def refusal(self, specialist: str) -> str:
        return cap_reached("the day's", self._cap / 1e9)

    def spent_usd(self) -> float:
        """Spent and reserved so far on this day."""
        with reading(self._engine) as connection:
            return self._total(connection) / 1e9

    def correct(self, specialist: str, nanodollars: int) -> None:
        """Add `nanodollars`, which may be negative, whatever the cap: it was spent."""
        if nanodollars:
            with deciding(self._engine, "spending") as connection:
                self._add(connection, specialist, nanodollars)

    def _take(self, specialist: str, amount: int) -> bool:
        if amount == 0:  # what costs nothing always fits, and needs no commit
            return True
        with deciding(self._engine, "spending") as connection:
            if self._total(connection) + amount > self._cap:
                return False
            self._add(connection, specialist, amount)
            return True

    def _total(self, connection: Connection) -> int:
        total = select(func.sum(spending.c.nanodollars)).where(
            spending.c.workforce == self._workforce, spending.c.day == self._day
        )
        return int(connection.execute(total).scalar() or 0)

    def _add(self, connection: Connection, specialist: str, nanodollars: int) -> None:
        row = {"workforce": self._workforce, "day": self._day, "specialist": specialist}
        connection.execute(insert_or_ignore(self._engine, spending), {**row, "nanodollars": 0})
        connection.execute(
            update(spending)
            .where(*(spending.c[name] == value for name, value in row.items()))
            .values(nanodollars=spending.c.nanodollars + nanodollars)
        )


class _Reserved:
    def __init__(self, budget: StoredBudget, specialist: str, amount: int) -> None:
        self._budget, self._specialist, self._counted = budget, specialist, amount

    async def settle(self, usd: float) -> None:
        """Count `usd` instead of what was counted so far; safe to call again."""
        spent = _nanodollars(usd)
        self._budget.correct(self._specialist, spent - self._counted)
        self._counted = spent


def _nanodollars(usd: float) -> int:
    """Raises ValueError on a negative amount or one that is not a number."""
    amount = Decimal(str(usd))
    if not amount.is_finite() or amount < 0:
        raise ValueError(f"{usd} is not an amount of US dollars")
    return int((amount * 10**9).to_integral_value(ROUND_CEILING))
