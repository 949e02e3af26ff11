"""The marts as Dagster assets, dbt's tests as their checks.

`marts` imports dagster_dbt when it is called, not before: that takes 2 to 4 seconds, which a command that
needs no marts should not wait for.
"""

import json
from collections.abc import Collection, Iterable, Iterator
from pathlib import Path
from typing import Any

import dagster as dg
import duckdb

from resources.errors import OneLineError
from workforce_assets.marts.build import DBT_PROJECT, broken, dbt_build
from workforce_assets.settings import PROJECT, Settings

MANIFEST = DBT_PROJECT / "target" / "manifest.json"
PREPARE = (
    "dbt --quiet parse --project-dir dbt_project --profiles-dir dbt_project --log-path dbt_project/target"
)
SCHEMA = "marts"
PREVIEW_ROWS = 14
# Marts of which the UI shows the latest rows.
PREVIEWED = ("funnel_daily", "unit_economics", "specialist_scorecards")

# Where dagster_dbt notes which dbt node an asset or a check stands for.
_NODE = "dagster_dbt/unique_id"


class MartsNotPreparedError(OneLineError):
    """The dbt project was not parsed yet, so nobody knows which marts there are."""


def marts(settings: Settings, manifest: Path = MANIFEST) -> dg.Definitions:
    """The marts as assets, dbt's tests as their checks, and the job `marts` that builds them all.

    Raises MartsNotPreparedError if `manifest`, which `dbt parse` writes in set-up, is missing.
    """
    if not manifest.exists():
        raise MartsNotPreparedError(f"{manifest} is missing; make it, in {PROJECT}, with: {PREPARE}")
    from dagster_dbt import dbt_assets

    sources = json.loads(manifest.read_text("utf-8"))["sources"].values()
    lake_assets = [source["name"] for source in sources if source["source_name"] == "lake"]

    @dbt_assets(manifest=manifest, name="dbt_marts")  # type: ignore[untyped-decorator]
    def build_marts(context: dg.AssetExecutionContext) -> Iterator[Any]:
        # Not context.assets_def, which is only what was selected of it.
        definition: dg.AssetsDefinition = build_marts
        chosen = _names(context.selected_asset_keys, context.selected_asset_check_keys)
        every = _names(definition.keys, definition.check_keys)
        results = dbt_build(settings, lake_assets, chosen, every)
        if wrong := broken(results):
            raise dg.Failure("dbt: " + "; ".join(wrong), allow_retries=False)
        wanted = [result for result in results if result.node.name in chosen]
        yield from _events(definition, wanted, settings.home.warehouse)

    job = dg.define_asset_job(
        "marts",
        selection=dg.AssetSelection.assets(build_marts),
        description="Builds the marts for the days whose records have changed, with their tests.",
    )
    return dg.Definitions(assets=[build_marts], jobs=[job])


def _names(assets: Iterable[dg.AssetKey], checks: Iterable[dg.AssetCheckKey]) -> Collection[str]:
    return {*(key.path[-1] for key in assets), *(key.name for key in checks)}


def _events(
    definition: dg.AssetsDefinition, results: Iterable[Any], warehouse: Path
) -> Iterator[dg.MaterializeResult[None] | dg.AssetCheckResult]:
    assets = {spec.metadata[_NODE]: spec.key for spec in definition.specs}
    checks = {spec.metadata[_NODE]: spec.key for spec in definition.check_specs}
    for result in results:
        node = result.node.unique_id
        if node in assets and result.status == "success":
            yield dg.MaterializeResult(asset_key=assets[node], metadata=_metadata(result, warehouse))
        elif node in checks and result.status != "skipped":
            yield _check_result(checks[node], result)


def _check_result(key: dg.AssetCheckKey, result: Any) -> dg.AssetCheckResult:
    return dg.AssetCheckResult(
        asset_key=key.asset_key,
        check_name=key.name,
        passed=result.status == "pass",
        severity=dg.AssetCheckSeverity.ERROR,
        description=result.message,
        metadata={"failing_rows": result.failures or 0},
    )


def _metadata(result: Any, warehouse: Path) -> dict[str, Any]:
    name = result.node.name
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        (rows,) = connection.execute(f'select count(*) from "{SCHEMA}"."{name}"').fetchone() or (0,)
        metadata: dict[str, Any] = {"dagster/row_count": rows, "seconds": round(result.execution_time, 3)}
        if name in PREVIEWED:
            metadata["latest_rows"] = _latest_rows(connection, name)
    return metadata


def _latest_rows(connection: duckdb.DuckDBPyConnection, name: str) -> dg.TableMetadataValue:
    found = connection.execute(f'select * from "{SCHEMA}"."{name}" order by day desc limit {PREVIEW_ROWS}')
    names = [column[0] for column in found.description]
    records = [
        dg.TableRecord({name: _shown(value) for name, value in zip(names, row, strict=True)})
        for row in found.fetchall()
    ]
    return dg.MetadataValue.table(records, dg.TableSchema([dg.TableColumn(name) for name in names]))


def _shown(value: object) -> str:
    if value is None:
        return ""
    return f"{value:.3f}" if isinstance(value, float) else str(value)
