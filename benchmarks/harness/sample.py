"""The shipped sample as cohorts of a home of its own, and its stages run without Dagster."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any

from upath import UPath

from benchmarks.in_memory import InMemory, Lead
from resources.cohort import load_cohort
from resources.home import Home
from resources.lake import Lake
from resources.store.engine import open_engine
from resources.store.migrate import migrate
from specialists.pin import Pin
from specialists.specialist import Blueprint, blueprint
from specialists.stage import Stage
from workforce_assets.inputs import hand_in
from workforce_assets.manager import StageLine, Workforce
from workforce_assets.outbound import OUTBOUND
from workforce_assets.specialist_resource import SpecialistResource
from workforce_assets.world import RunBudget

SAMPLE = Path(__file__).parents[2] / "examples" / "outbound"
# No cap may stop a run that is there to be counted.
WORKFORCE: Workforce = replace(
    OUTBOUND, card=OUTBOUND.card.model_copy(update={"budget_usd_per_day": 1e6, "daily_send_cap": 10**6})
)
RUN = RunBudget("benchmark")

Rows = list[dict[str, Any]]
# What a stage is turned into before it runs: another candidate, other rules.
Change = Callable[[StageLine, Stage], Stage]


class Unpinned(SpecialistResource):
    """Builds the specialist without its local candidate, which takes seconds to train."""

    @property
    def blueprint(self) -> Blueprint:
        return replace(blueprint(self.name), pin=Pin(schema_version=1, candidate=None, evidence=None))


@dataclass(frozen=True)
class Day:
    """One partition, decided at 15:00 UTC of its date."""

    world: InMemory

    @property
    def at(self) -> datetime:
        return datetime.combine(self.world.partition, time(15), UTC)

    def stage(self, line: StageLine) -> Stage:
        """With nobody to judge: whoever runs it says who does."""
        return Unpinned(name=line.by).stage(WORKFORCE, line, self.world, self.at, RUN)

    def as_pinned(self, line: StageLine, stage: Stage) -> Stage:
        """A change to what the shipped pin names: a local model, or a person."""
        return SpecialistResource(name=line.by).stage(WORKFORCE, line, self.world, self.at, RUN)

    def run(self, change: Change) -> dict[str, Rows]:
        """Every stage's rows, by asset. Only what is done goes on to the next stage."""
        rows: dict[str, Rows] = {WORKFORCE.intake: [dict(lead) for lead in self.world.leads]}
        for line in WORKFORCE.stages:
            upstream = [row for row in rows[line.of] if row["disposition"] == "done"]
            rows[line.asset] = list(change(line, self.stage(line)).run(upstream))
        return rows


def days(folder: Path, records: int) -> Iterator[Day]:
    """The first `records` accepted leads of the sample's days, over one operations store in `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    home = Home(folder)
    engine = open_engine(f"sqlite:///{folder / 'operations.sqlite'}")
    migrate(engine)
    left = records
    for path in sorted((SAMPLE / "leads").glob("*.csv")):
        if left <= 0:
            return
        day = date.fromisoformat(path.stem)
        hand_in(home, OUTBOUND, day, path, None, None, [SAMPLE / "directory.yaml"], SAMPLE / "campaign.yaml")
        leads: list[Lead] = [one for one in load_cohort(home, day).leads() if one["disposition"] == "done"]
        leads = leads[:left]
        left -= len(leads)
        yield Day(InMemory(home, Lake(UPath(folder)), engine, day, leads=leads))
