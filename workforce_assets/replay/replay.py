"""One stage of one partition again, by a candidate: rows of the lake in, a comparison out.

Its effect on the world is taken off the specialist, its mailer delivers nothing, the journal is one that
forgets, and no row is written anywhere. What it costs is paid out of a purse of its own.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import Any

from evals.paired_rows import Comparison, Done, compared
from evals.runner import GatewayOf, candidate_of
from evals.scorecard_rows import RULES
from evals.severed import SeveredMailer
from evals.trial_ports import Purse, TrialJournal
from resources.errors import InputError
from resources.gateway.prices import price_of
from resources.lake import LakeFile
from resources.store.engine import open_engine
from resources.store.migrate import check_version
from specialists.decisions import NeedsJudgement
from specialists.reading import Setting, read_record
from specialists.records import Row
from specialists.regrade import output_of, regrade
from specialists.specialist import Specialist, blueprint
from specialists.stage import Stage, decide_by_rules
from specialists.tools import Toolbox
from workforce_assets.forecast.interval import NOTHING, Interval
from workforce_assets.forecast.judgement_cost import from_prompt
from workforce_assets.forecast.rehearsal import TEXTS, is_hosted
from workforce_assets.manager import StageLine, Workforce
from workforce_assets.settings import Settings
from workforce_assets.world import World


class WithoutEffect(Toolbox):
    """A specialist's READ tools, and nothing that acts."""

    def __init__(self, own: Toolbox) -> None:
        self._own = own

    def read_all(self, row: Mapping[str, Any]) -> dict[str, Any]:
        return self._own.read_all(row)

    def act_all(self) -> None:
        return None


@dataclass(frozen=True)
class Replay:
    """A partition of `line`, ready to be decided again. `candidate` None: rules alone."""

    line: StageLine
    workforce: Workforce
    specialist: Specialist
    setting: Setting
    upstream: LakeFile
    then: LakeFile

    def forecast(self) -> tuple[int, Interval]:
        """How many judgements it asks for, by the real rules over all its records, and what they will cost
        in US dollars. Raises PriceError."""
        calls, texts = 0, list[dict[str, Any]]()
        for row in _done(self.upstream):
            if self._route(row) is None and (record := self._passed_on(row)) is not None:
                calls += 1
                if len(texts) < TEXTS:
                    texts.append(record)
        candidate = self.specialist.blueprint.pin.candidate
        if candidate is None or not is_hosted(candidate):
            return calls, NOTHING
        return calls, from_prompt(self.specialist.blueprint, price_of(candidate), texts).usd * calls

    def compare(self, usd: float) -> Comparison:
        """Decide all of it again for at most `usd` US dollars, beside what was done. Raises InputError where
        what was done is of other records."""
        stage = Stage(self.specialist, self._route, TrialJournal(), Purse(usd), self.setting, run_id="replay")
        return compared(self._pairs(stage))

    def _pairs(self, stage: Stage) -> Iterator[tuple[Done, Done]]:
        then = self.then.rows()
        for now in stage.run(_done(self.upstream)):
            before = next(then, None)
            if before is None or before["record_id"] != now["record_id"]:
                raise InputError(
                    self.then.name,
                    f"was not made of the rows in {self.upstream.name}: {now['record_id']} is missing",
                    "materialize the partition again, then replay it",
                )
            yield self._as_done(before), self._as_done(now)

    def _as_done(self, row: Row) -> Done:
        """By today's graders on both sides, whatever they said then."""
        verdicts = regrade(self.specialist, row, self.setting)
        try:
            return Done(row, output_of(self.specialist.blueprint, row), verdicts)
        except ValueError:  # a schema that has changed since: `regrade` has failed it by every grader
            return Done(row, None, verdicts)

    def _route(self, row: Row) -> Any:
        return self.workforce.card.route(self.line.asset)(row)

    def _passed_on(self, row: Row) -> dict[str, Any] | None:
        """The record as judgement will see it, where rules leave it over."""
        try:
            record = read_record(self.specialist, row, self.setting)
        except Exception:  # as in the stage: it is held, and costs nothing
            return None
        waits = isinstance(decide_by_rules(self.specialist, record).decision, NeedsJudgement)
        return record.for_judgement() if waits else None


@contextmanager
def replay_of(
    settings: Settings,
    workforce: Workforce,
    day: date,
    name: str,
    candidate: str,
    at: datetime | None = None,
    gateway_of: GatewayOf | None = None,
) -> Iterator[Replay]:
    """`candidate`: `rules` or an id on the card; `at`: the decision clock, default the day's end. Raises
    InputError."""
    line = _line(workforce, name)
    upstream, then = (settings.lake.file(asset, day.isoformat()) for asset in (line.of, line.asset))
    for file in (upstream, then):
        if not file.exists():
            raise InputError(file.name, "is not in the lake", f"run {workforce.name} for {day} first")
    chosen = None if candidate == RULES else candidate
    loaded = blueprint(name)
    pinned = replace(loaded, pin=loaded.pin.model_copy(update={"candidate": chosen}))
    judge = None if chosen is None else candidate_of(pinned, chosen, gateway_of)
    engine = open_engine(settings.operations_url)
    try:
        check_version(engine)
        clock = at or datetime(day.year, day.month, day.day, 23, 59, tzinfo=UTC)
        world = World(settings.home, settings.lake, engine, day, own_clock=True)
        granted = _granted(world, workforce, line, clock, loaded.capabilities())
        built = pinned.build(granted, judge)
        severed = replace(built, tools=WithoutEffect(built.tools))
        yield Replay(line, workforce, severed, world.setting(clock), upstream, then)
    finally:
        engine.dispose()


def _granted(
    world: World, workforce: Workforce, line: StageLine, at: datetime, names: tuple[str, ...]
) -> dict[str, object]:
    """What the tools are built with; in the mailer's place one that delivers nothing."""
    grants = world.grants(workforce, line, at)
    return {name: SeveredMailer() if name == "mailer" else grants[name] for name in names}


def _line(workforce: Workforce, name: str) -> StageLine:
    for line in workforce.stages:
        if line.by == name:
            return line
    known = ", ".join(line.by for line in workforce.stages)
    raise InputError(
        "--specialist", f"{name!r} works in no stage of {workforce.name}", f"choose among {known}"
    )


def _done(file: LakeFile) -> Iterator[dict[str, Any]]:
    return (row for row in file.rows() if row["disposition"] == "done")
