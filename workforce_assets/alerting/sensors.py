"""Who notices: sensors on the runs that Dagster launches, and one that looks at what no run sees.

A command that runs in its own process tells its alerts itself; whoever comes second writes nothing.
"""

from datetime import UTC, datetime

import dagster as dg

from resources.store.engine import open_engine
from workforce_assets.alerting.alert import Alert
from workforce_assets.alerting.from_runs import alerts_of_run, owners_of
from workforce_assets.alerting.tell import tell
from workforce_assets.alerting.watch import Watch
from workforce_assets.manager import Workforce
from workforce_assets.settings import Settings

_EVERY_SECONDS = 600


def alert_sensors(settings: Settings) -> list[dg.SensorDefinition]:
    """Sensors on runs that succeeded (a WARN fails no run) and on runs that failed; on from the start."""
    return [
        _run_sensor(settings, "alerts_on_success", dg.DagsterRunStatus.SUCCESS),
        _run_sensor(settings, "alerts_on_failure", dg.DagsterRunStatus.FAILURE),
    ]


def _run_sensor(settings: Settings, name: str, status: dg.DagsterRunStatus) -> dg.SensorDefinition:
    @dg.run_status_sensor(
        run_status=status,
        name=name,
        default_status=dg.DefaultSensorStatus.RUNNING,
        description=f"Each failed check, or a run that failed, is told once: WORKFORCE_ALERTS and "
        f"{settings.home.alerts.name}.",
    )
    def sensor(context: dg.RunStatusSensorContext) -> None:
        owners = owners_of(context.repository_def) if context.repository_def else {}
        _tell(context, settings, alerts_of_run(context.instance, context.dagster_run.run_id, owners))

    return sensor


def watch_sensor(settings: Settings, workforce: Workforce) -> dg.SensorDefinition:
    """Budget, sends and batches of unknown end, freshness and held records, every ten minutes."""

    @dg.sensor(
        name=f"{workforce.name}_watch",
        minimum_interval_seconds=_EVERY_SECONDS,
        default_status=dg.DefaultSensorStatus.RUNNING,
        description="Tells of budget at 80 % and 100 %, sends and batches of unknown end, cohorts that wait, "
        "held records that grow.",
    )
    def sensor(context: dg.SensorEvaluationContext) -> dg.SkipReason:
        found = watch(settings, workforce)
        told = _tell(context, settings, found)
        return dg.SkipReason(f"{len(found)} stand, {len(told)} of them are new and were told")

    return sensor


def watch(settings: Settings, workforce: Workforce) -> list[Alert]:
    """What stands at this moment."""
    engine = open_engine(settings.operations_url)
    try:
        return Watch(workforce, settings.home, settings.lake, engine, datetime.now(UTC)).alerts()
    finally:
        engine.dispose()


def _tell(
    context: dg.RunStatusSensorContext | dg.SensorEvaluationContext, settings: Settings, found: list[Alert]
) -> list[Alert]:
    told = tell(settings, found)
    for alert in told:
        context.log.warning(f"{alert.title}: {alert.description}")
    return told
