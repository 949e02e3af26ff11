"""What a run tells: counted from the lake and the event log, not from what a stage said of itself."""

from collections import Counter, defaultdict
from dataclasses import asdict, dataclass, field
from typing import Any

import dagster as dg

from resources.budget import cap_named_in
from resources.lake import Lake
from workforce_assets.manager import Workforce
from workforce_assets.warehouse import outcomes


@dataclass
class AssetReport:
    rows: int = 0
    by_disposition: dict[str, int] = field(default_factory=dict)
    by_decider: dict[str, int] = field(default_factory=dict)
    cost_usd: float = 0.0
    seconds: float = 0.0
    over_budget: dict[str, int] = field(default_factory=dict)


@dataclass
class CheckReport:
    asset: str
    name: str
    passed: bool
    severity: str


@dataclass
class RunReport:
    """What `workforce run --json` prints."""

    partition: str
    run_id: str
    assets: dict[str, AssetReport]
    checks: list[CheckReport]
    cost_usd: float
    records_per_second: float
    errors: list[str]

    @property
    def blocked(self) -> bool:
        return bool(self.errors) or any(not c.passed and c.severity == "ERROR" for c in self.checks)

    @property
    def over_budget(self) -> dict[str, int]:
        """Records held because a cap was reached, by the reason that names it."""
        counts: Counter[str] = Counter()
        for asset in self.assets.values():
            counts.update(asset.over_budget)
        return dict(counts.most_common())

    def as_json(self) -> dict[str, Any]:
        return {name: value for name, value in asdict(self).items() if name != "errors" or value}


def report_of(
    lake: Lake, workforce: Workforce, day: str, result: dg.ExecuteInProcessResult, seconds: float
) -> RunReport:
    """The report of one partition's run that took `seconds`."""
    evaluations = result.get_asset_check_evaluations()
    assets = {name: report for name in workforce.assets if (report := _asset(lake, name, day, result))}
    intake = assets.get(workforce.intake, AssetReport())
    return RunReport(
        partition=day,
        run_id=result.run_id,
        assets=assets,
        checks=[
            CheckReport(e.asset_key.to_user_string(), e.check_name, e.passed, e.severity.value)
            for e in evaluations
        ],
        cost_usd=sum(report.cost_usd for report in assets.values()),
        records_per_second=round(intake.rows / seconds, 1) if seconds else 0.0,
        errors=errors_of(result),
    )


def _asset(lake: Lake, name: str, day: str, result: dg.ExecuteInProcessResult) -> AssetReport | None:
    """Counted from the lake, not from what the stage said of itself."""
    events = [e for e in result.get_asset_materialization_events() if e.asset_key == dg.AssetKey(name)]
    if not events:
        return None
    dispositions: dict[str, int] = defaultdict(int)
    deciders: dict[str, int] = defaultdict(int)
    over_budget: dict[str, int] = defaultdict(int)
    cost = 0.0
    for row in outcomes(lake, name, day):
        dispositions[row["disposition"]] += row["rows"]
        deciders[row["decided_by"] or "nobody"] += row["rows"]
        cost += row["cost_usd"]
        if cap := cap_named_in(row["reason"]):
            over_budget[cap] += row["rows"]
    seconds: Any = events[0].step_materialization_data.materialization.metadata["seconds"].value
    return AssetReport(
        sum(dispositions.values()),
        dict(dispositions),
        dict(deciders),
        cost,
        float(seconds),
        dict(over_budget),
    )


def errors_of(result: dg.ExecuteInProcessResult) -> list[str]:
    """What stopped steps, in words: the cause a step raised, not Dagster's wrapping of it.

    A step that a failed blocking check skipped has no error of its own; the check tells.
    """
    errors = []
    for event in result.filter_events(lambda e: e.is_step_failure):
        error = event.step_failure_data.error
        while error is not None and error.cause is not None:
            error = error.cause
        errors.append(f"{event.step_key}: {error.message.strip() if error else 'failed'}")
    return errors
