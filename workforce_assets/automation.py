"""What starts a workforce without a person: a job, a daily schedule, and a sensor on cohort files."""

import hashlib
from collections.abc import Iterator
from datetime import UTC
from typing import TYPE_CHECKING

import dagster as dg

from resources.home import Home
from workforce_assets.manager import Workforce
from workforce_assets.partitions import DAYS

if TYPE_CHECKING:
    # What define_asset_job returns; Dagster exports the function and not its type.
    from dagster._core.definitions.unresolved_asset_job_definition import UnresolvedAssetJobDefinition


def records_job(workforce: Workforce) -> "UnresolvedAssetJobDefinition":
    """One partition through every stage, with its checks."""
    return dg.define_asset_job(
        workforce.name,
        selection=dg.AssetSelection.assets(*workforce.assets),
        description=f"{workforce.card.role} One partition through every stage, with its checks.",
    )


def daily_schedule(
    workforce: Workforce, job: "UnresolvedAssetJobDefinition", home: Home
) -> dg.ScheduleDefinition:
    """Today's partition, every day; a day without a cohort is skipped, with the reason."""

    @dg.schedule(
        name=f"{workforce.name}_daily",
        job=job,
        cron_schedule=workforce.card.schedule,
        execution_timezone="UTC",
        description="Runs today's partition. A day without lead files is skipped.",
    )
    def schedule(context: dg.ScheduleEvaluationContext) -> dg.RunRequest | dg.SkipReason:
        day = context.scheduled_execution_time.astimezone(UTC).date().isoformat()
        if not (home.cohorts / day / "cohort.yaml").exists():
            return dg.SkipReason(f"no cohort for {day}: no lead file was handed in")
        return dg.RunRequest(run_key=f"{workforce.name}:{day}", partition_key=day)

    return schedule


def cohort_sensor(
    workforce: Workforce, job: "UnresolvedAssetJobDefinition", home: Home
) -> dg.SensorDefinition:
    """A run for every cohort that is new or has changed since it last ran."""

    @dg.sensor(
        name=f"{workforce.name}_cohorts",
        job=job,
        minimum_interval_seconds=60,
        description="Runs a partition when its cohort file appears or changes.",
    )
    def sensor(context: dg.SensorEvaluationContext) -> Iterator[dg.RunRequest | dg.SkipReason]:
        cohorts = sorted(home.cohorts.glob("*/cohort.yaml"))
        known = [path for path in cohorts if DAYS.has_partition_key(path.parent.name)]
        if not known:
            yield dg.SkipReason(f"no cohort under {home.cohorts}")
        for path in known:
            content = hashlib.sha256(path.read_bytes()).hexdigest()[:16]
            yield dg.RunRequest(run_key=f"{path.parent.name}:{content}", partition_key=path.parent.name)

    return sensor
