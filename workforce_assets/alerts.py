"""Alerts: each failed check and each failed run becomes one line in the home, once, and one in the log.

The sensors watch what Dagster launches; a command that runs in its own process calls `write_alerts` itself.
Whoever comes second, in whichever process, writes nothing.
"""

import json
import logging
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

import dagster as dg
from filelock import FileLock

from resources.home import Home

DESCRIPTION_LIMIT = 500

Key = tuple[str, str | None, str | None, str | None]

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Alert:
    """One line of alerts.jsonl. `time` is when Dagster noted the failure: ISO 8601, UTC.

    `asset` and `check` are null for a run failure, `partition` and `owner` where there is none.
    """

    time: str
    kind: Literal["check_failure", "run_failure"]
    run_id: str
    asset: str | None
    check: str | None
    partition: str | None
    severity: str
    description: str
    owner: str | None

    @property
    def key(self) -> Key:
        """What is never alerted twice."""
        return self.run_id, self.asset, self.check, self.partition


def owners_of(repository: dg.RepositoryDefinition) -> dict[str, str]:
    """The first owner of each asset that has one, by the asset's name."""
    graph = repository.asset_graph
    owners = {key.to_user_string(): graph.get(key).owners for key in graph.get_all_asset_keys()}
    return {asset: listed[0] for asset, listed in owners.items() if listed}


def failed_checks(instance: dg.DagsterInstance, run_id: str, owners: Mapping[str, str]) -> list[Alert]:
    """What went wrong in a run: every failed check, then the run itself if it failed."""
    run = instance.get_run_by_id(run_id)
    if run is None:
        return []
    partition = run.tags.get("dagster/partition")
    alerts = []
    for entry in instance.all_logs(run_id, of_type=dg.DagsterEventType.ASSET_CHECK_EVALUATION):
        evaluation = entry.get_dagster_event().asset_check_evaluation_data
        if evaluation.passed:
            continue
        asset = evaluation.asset_key.to_user_string()
        alerts.append(
            Alert(
                time=_instant(entry.timestamp),
                kind="check_failure",
                run_id=run_id,
                asset=asset,
                check=evaluation.check_name,
                partition=evaluation.partition or partition,
                severity=evaluation.severity.value,
                description=_short(evaluation.description or "failed"),
                owner=owners.get(asset),
            )
        )
    return alerts + _run_failure(instance, run_id, partition, owners)


def _run_failure(
    instance: dg.DagsterInstance, run_id: str, partition: str | None, owners: Mapping[str, str]
) -> list[Alert]:
    failures = instance.all_logs(run_id, of_type=dg.DagsterEventType.RUN_FAILURE)
    if not failures:
        return []
    steps = {}
    for entry in instance.all_logs(run_id, of_type=dg.DagsterEventType.STEP_FAILURE):
        steps[entry.step_key or "a step"] = _cause(entry.get_dagster_event())
    description = "; ".join(f"{step}: {cause}" for step, cause in steps.items()) or failures[-1].message
    return [
        Alert(
            time=_instant(failures[-1].timestamp),
            kind="run_failure",
            run_id=run_id,
            asset=None,
            check=None,
            partition=partition,
            severity=dg.AssetCheckSeverity.ERROR.value,
            description=_short(description),
            owner=next((owners[step] for step in steps if step in owners), None),
        )
    ]


def _cause(event: dg.DagsterEvent) -> str:
    """What the step raised, not Dagster's wrapping of it."""
    error = event.step_failure_data.error
    while error is not None and error.cause is not None:
        error = error.cause
    return error.message if error is not None else "failed"


def write_alerts(path: Path, alerts: Iterable[Alert]) -> list[Alert]:
    """Append the alerts that `path` does not have yet, one JSON line each. Returns those."""
    alerts = list(alerts)
    if not alerts:
        return []
    path.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(f"{path}.lock"):
        text = path.read_text("utf-8") if path.exists() else ""
        known = _known(text, {alert.run_id for alert in alerts})
        fresh = list({alert.key: alert for alert in alerts if alert.key not in known}.values())
        lines = "".join(json.dumps(asdict(alert), ensure_ascii=False) + "\n" for alert in fresh)
        # A killed process may have left half a line: it is ended, so that no whole one is lost with it.
        torn = "\n" if text and not text.endswith("\n") else ""
        with path.open("a", encoding="utf-8") as file:
            file.write(torn + lines)
    for alert in fresh:
        _log.warning(_says(alert))
    return fresh


def _known(text: str, run_ids: set[str]) -> set[Key]:
    keys = set()
    for line in text.splitlines():
        try:
            found = json.loads(line)
        except json.JSONDecodeError:
            continue
        if found["run_id"] in run_ids:
            keys.add((found["run_id"], found["asset"], found["check"], found["partition"]))
    return keys


def alert_sensors(home: Home) -> list[dg.SensorDefinition]:
    """Sensors on runs that succeeded (a WARN fails no run) and on runs that failed; on from the start."""
    return [
        _alert_sensor(home, "alerts_on_success", dg.DagsterRunStatus.SUCCESS),
        _alert_sensor(home, "alerts_on_failure", dg.DagsterRunStatus.FAILURE),
    ]


def _alert_sensor(home: Home, name: str, status: dg.DagsterRunStatus) -> dg.SensorDefinition:
    @dg.run_status_sensor(
        run_status=status,
        name=name,
        default_status=dg.DefaultSensorStatus.RUNNING,
        description=f"Each failed check, and a failed run, becomes one line of {home.alerts.name}.",
    )
    def sensor(context: dg.RunStatusSensorContext) -> None:
        owners = owners_of(context.repository_def) if context.repository_def else {}
        found = failed_checks(context.instance, context.dagster_run.run_id, owners)
        for alert in write_alerts(home.alerts, found):
            context.log.warning(_says(alert))

    return sensor


def _says(alert: Alert) -> str:
    what = f"{alert.asset}.{alert.check}" if alert.asset else f"run {alert.run_id}"
    where = f" {alert.partition}" if alert.partition else ""
    return f"{alert.severity} {what}{where}: {alert.description} (owner: {alert.owner or 'nobody'})"


def _instant(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="milliseconds")


def _short(text: str) -> str:
    return " ".join(text.split())[:DESCRIPTION_LIMIT]
