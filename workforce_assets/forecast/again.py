"""What making stale partitions again will cost: by today's rules and journal, not by what it cost."""

from collections.abc import Callable, Sequence
from datetime import date, datetime

from workforce_assets.forecast.estimate import estimate, may_cost
from workforce_assets.forecast.interval import NOTHING, Interval
from workforce_assets.manager import Workforce
from workforce_assets.settings import Settings
from workforce_assets.staleness import Stale


def usd_again(
    settings: Settings,
    workforce: Workforce,
    stale: Sequence[Stale],
    at: datetime,
    progress: Callable[[int], None] = lambda days: None,
) -> list[Interval]:
    """US dollars for each of them, in their order. Nothing is spent. Raises PriceError, InputError."""
    if not may_cost(workforce):
        return [NOTHING for _ in stale]
    makers = {line.asset: line.by for line in workforce.stages}
    told: dict[str, dict[str, Interval]] = {}
    for number, day in enumerate(sorted({each.partition for each in stale}), start=1):
        found = estimate(settings, workforce, [date.fromisoformat(day)], at, {})
        told[day] = {one.specialist: one.usd for one in found.specialists}
        progress(number)
    # Records as they come in have no maker who could cost anything.
    return [told[each.partition].get(makers.get(each.asset, ""), NOTHING) for each in stale]
