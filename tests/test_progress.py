"""Progress: rows, money so far and projected, calls in flight, while a stage is at work."""

import io
from dataclasses import dataclass, replace
from typing import Any

import dagster as dg
import pytest
from rich.console import Console

from resources.gateway.answers import Answer, Answered, Usage
from resources.gateway.ports import Question
from resources.gateway.purse import Purse
from specialists.stage import Stage
from tests.fakes import MemoryBudget, MemoryJournal, ScriptedGateway
from tests.test_stage import rows, stage
from workforce_assets import world_resource
from workforce_assets.cli import progress
from workforce_assets.live import Live
from workforce_assets.summary import Summary
from workforce_assets.world_resource import LogProgress


@dataclass
class Watched(ScriptedGateway):
    """Notes how many calls the stage says are under way whenever one is."""

    stage: Stage | None = None
    seen: tuple[int, ...] = ()

    async def ask(self, question: Question, purse: Purse) -> Answer:
        assert self.stage is not None
        self.seen += (self.stage.pulse.calls(),)
        return await super().ask(question, purse)


def test_calls_under_way_are_seen_and_money_is_projected() -> None:
    """Four records at 0.02 USD among eight rows: after four of them, twice what was spent."""
    answers = {f"r{n}": Answered({"word": "w"}, Usage(10, 5, 0.02)) for n in (1, 3, 5, 7)}
    model = Watched(answers)
    at_work = replace(stage([], model, MemoryJournal(), MemoryBudget()), in_flight=2)
    model.stage = at_work
    summary = Summary()
    live = Live(summary, 8, at_work.pulse.calls)
    told: list[str] = []
    for _ in summary.watch(at_work.run(rows(*range(1, 9))), lambda count: told.append(live.words())):
        pass
    assert max(model.seen) == 2 and at_work.pulse.calls() == 0
    assert told[3] == "4 of 8 rows · 0.0400 USD · 0.0800 projected"
    assert told[-1] == "8 of 8 rows · 0.0800 USD · 0.0800 projected"
    assert Live(Summary(), None, lambda: 3).words() == "0 rows · 3 in flight"


def test_bars_are_asked_when_they_are_drawn(monkeypatch: pytest.MonkeyPatch) -> None:
    """A row costs nothing, and what is under way is seen although no row has come."""
    out = io.StringIO()
    monkeypatch.setattr(progress, "ERR", Console(file=out, force_terminal=True, width=120))
    with progress.progress_bars(quiet=False) as bars:
        bars.watcher(_Context(), "scored_leads", Live(Summary(), 5, lambda: 7))
        bars.counter("checking leads.csv")(1200)
        bars._progress.refresh()
    assert "scored_leads" in out.getvalue() and "0 of 5 rows · 7 in flight" in out.getvalue()
    assert "1,200 rows" in out.getvalue()


def test_step_logs_tell_it_after_rows_and_after_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """A stage of slow calls is heard of long before its ten thousandth row."""
    seconds = iter([0.0, 1.0, 31.0, 31.0, 32.0])
    monkeypatch.setattr(world_resource.time, "monotonic", lambda: next(seconds))
    context = _Context()
    tell = LogProgress().watcher(context, "scored_leads", Live(Summary(), 5, lambda: 7))  # type: ignore[arg-type]
    for row in (1, 2, 3):
        tell(row)
    assert context.said == ["scored_leads 2026-03-02: 0 of 5 rows · 7 in flight so far"]
    (seen,) = context.seen
    assert (seen.asset_key.to_user_string(), seen.partition) == ("scored_leads", "2026-03-02")
    assert {name: value.value for name, value in seen.metadata.items()} == {
        "rows": 0, "rows_in_all": 5, "calls_in_flight": 7, "cost_usd": 0.0,
    }  # fmt: skip


def test_what_is_seen_while_a_step_runs_stands_in_the_event_log(monkeypatch: pytest.MonkeyPatch) -> None:
    """And the partition is no more made by it than it was."""
    monkeypatch.setattr(world_resource, "LOG_EVERY_SECONDS", 0.0)
    instance = dg.DagsterInstance.ephemeral()

    @dg.asset(partitions_def=dg.StaticPartitionsDefinition(["2026-03-02"]))
    def slow(context: dg.AssetExecutionContext) -> None:
        summary = Summary(rows=2, cost_usd=0.5)
        LogProgress().watcher(context, "slow", Live(summary, 8))(2)
        assert instance.get_materialized_partitions(dg.AssetKey("slow")) == set()

    assert dg.materialize([slow], partition_key="2026-03-02", instance=instance).success
    (record,) = instance.fetch_observations(dg.AssetKey("slow"), limit=5).records
    assert record.asset_observation is not None
    assert record.asset_observation.metadata["projected_usd"].value == 2.0


class _Context:
    """As much of Dagster's context as progress uses."""

    partition_key = "2026-03-02"

    def __init__(self) -> None:
        self.said: list[str] = []
        self.seen: list[dg.AssetObservation] = []

    def log_event(self, event: dg.AssetObservation) -> None:
        self.seen.append(event)

    @property
    def log(self) -> Any:
        return self

    def info(self, text: str) -> None:
        self.said.append(text)
