"""The forecast: days that are expected, put together with what a judgement costs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Engine

from resources.gateway.prices import price_of
from resources.store.journal_history import used_by
from specialists.specialist import Blueprint, blueprint
from workforce_assets.forecast.calls import Expected
from workforce_assets.forecast.interval import NOTHING, Interval, exactly
from workforce_assets.forecast.judgement_cost import ENOUGH, JudgementCost, from_history, from_prompt
from workforce_assets.forecast.rehearsal import Cast, is_hosted
from workforce_assets.manager import Workforce

# Of one call, assumed: no call has been timed yet.
CALL_SECONDS = Interval(1, 3, 10)
IN_FLIGHT = 64


@dataclass(frozen=True)
class SpecialistForecast:
    """What one specialist's judgements will cost over all days."""

    specialist: str
    candidate: str | None
    calls: Interval
    tokens_in: Interval = NOTHING
    tokens_cached: Interval = NOTHING
    tokens_out: Interval = NOTHING
    usd: Interval = NOTHING
    source: str = "no hosted model is asked"
    in_batches: bool = False

    def as_json(self) -> dict[str, Any]:
        return {
            "candidate": self.candidate,
            "calls": self.calls.as_json(),
            "tokens_in": self.tokens_in.as_json(),
            "tokens_cached": self.tokens_cached.as_json(),
            "tokens_out": self.tokens_out.as_json(),
            "usd": self.usd.as_json(6),
            "in_batches": self.in_batches,
            "source": self.source,
        }


@dataclass(frozen=True)
class Forecast:
    """What some days will cost. `sources`: where each day's counts are from."""

    sources: Mapping[str, str]
    leads: Interval
    specialists: tuple[SpecialistForecast, ...]
    rules_seconds: float

    @property
    def calls(self) -> Interval:
        return sum((one.calls for one in self.specialists), NOTHING)

    @property
    def usd(self) -> Interval:
        return sum((one.usd for one in self.specialists), NOTHING)

    @property
    def seconds(self) -> Interval:
        """Rules as measured on this machine, calls as assumed with IN_FLIGHT at a time. Batches are not
        waited for: each stage that asks in them is made again within a day."""
        live = sum((one.calls for one in self.specialists if not one.in_batches), NOTHING)
        return exactly(self.rules_seconds) + live * CALL_SECONDS * (1 / IN_FLIGHT)

    def as_json(self) -> dict[str, Any]:
        return {
            "days": dict(self.sources),
            "leads": self.leads.as_json(),
            "specialists": {one.specialist: one.as_json() for one in self.specialists},
            "calls": self.calls.as_json(),
            "usd": self.usd.as_json(6),
            "seconds": self.seconds.as_json(1),
            "assumed": {
                "call_seconds": CALL_SECONDS.as_json(1),
                "in_flight": IN_FLIGHT,
                "attempts_per_call": 1,
            },
        }


def put_together(
    workforce: Workforce,
    who: Cast,
    days: Mapping[str, Expected],
    asked: Mapping[str, Sequence[dict[str, Any]]],
    engine: Engine | None,
    rules_seconds: float,
) -> Forecast:
    """`asked`: records as judgement will see them, by specialist. Raises PriceError."""
    names = [line.by for line in workforce.stages]
    specialists = [
        _of(name, who.candidates[name], _total([day.calls[name] for day in days.values()]), asked, engine)
        for name in names
    ]
    return Forecast(
        {day: expected.source for day, expected in days.items()},
        _total([expected.leads for expected in days.values()]),
        tuple(specialists),
        rules_seconds,
    )


def _of(
    name: str,
    candidate: str | None,
    calls: Interval,
    asked: Mapping[str, Sequence[dict[str, Any]]],
    engine: Engine | None,
) -> SpecialistForecast:
    if candidate is None or not is_hosted(candidate):
        return SpecialistForecast(name, candidate, NOTHING)
    made_by = blueprint(name)
    cost = _cost(made_by, candidate, asked.get(name, ()), engine)
    return SpecialistForecast(
        name,
        candidate,
        calls,
        calls * cost.tokens_in,
        calls * cost.tokens_cached,
        calls * cost.tokens_out,
        calls * cost.usd,
        cost.source,
        _in_batches(made_by),
    )


def _in_batches(made_by: Blueprint) -> bool:
    return made_by.card.execution == "batch"


def _cost(
    made_by: Blueprint, candidate: str, asked: Sequence[dict[str, Any]], engine: Engine | None
) -> JudgementCost:
    price = price_of(candidate)  # also where there is history: without a price no call may be made
    used = None
    if engine is not None:
        used = used_by(engine, made_by.name, candidate, batch=_in_batches(made_by))
    if used is not None and used.judgements >= ENOUGH:
        return from_history(used)
    return from_prompt(made_by, price, asked)


def _total(parts: Sequence[Interval]) -> Interval:
    return sum(parts, NOTHING)
