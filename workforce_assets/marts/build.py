"""One build of the marts: dbt in this process, into the next warehouse file.

dbt runs through its own `dbtRunner`: a dbt subprocess takes 4 s more, and the stock DbtCliResource 9 s
(measured on a small lake; it also runs `dbt --version`, which asks PyPI for news).

Days are built once. Those whose files have changed are built again, and all of them when the project's own
SQL has changed.
"""

import hashlib
import os
import sys
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager, redirect_stdout
from pathlib import Path
from typing import Any

import dagster as dg
import duckdb

from workforce_assets.incoming import unsubscribe_links
from workforce_assets.marts.inputs import BuildInputs, lake_versions
from workforce_assets.marts.warehouse_file import next_warehouse
from workforce_assets.settings import PROJECT, Settings

DBT_PROJECT = PROJECT / "dbt_project"


def dbt_build(
    settings: Settings, assets: Collection[str], nodes: Collection[str], every: Collection[str]
) -> list[Any]:
    """dbt's result (`node`, `status`, `failures`, `message`, `execution_time`) for each named model and test.

    `assets` are the lake's; `nodes` what is to be built of `every` there is. The warehouse stays as it was
    where a model fails; a failed test is told and does not stop it. Raises dg.Failure if dbt could not start,
    OneLineError on a secret of unsubscribe links that is too weak.
    """
    project = _project_digest()
    anew = not _was_built_by(settings.home.warehouse, project)
    chosen = every if anew else nodes
    links = unsubscribe_links(settings)
    inputs = BuildInputs(
        settings.home,
        settings.operations_url,
        lake_versions(settings.lake, assets),
        links.key_of if links is not None else lambda _: None,
    )
    results: list[Any] = []
    try:
        with next_warehouse(settings.home.warehouse, keep=not anew) as warehouse:
            inputs.write(warehouse)
            results = _invoke(settings, warehouse, sorted(chosen))
            if broken(results):
                raise _ModelFailed
            inputs.finish(warehouse, all_built=set(chosen) == set(every))
            _note_project(warehouse, project)
    except _ModelFailed:
        pass
    return results


class _ModelFailed(Exception):
    """The next warehouse is not to be used."""


def broken(results: list[Any]) -> list[str]:
    """What dbt said of each model that failed."""
    return [str(r.message) for r in results if r.status == "error" and str(r.node.resource_type) == "model"]


def _invoke(settings: Settings, warehouse: Path, nodes: list[str]) -> list[Any]:
    from dbt.cli.main import dbtRunner

    # What dbt writes goes to the home, never to the project's folder.
    target = str(settings.home.root / "dbt")
    arguments = ["--log-level", "none", "build", "--indirect-selection", "empty"]
    arguments += ["--project-dir", str(DBT_PROJECT), "--profiles-dir", str(DBT_PROJECT)]
    arguments += ["--target-path", target, "--log-path", target, "--log-level-file", "info"]
    # dbt works in its project's folder, so a relative path would mean another place there.
    root = settings.lake_root if "://" in settings.lake_root else str(Path(settings.lake_root).absolute())
    environment = {"WORKFORCE_LAKE": root, "WORKFORCE_WAREHOUSE": str(warehouse)}
    # Standard output belongs to the caller, who may have promised one JSON object there.
    with _environment(environment), redirect_stdout(sys.stderr):
        outcome = dbtRunner().invoke([*arguments, "--select", *nodes])
    if outcome.exception is not None:
        raise dg.Failure(f"dbt could not build the marts: {outcome.exception}", allow_retries=False)
    return list(getattr(outcome.result, "results", ()))


def _project_digest() -> str:
    """SHA-256 over everything that says what a mart holds."""
    files = [DBT_PROJECT / "dbt_project.yml"]
    files += [Path(__file__).with_name(name) for name in ("inputs.py", "replies.py")]
    for folder in ("models", "macros"):
        files += sorted((DBT_PROJECT / folder).rglob("*.sql"))
    return hashlib.sha256(b"".join(path.read_bytes() for path in files)).hexdigest()


def _was_built_by(warehouse: Path, project: str) -> bool:
    if not warehouse.exists():
        return False
    try:
        with duckdb.connect(str(warehouse), read_only=True) as connection:
            return bool(connection.execute("select digest from built.project").fetchall() == [(project,)])
    except duckdb.Error:
        return False  # made by an earlier version, held by somebody who writes, or damaged: it is made anew


def _note_project(warehouse: Path, project: str) -> None:
    with duckdb.connect(str(warehouse)) as connection:
        connection.execute("create or replace table built.project as select ? as digest", [project])


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
