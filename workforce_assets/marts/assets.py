"""The marts as Dagster assets, dbt's tests as their checks."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import dagster as dg
import duckdb

from resources.errors import OneLineError
from workforce_assets.lately import DAYS_BACK, bars
from workforce_assets.marts.build import DBT_PROJECT, broken, dbt_build
from workforce_assets.marts.manifest import COLUMNS, NODE, SCHEMA, read_manifest
from workforce_assets.settings import PROJECT, Settings

MANIFEST = DBT_PROJECT / "target" / "manifest.json"
PREPARE = (
    "dbt --quiet parse --project-dir dbt_project --profiles-dir dbt_project --log-path dbt_project/target"
)
PREVIEW_ROWS = 14
# Marts of which the UI shows the latest rows.
PREVIEWED = ("funnel_daily", "unit_economics", "specialist_scorecards")
# The mart of which the UI shows how each specialist has done lately, figure by figure.
CHARTED = "quality_over_time"
FIGURES = ("judgement_share", "hold_rate", "usd_per_record", "pass_rate", "pass_rate_at_least")


class MartsNotPreparedError(OneLineError):
    """The dbt project was not parsed yet, so nobody knows which marts there are."""


def marts(settings: Settings, manifest: Path = MANIFEST) -> dg.Definitions:
    """The marts as assets, dbt's tests as their checks, and the job `marts` that builds them all.

    Raises MartsNotPreparedError if `manifest`, which `dbt parse` writes in set-up, is missing.
    """
    if not manifest.exists():
        raise MartsNotPreparedError(f"{manifest} is missing; make it, in {PROJECT}, with: {PREPARE}")
    said = read_manifest(manifest)

    @dg.multi_asset(specs=said.assets, check_specs=said.checks, name="dbt_marts", can_subset=True)
    def build_marts(context: dg.AssetExecutionContext) -> Iterator[Any]:
        # Not context.assets_def, which is only what was selected of it.
        definition: dg.AssetsDefinition = build_marts
        chosen = _names(context.selected_asset_keys, context.selected_asset_check_keys)
        every = _names(definition.keys, definition.check_keys)
        results = dbt_build(settings, said.lake_assets, chosen, every)
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
    assets = {spec.metadata[NODE]: spec for spec in definition.specs}
    checks = {spec.metadata[NODE]: spec.key for spec in definition.check_specs}
    for result in results:
        node = result.node.unique_id
        if node in assets and result.status == "success":
            metadata = _metadata(assets[node], result, warehouse)
            yield dg.MaterializeResult(asset_key=assets[node].key, metadata=metadata)
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


def _metadata(spec: dg.AssetSpec, result: Any, warehouse: Path) -> dict[str, Any]:
    name = result.node.name
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        (rows,) = connection.execute(f'select count(*) from "{SCHEMA}"."{name}"').fetchone() or (0,)
        metadata: dict[str, Any] = {
            "dagster/row_count": rows,
            "seconds": round(result.execution_time, 3),
            COLUMNS: _columns(connection, name, spec.metadata[COLUMNS]),
        }
        if name in PREVIEWED:
            metadata["latest_rows"] = _latest_rows(connection, name)
        if name == CHARTED:
            metadata["lately"] = _lately(connection)
    return metadata


def _columns(connection: duckdb.DuckDBPyConnection, name: str, said: dg.TableSchema) -> dg.TableSchema:
    """All columns with their types; what they mean, where the project says it."""
    meanings = {column.name: column.description for column in said.columns}
    found = connection.execute(f'describe "{SCHEMA}"."{name}"').fetchall()
    return dg.TableSchema([dg.TableColumn(row[0], row[1].lower(), meanings.get(row[0])) for row in found])


def _lately(connection: duckdb.DuckDBPyConnection) -> dg.MarkdownMetadataValue:
    """How each specialist has done on its last days, figure by figure."""
    columns = ", ".join(f"list({name} order by day)" for name in FIGURES)
    last = f"row_number() over (partition by specialist order by day desc) <= {DAYS_BACK}"
    rows = connection.execute(
        f'select specialist, {columns} from (select * from "{SCHEMA}"."{CHARTED}" qualify {last}) '
        "group by specialist order by specialist"
    ).fetchall()
    head = [f"| last {DAYS_BACK} days | | lowest | highest | newest |", "| --- " * 5 + "|"]
    lines = [
        _charted(f"{specialist}: {name}", values)
        for specialist, *figures in rows
        for name, values in zip(FIGURES, figures, strict=True)
    ]
    return dg.MetadataValue.md("\n".join([*head, *lines]))


def _charted(what: str, values: Sequence[float | None]) -> str:
    known = [value for value in values if value is not None]
    least, most = min(known, default=None), max(known, default=None)
    return f"| {what} | `{bars(values)}` | {_shown(least)} | {_shown(most)} | {_shown(values[-1])} |"


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
