"""What a run has to tell: a partition whose checks failed, and the run itself where no check says why it did.

One wrong value fails several checks of an asset (a source that is not there was not read, and its value was
guessed): they are one alert, which names them all.
"""

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import dagster as dg

from workforce_assets.alerting.alert import Alert, instant, short

# What a step raises when a blocking check has failed: the check tells, and the run need not say it again.
_CHECK_FAILED = "DagsterAssetCheckFailedError"


def owners_of(repository: dg.RepositoryDefinition) -> dict[str, str]:
    """The first owner of each asset that has one, by the asset's name."""
    graph = repository.asset_graph
    owners = {key.to_user_string(): graph.get(key).owners for key in graph.get_all_asset_keys()}
    return {asset: listed[0] for asset, listed in owners.items() if listed}


def alerts_of_run(instance: dg.DagsterInstance, run_id: str, owners: Mapping[str, str]) -> list[Alert]:
    """An alert for each asset and partition with failed checks; the run if something else stopped it."""
    run = instance.get_run_by_id(run_id)
    if run is None:
        return []
    partition = run.tags.get("dagster/partition")
    entries = instance.all_logs(run_id, of_type=dg.DagsterEventType.ASSET_CHECK_EVALUATION)
    failed: dict[tuple[str | None, str | None], list[Alert]] = defaultdict(list)
    for entry in entries:
        if not entry.get_dagster_event().asset_check_evaluation_data.passed:
            alert = _of_check(entry, partition, owners)
            failed[alert.asset, alert.partition].append(alert)
    alerts = [_as_one(each) for each in failed.values()]
    return alerts + _of_failure(instance, run_id, partition, owners, checks_failed=bool(alerts))


def _as_one(alerts: Sequence[Alert]) -> Alert:
    """The gravest, in the name of all."""
    gravest = min(alerts, key=lambda alert: alert.severity)
    if len(alerts) == 1:
        return gravest
    return replace(
        gravest,
        check=", ".join(str(alert.check) for alert in alerts),
        description=short("; ".join(f"{alert.check}: {alert.description}" for alert in alerts)),
        records=max((alert.records for alert in alerts if alert.records is not None), default=None),
    )


def _of_check(entry: dg.EventLogEntry, partition: str | None, owners: Mapping[str, str]) -> Alert:
    evaluation = entry.get_dagster_event().asset_check_evaluation_data
    asset = evaluation.asset_key.to_user_string()
    told = {name: value.value for name, value in evaluation.metadata.items()}
    # As an ERROR a grader's check says that a failing row is done: graver than a low rate.
    warns = evaluation.severity is dg.AssetCheckSeverity.WARN
    return Alert(
        time=instant(entry.timestamp),
        kind="floor_breach" if warns and _below_bar(told) else "check_failure",
        severity=evaluation.severity.value,
        description=short(evaluation.description or "failed"),
        run_id=entry.run_id,
        asset=asset,
        check=evaluation.check_name,
        partition=evaluation.partition or partition,
        records=_records(told),
        owner=owners.get(asset),
        command=_command(told),
    )


def _below_bar(told: Mapping[str, Any]) -> bool:
    return "bar" in told and told["pass_rate"] < told["bar"]


def _records(told: Mapping[str, Any]) -> int | None:
    """How many records failed, where the check says."""
    if "failing_rows" in told:
        return int(told["failing_rows"])
    if "outputs" in told:
        return int(told["outputs"]) - int(told["passed"])
    if "rows_in" in told:
        return abs(int(told["rows_in"]) - int(told["rows_out"]))
    return None


def _command(told: Mapping[str, Any]) -> str:
    """The way of one failing record where the check names one, else the whole picture."""
    examples = [told.get(name) for name in ("failing_records", "lost_examples", "extra_examples")]
    failed = told.get("failed")
    if isinstance(failed, Mapping):
        examples += [found.get("record_ids") for found in failed.values() if isinstance(found, Mapping)]
    first = next((listed[0] for listed in examples if isinstance(listed, list) and listed), None)
    return f"workforce trace {json.dumps(first)}" if first is not None else "workforce status"


def _of_failure(
    instance: dg.DagsterInstance,
    run_id: str,
    partition: str | None,
    owners: Mapping[str, str],
    checks_failed: bool,
) -> list[Alert]:
    failures = instance.all_logs(run_id, of_type=dg.DagsterEventType.RUN_FAILURE)
    if not failures:
        return []
    steps, blocked = {}, 0
    for entry in instance.all_logs(run_id, of_type=dg.DagsterEventType.STEP_FAILURE):
        name, message = _cause(entry.get_dagster_event())
        if name == _CHECK_FAILED and checks_failed:
            blocked += 1
        else:
            steps[entry.step_key or "a step"] = message
    if blocked and not steps:
        return []
    description = "; ".join(f"{step}: {cause}" for step, cause in steps.items()) or failures[-1].message
    return [
        Alert(
            time=instant(failures[-1].timestamp),
            kind="run_failure",
            severity="ERROR",
            description=short(description),
            run_id=run_id,
            partition=partition,
            owner=next((owners[step] for step in steps if step in owners), None),
            command="workforce status",
        )
    ]


def _cause(event: dg.DagsterEvent) -> tuple[str, str]:
    """Class and message of what the step raised, not of Dagster's wrapping of it."""
    error = event.step_failure_data.error
    while error is not None and error.cause is not None:
        error = error.cause
    return (error.cls_name or "", error.message) if error is not None else ("", "failed")
