"""Run partitions in this process. The definitions are built once, for as many partitions as there are."""

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import dagster as dg

from resources.store.engine import open_engine
from resources.store.spending import spent_in_run
from workforce_assets.alerting.from_runs import alerts_of_run, owners_of
from workforce_assets.alerting.sensors import watch
from workforce_assets.alerting.tell import tell
from workforce_assets.definitions import build
from workforce_assets.manager import Workforce
from workforce_assets.prepare import instance_of
from workforce_assets.run_report import RunReport, errors_of, report_of
from workforce_assets.settings import Settings
from workforce_assets.stage_asset import MAX_USD_TAG


@dataclass(frozen=True)
class Runner:
    """A workforce over one home. Failed checks and runs become alerts, as they do when the daemon runs it."""

    settings: Settings
    workforce: Workforce
    definitions: dg.Definitions
    instance: dg.DagsterInstance

    def run(self, day: str, at: datetime | None, max_usd: float | None = None) -> RunReport:
        """One partition through every stage and its checks. `at` is the decision clock; None: now.

        `max_usd`: the most this run may spend, in US dollars; None: the caps on the manager's card alone.
        """
        started = time.monotonic()
        result = self._execute(self.workforce.name, at, day, max_usd)
        return report_of(self.settings.lake, self.workforce, day, result, time.monotonic() - started)

    def spent(self, reports: Sequence[RunReport]) -> float:
        """US dollars that these runs have spent, and reserved for answers that were lost."""
        engine = open_engine(self.settings.operations_url)
        try:
            return sum(spent_in_run(engine, report.run_id) for report in reports)
        finally:
            engine.dispose()

    def refresh_marts(self) -> list[str]:
        """Bring the marts up to the lake, and tell what no run sees. Returns what went wrong."""
        result = self._execute("marts", None, None)
        tell(self.settings, watch(self.settings, self.workforce))
        failed = [each for each in result.get_asset_check_evaluations() if not each.passed]
        return errors_of(result) + [
            f"{each.asset_key.to_user_string()}: {each.check_name}: {each.description}" for each in failed
        ]

    def _execute(
        self, job: str, at: datetime | None, day: str | None, max_usd: float | None = None
    ) -> dg.ExecuteInProcessResult:
        config: dict[str, Any] = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}
        if at is not None:
            config["resources"] = {"clock": {"config": {"at": at.isoformat()}}}
        result = self.definitions.resolve_job_def(job).execute_in_process(
            instance=self.instance,
            partition_key=day,
            run_config=config,
            tags={} if max_usd is None else {MAX_USD_TAG: str(max_usd)},
            raise_on_error=False,
        )
        owners = owners_of(self.definitions.get_repository_def())
        tell(self.settings, alerts_of_run(self.instance, result.run_id, owners))
        return result


@contextmanager
def runner(settings: Settings, workforce: Workforce, progress: Any = None) -> Iterator[Runner]:
    """A runner over a prepared home. `progress` hears row counts; default: the step logs do."""
    with instance_of(settings) as instance:
        yield Runner(settings, workforce, build(settings, progress=progress), instance)
