"""How long the steps of a home's runs took, from Dagster's own event log."""

from collections import defaultdict
from pathlib import Path

import dagster as dg


def seconds_by_kind(home: Path) -> dict[str, float]:
    """Seconds by record asset, and of all `checks` and all `marts` steps together."""
    seconds: dict[str, float] = defaultdict(float, checks=0.0, marts=0.0)
    with dg.DagsterInstance.from_config(str(home / "dagster_home")) as instance:
        for run in instance.get_runs():
            for step in instance.get_run_step_stats(run.run_id):
                if step.start_time and step.end_time:
                    kind = _kind(step.step_key, run.job_name)
                    seconds[kind] += step.end_time - step.start_time
    return dict(seconds)


def _kind(step: str, job: str) -> str:
    if job == "marts":
        return "marts"
    return "checks" if "check" in step or "conservation" in step or "suite" in step else step
