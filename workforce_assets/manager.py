"""The manager: a workforce's head. Who owns it, what it takes on, and what it may spend and send."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from resources.store.budget import Caps
from specialists.decisions import Hold, Skip
from specialists.records import Row
from specialists.specialist import Blueprint
from specialists.stage import Route
from specialists.strict_yaml import CardError, load_strict

Usd = Annotated[float, Field(ge=0, allow_inf_nan=False)]


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Routing(_Strict):
    """What the manager lets into a stage: rows whose `field` is one of `take`; others are skipped or held."""

    field: str
    take: tuple[str, ...]
    otherwise: Literal["skipped", "held"]

    def stop(self, row: Row) -> Skip | Hold | None:
        value = row.get(self.field)
        if value in self.take:
            return None
        why = f"{self.field} {value}"
        return Skip(why) if self.otherwise == "skipped" else Hold(why)


class ManagerCard(_Strict):
    """`workforce_assets/<workforce>.yaml`. `stages` holds the manager's word on a stage, where it has one."""

    schema_version: Literal[1]
    name: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    role: str
    owner: str = Field(pattern=r"^[^@\s]+@[^@\s]+$")
    campaign: Path = Field(description="used where a run names none; relative to the project's folder")
    stages: dict[str, tuple[Routing, ...]]
    daily_send_cap: int = Field(ge=0, description="messages per UTC day of the decision clock")
    budget_usd_per_day: Usd = Field(description="for the whole workforce, per UTC day of the decision clock")
    budget_usd_per_run: Usd | None = None
    budget_usd_per_day_of: dict[str, Usd] = Field(default={}, description="caps of single specialists")
    sends_per_minute: int | None = Field(default=None, gt=0, description="null: as fast as the relay takes")
    sends_per_minute_per_domain: int | None = Field(default=None, gt=0)
    schedule: str = Field(description="cron, UTC")

    def route(self, asset: str) -> Route:
        """The manager's routing before a stage, asked before any rule."""
        routings = self.stages.get(asset, ())

        def stop(row: Row) -> Skip | Hold | None:
            return next((word for routing in routings if (word := routing.stop(row))), None)

        return stop

    def caps(self, max_usd: float | None) -> Caps:
        """The card's caps; a run's own `max_usd` can only be lower."""
        of_run = [usd for usd in (self.budget_usd_per_run, max_usd) if usd is not None]
        return Caps(self.budget_usd_per_day, self.budget_usd_per_day_of, min(of_run, default=None))


@dataclass(frozen=True)
class StageLine:
    """One line of a workforce: asset `asset` is made by specialist `by` from asset `of`.

    `gate` names the specialist whose blocking graders are run again on each row before this stage acts.
    """

    asset: str
    by: str
    of: str
    gate: str | None = None


@dataclass(frozen=True)
class Workforce:
    """One process: a manager's card, the intake asset, and its stages in order."""

    card: ManagerCard
    intake: str
    stages: tuple[StageLine, ...]

    @property
    def name(self) -> str:
        return self.card.name

    @property
    def assets(self) -> tuple[str, ...]:
        return (self.intake, *(stage.asset for stage in self.stages))

    def stage(self, asset: str) -> StageLine:
        return next(stage for stage in self.stages if stage.asset == asset)


def refuse_shared_batches(workforce: Workforce, made_by: Blueprint) -> None:
    """Raises CardError. A batch is known by its specialist and day: of two stages one would wait for ever."""
    stages = [line.asset for line in workforce.stages if line.by == made_by.name]
    if made_by.card.execution == "batch" and len(stages) > 1:
        raise CardError(
            f"{made_by.folder / 'card.yaml'}: execution: batch needs a specialist of one stage; in "
            f"{workforce.name} it makes {' and '.join(stages)}: set live, or employ one for each"
        )


def workforce(card: Path, intake: str, *stages: StageLine) -> Workforce:
    """Put a workforce together. Raises CardError if the card speaks of a stage that is not there."""
    loaded = load_strict(card, ManagerCard)
    known = {stage.asset: stage for stage in stages}
    odd = sorted(set(loaded.stages) - set(known))
    if odd:
        raise CardError(f"{card}: stages: {', '.join(odd)} is no stage; there are {', '.join(known)}")
    employed = {stage.by for stage in stages}
    if strangers := sorted(set(loaded.budget_usd_per_day_of) - employed):
        raise CardError(
            f"{card}: budget_usd_per_day_of: {', '.join(strangers)} works in no stage; "
            f"there are {', '.join(sorted(employed))}"
        )
    made: set[str] = {intake}
    for stage in stages:
        if stage.of not in made:
            raise CardError(f"{card.stem}: {stage.asset} is made from {stage.of}, which no stage above makes")
        made.add(stage.asset)
    return Workforce(loaded, intake, stages)
