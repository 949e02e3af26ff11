"""What judgements have used so far, from the journal: what a forecast is made of."""

from dataclasses import dataclass

from sqlalchemy import Engine, func, select

from resources.gateway.prices import AT_BATCH_PRICES
from resources.store.engine import reading
from resources.store.tables import journal


@dataclass(frozen=True, slots=True)
class Moments:
    """Mean and mean square of a quantity."""

    mean: float
    mean_square: float


@dataclass(frozen=True, slots=True)
class Used:
    """What `judgements` of one specialist by one candidate used each: tokens, and US dollars.

    `tokens_cached`, read from the provider's cache, are among `tokens_in`.
    """

    judgements: int
    tokens_in: Moments
    tokens_cached: Moments
    tokens_out: Moments
    usd: Moments


def used_by(engine: Engine, specialist: str, candidate: str, *, batch: bool = False) -> Used | None:
    """In batches, or in calls. None where this candidate has judged nothing for this specialist that way."""
    columns = (journal.c.tokens_in, journal.c.tokens_cached, journal.c.tokens_out, journal.c.usd)
    # What was kept before prices were has none.
    batched = func.coalesce(journal.c.price, "").contains(AT_BATCH_PRICES, autoescape=True)
    # As floats: squares of token counts would overflow an integer column's sum on PostgreSQL.
    floats = [column * 1.0 for column in columns]
    query = select(
        func.count(),
        *(func.avg(value) for value in floats),
        *(func.avg(value * value) for value in floats),
    ).where(
        journal.c.specialist == specialist,
        journal.c.decided_by == f"model:{candidate}",
        batched if batch else ~batched,
    )
    with reading(engine) as connection:
        row = connection.execute(query).one()
    if not row[0]:
        return None
    seen = len(columns)
    moments = [Moments(float(row[n]), float(row[n + seen])) for n in range(1, seen + 1)]
    return Used(int(row[0]), *moments)
