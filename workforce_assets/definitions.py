"""All of it, for `dg` and for the CLI: every workforce's assets, checks, automation and resources."""

import os
from collections.abc import Iterable
from typing import Any

import dagster as dg

from workforce_assets.alerting.sensors import alert_sensors, watch_sensor
from workforce_assets.automation import cohort_sensor, daily_schedule, records_job
from workforce_assets.batch_sensor import batch_sensor
from workforce_assets.decision_clock import DecisionClock
from workforce_assets.eval_assets import eval_assets
from workforce_assets.following import automation_sensor
from workforce_assets.inbox_sensor import inbox_sensors
from workforce_assets.intake_asset import intake_asset, intake_checks
from workforce_assets.lake_io import LakeIO
from workforce_assets.manager import Workforce
from workforce_assets.marts.assets import marts
from workforce_assets.settings import Settings
from workforce_assets.specialist_resource import SpecialistResource
from workforce_assets.stage_asset import checks_of, stage_asset, suite_of
from workforce_assets.workforces import WORKFORCES
from workforce_assets.world_resource import LogProgress, world_resource


def build(
    settings: Settings, workforces: Iterable[Workforce] = WORKFORCES, progress: Any = None
) -> dg.Definitions:
    """Definitions over one home. `progress` hears row counts; by default they go to the step logs."""
    world = world_resource(settings)
    resources: dict[str, Any] = {
        "world": world,
        "clock": DecisionClock(),
        "progress": progress or LogProgress(),
        "io_manager": LakeIO(base_dir=world.lake_root),
    }
    parts = []
    for workforce in workforces:
        resources |= {line.by: SpecialistResource(name=line.by) for line in workforce.stages}
        parts.append(_of(workforce, settings))
    shared = dg.Definitions(
        assets=eval_assets(tuple(workforces)),
        resources=resources,
        executor=dg.in_process_executor,
        sensors=[*alert_sensors(settings), *inbox_sensors(settings)],
    )
    return dg.Definitions.merge(*parts, marts(settings), shared)


def _of(workforce: Workforce, settings: Settings) -> dg.Definitions:
    job = records_job(workforce)
    following = automation_sensor(dg.AssetSelection.assets(*workforce.assets[1:]), workforce.name)
    return dg.Definitions(
        assets=[intake_asset(workforce), *(stage_asset(workforce, line) for line in workforce.stages)],
        asset_checks=[
            *intake_checks(workforce),
            *(checks_of(workforce, line) for line in workforce.stages),
            *(suite_of(line) for line in workforce.stages),
        ],
        jobs=[job],
        schedules=[daily_schedule(workforce, job, settings.home)],
        sensors=[
            cohort_sensor(workforce, job, settings.home),
            watch_sensor(settings, workforce),
            batch_sensor(settings, workforce, job),
            following,
        ],
    )


@dg.definitions
def defs() -> dg.Definitions:
    """What `dg dev` and the daemon load, over the home that WORKFORCE_HOME names."""
    return build(Settings.from_environment(os.environ))
