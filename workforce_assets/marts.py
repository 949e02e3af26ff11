"""The marts: questions about the records, answered by dbt in the warehouse once the records are in the lake.

`marts` imports dagster_dbt when it is called, not before: that takes 2 to 4 seconds, which a command that
needs no marts should not wait for. dbt runs in this process through its own `dbtRunner`: measured on a small
lake, 2 s a build where a dbt subprocess takes 6 s, and the stock DbtCliResource 11 s (it also runs
`dbt --version`, which asks PyPI for news).

The marts are built anew from the whole lake each time: no day can be left behind, and no state is kept.
"""

import os
import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, redirect_stdout
from pathlib import Path
from typing import Any

import dagster as dg
import duckdb
from filelock import FileLock

from resources.errors import OneLineError
from workforce_assets.settings import PROJECT, Settings

DBT_PROJECT = PROJECT / "dbt_project"
MANIFEST = DBT_PROJECT / "target" / "manifest.json"
PREPARE = (
    "dbt --quiet parse --project-dir dbt_project --profiles-dir dbt_project --log-path dbt_project/target"
)
SCHEMA = "marts"
FUNNEL = "funnel_daily"
PREVIEW_DAYS = 14

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

    @dbt_assets(manifest=manifest, name="dbt_marts")  # type: ignore[untyped-decorator]
    def build_marts(context: dg.AssetExecutionContext) -> Iterator[Any]:
        chosen = [key.path[-1] for key in context.selected_asset_keys]
        chosen += [key.name for key in context.selected_asset_check_keys]
        results = list(dbt_build(settings, sorted(chosen)))
        yield from _events(context.assets_def, results, settings.home.warehouse)
        broken = [str(result.message) for result in results if result.status == "error" and _is_model(result)]
        if broken:
            raise dg.Failure("dbt: " + "; ".join(broken), allow_retries=False)

    job = dg.define_asset_job(
        "marts",
        selection=dg.AssetSelection.assets(build_marts),
        description="Rebuilds the marts over the whole lake, with their tests.",
    )
    return dg.Definitions(assets=[build_marts], jobs=[job])


def dbt_build(settings: Settings, nodes: Iterable[str]) -> Iterable[Any]:
    """dbt's result (`node`, `status`, `failures`, `message`, `execution_time`) for each named model and test.

    What dbt writes goes to the home, never to the project's folder. Raises dg.Failure if dbt could not start.
    """
    from dbt.cli.main import dbtRunner

    target = str(settings.home.root / "dbt")
    settings.home.root.mkdir(parents=True, exist_ok=True)
    arguments = ["--log-level", "none", "build", "--indirect-selection", "empty"]
    arguments += ["--project-dir", str(DBT_PROJECT), "--profiles-dir", str(DBT_PROJECT)]
    arguments += ["--target-path", target, "--log-path", target, "--log-level-file", "info"]
    # Standard output belongs to the caller, who may have promised one JSON object there.
    # DuckDB takes one writer at a time. A file lock is free again when its process is killed; a slot of a
    # Dagster pool is not: the next run then waits for ever (seen in the kill test).
    lock = FileLock(settings.home.root / "warehouse.lock")
    with lock, _environment(_dbt_settings(settings)), redirect_stdout(sys.stderr):
        outcome = dbtRunner().invoke([*arguments, "--select", *nodes])
    if outcome.exception is not None:
        raise dg.Failure(f"dbt could not build the marts: {outcome.exception}", allow_retries=False)
    results: Iterable[Any] = getattr(outcome.result, "results", ())
    return results


def _dbt_settings(settings: Settings) -> dict[str, str]:
    # dbt works in its project's folder, so a relative path would mean another place there.
    root = settings.lake_root if "://" in settings.lake_root else str(Path(settings.lake_root).absolute())
    return {"WORKFORCE_LAKE": root, "WORKFORCE_WAREHOUSE": str(settings.home.warehouse)}


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
    severity = dg.AssetCheckSeverity.WARN if result.status == "warn" else dg.AssetCheckSeverity.ERROR
    return dg.AssetCheckResult(
        asset_key=key.asset_key,
        check_name=key.name,
        passed=result.status == "pass",
        severity=severity,
        description=result.message,
        metadata={"failing_rows": result.failures or 0},
    )


def _is_model(result: Any) -> bool:
    return str(result.node.resource_type) == "model"


def _metadata(result: Any, warehouse: Path) -> dict[str, Any]:
    name = result.node.name
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        (rows,) = connection.execute(f'select count(*) from "{SCHEMA}"."{name}"').fetchone() or (0,)
        metadata: dict[str, Any] = {"dagster/row_count": rows, "seconds": round(result.execution_time, 3)}
        if name == FUNNEL:
            metadata["latest_days"] = _latest_days(connection)
    return metadata


def _latest_days(connection: duckdb.DuckDBPyConnection) -> dg.TableMetadataValue:
    found = connection.execute(f'select * from "{SCHEMA}"."{FUNNEL}" order by day desc limit {PREVIEW_DAYS}')
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


@contextmanager
def _environment(values: Mapping[str, str]) -> Iterator[None]:
    """dbt reads its settings from environment variables: set them, and put back what was there."""
    before = {name: os.environ.get(name) for name in values}
    os.environ.update(values)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value
