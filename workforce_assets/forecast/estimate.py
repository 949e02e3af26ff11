"""An estimate for a range of days: each by its own cohort, by a file that stands for it, or by the lake."""

import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Engine
from upath import UPath

from resources.errors import InputError
from resources.home import Home
from resources.lake import Lake
from resources.store.engine import open_engine
from resources.store.group_commit import GroupCommit
from resources.store.journal import StoredJournal
from resources.store.migrate import StoreVersionError, check_version, migrate
from workforce_assets.forecast.calls import Expected, from_lake, from_rehearsal
from workforce_assets.forecast.forecast import Forecast, put_together
from workforce_assets.forecast.rehearsal import Cast, Rehearsal, cast, is_hosted, rehearse
from workforce_assets.manager import Workforce
from workforce_assets.settings import Settings
from workforce_assets.world import World

# Accepted leads that the rules are run over, of each day.
SAMPLE = 1000


@dataclass(frozen=True)
class StandIn:
    """The cohort of `day` in `home`, for days that have none of their own."""

    home: Home
    day: date


@dataclass
class _Gathered:
    """What the days so far have given."""

    days: dict[str, Expected] = field(default_factory=dict)
    asked: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    seconds: float = 0.0

    def add(self, day: str, played: Rehearsal) -> None:
        self.days[day] = from_rehearsal(played)
        self.seconds += played.seconds
        for stage in played.stages:
            self.asked.setdefault(stage.line.by, []).extend(stage.asked)


def estimate(
    settings: Settings,
    workforce: Workforce,
    days: Sequence[date],
    at: datetime,
    candidates: Mapping[str, str],
    stand_in: StandIn | None = None,
    sample: int = SAMPLE,
    progress: Callable[[int], None] = lambda days: None,
) -> Forecast:
    """What these days will cost. Nothing is spent, sent, or written to the home.

    `candidates`: for these specialists another candidate than the pinned one. A day without a cohort is
    forecast by `stand_in`, else by the lake's days; InputError where there are none. Raises PriceError.
    """
    _check(workforce, candidates)
    who, found = cast(workforce, candidates), _Gathered()
    played: dict[StandIn, Rehearsal] = {}
    with tempfile.TemporaryDirectory() as scratch, _store(settings, Path(scratch)) as (engine, is_real):
        journal = StoredJournal(engine, GroupCommit(engine)) if is_real else None
        for number, day in enumerate(days, start=1):
            source = StandIn(settings.home, day) if _has_cohort(settings.home, day) else stand_in
            if source is None:
                found.days[day.isoformat()] = _like_the_lake(settings, workforce, who, day)
            else:
                if source not in played:
                    world = World(source.home, Lake(UPath(scratch) / "lake"), engine, source.day)
                    played[source] = rehearse(world, workforce, at, who, journal, sample)
                found.add(day.isoformat(), played[source])
            progress(number)
        known = engine if is_real else None
        return put_together(workforce, who, found.days, found.asked, known, found.seconds)


def may_cost(workforce: Workforce) -> bool:
    """Whether any stage asks a hosted model at all."""
    return any(is_hosted(candidate) for candidate in cast(workforce, {}).candidates.values())


def _check(workforce: Workforce, candidates: Mapping[str, str]) -> None:
    known = [line.by for line in workforce.stages]
    if strangers := sorted(set(candidates) - set(known)):
        raise InputError(
            "--candidate",
            f"{', '.join(strangers)} works in no stage of {workforce.name}",
            f"choose among {', '.join(known)}",
        )


def _has_cohort(home: Home, day: date) -> bool:
    return (home.cohorts / day.isoformat() / "cohort.yaml").exists()


def _like_the_lake(settings: Settings, workforce: Workforce, who: Cast, day: date) -> Expected:
    found = from_lake(settings.lake, workforce, who)
    if found is None:
        raise InputError(
            "workforce estimate",
            f"{day} has no cohort in {settings.home.cohorts}, and the lake holds no day to go by",
            "give a file that is like that day's with --leads FILE",
        )
    return found


@contextmanager
def _store(settings: Settings, scratch: Path) -> Iterator[tuple[Engine, bool]]:
    """The operations store, and True; where none is at this code's version, an empty one, and False."""
    engine = open_engine(settings.operations_url)
    try:
        check_version(engine)
        is_real = True
    except StoreVersionError:
        engine.dispose()
        engine, is_real = open_engine(f"sqlite:///{scratch / 'operations.sqlite'}"), False
        migrate(engine)
    try:
        yield engine, is_real
    finally:
        engine.dispose()
