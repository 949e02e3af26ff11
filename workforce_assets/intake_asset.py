"""The `leads` asset and its checks: everything a cohort's files hold, each row accounted for."""

from datetime import date

import dagster as dg

from checks.conservation import conservation_of_files
from checks.suites.checks import suite_check
from checks.suites.leads import leads_suite
from resources.lake import LakeFile
from resources.store.consents import Consents
from workforce_assets.columns import table_columns
from workforce_assets.following import freshness
from workforce_assets.intake import INTAKE_VERSION, LEADS_SCHEMA, intake_rows
from workforce_assets.intake_consents import record_consents
from workforce_assets.manager import Workforce
from workforce_assets.partitions import DAYS
from workforce_assets.stage_asset import COMMON, partition_and_before, write
from workforce_assets.world_resource import WorldResource


def intake_asset(workforce: Workforce) -> dg.AssetsDefinition:
    """The asset at the head of a workforce: a cohort's lead files, parsed and validated."""

    @dg.asset(
        name=workforce.intake,
        partitions_def=DAYS,
        backfill_policy=dg.BackfillPolicy.multi_run(max_partitions_per_run=1),
        group_name=workforce.name,
        kinds={"parquet", "csv"},
        owners=[workforce.card.owner],
        tags={"workforce": workforce.name},
        code_version=INTAKE_VERSION,
        description=(
            "Every row of the partition's cohort, parsed and validated. A bad row is `rejected` with its "
            "reason, never dropped. The only asset that holds contact details."
        ),
        freshness_policy=freshness(),
        metadata=table_columns(LEADS_SCHEMA, {}),
        required_resource_keys=COMMON,
    )
    def asset(context: dg.AssetExecutionContext) -> dg.MaterializeResult[LakeFile]:
        world_resource: WorldResource = context.resources.world
        day = date.fromisoformat(context.partition_key)
        world = world_resource.open(day)
        rows = intake_rows(world.cohort, context.run.run_id)
        recorded = record_consents(rows, Consents(world.engine), workforce.name, day)
        return write(context, workforce.intake, LEADS_SCHEMA, recorded)

    return asset


def intake_checks(workforce: Workforce) -> list[dg.AssetChecksDefinition]:
    """Conservation against the files themselves, and the suite over the rows."""

    def partition(context: dg.AssetCheckExecutionContext) -> LakeFile:
        world_resource: WorldResource = context.resources.world
        return world_resource.lake().file(workforce.intake, context.partition_key)

    @dg.asset_check(
        asset=workforce.intake,
        name="conservation",
        blocking=True,
        partitions_def=DAYS,
        description="every row of the cohort's files came out exactly once",
        required_resource_keys=COMMON,
    )
    def check(context: dg.AssetCheckExecutionContext) -> dg.AssetCheckResult:
        world_resource: WorldResource = context.resources.world
        world = world_resource.open(date.fromisoformat(context.partition_key))
        made = partition(context).view(["record_id", "disposition"])
        return conservation_of_files(workforce.intake, world.cohort.rows_read(), made)

    suite = leads_suite(workforce.intake)
    return [check, suite_check(suite, DAYS, COMMON, partition_and_before(workforce.intake))]
