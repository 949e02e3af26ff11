"""What dbt's manifest says of the marts, as Dagster has it: models are assets, tests are their checks.

dagster_dbt's decorator reads the same (tests/test_marts.py compares), but importing it costs every process
that loads definitions 70 MB and seconds, shows a model's SQL where its description should stand, and makes no
check of a test that asks two models.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import dagster as dg

SCHEMA = "marts"
# Which dbt node an asset or a check stands for.
NODE = "dbt/unique_id"
COLUMNS = "dagster/column_schema"


@dataclass(frozen=True)
class Manifest:
    """`lake_assets`: names of the record assets that the models read."""

    assets: Sequence[dg.AssetSpec]
    checks: Sequence[dg.AssetCheckSpec]
    lake_assets: Sequence[str]


def read_manifest(path: Path) -> Manifest:
    """From the file that `dbt parse` writes."""
    content = json.loads(path.read_text("utf-8"))
    nodes, sources = content["nodes"], content["sources"]
    models = {id: node for id, node in nodes.items() if node["resource_type"] == "model"}
    tests = {id: node for id, node in nodes.items() if node["resource_type"] == "test"}
    names = {id: node["name"] for id, node in {**models, **sources}.items()}
    return Manifest(
        assets=[_asset(id, node, names) for id, node in models.items()],
        checks=[_check(id, node, names) for id, node in tests.items()],
        lake_assets=[source["name"] for source in sources.values() if source["source_name"] == "lake"],
    )


def _asset(id: str, node: Mapping[str, Any], names: Mapping[str, str]) -> dg.AssetSpec:
    dagster = node["config"]["meta"]["dagster"]
    return dg.AssetSpec(
        node["name"],
        deps=sorted(names[upstream] for upstream in node["depends_on"]["nodes"]),
        description=node["description"].strip(),
        group_name=dagster["group"],
        owners=dagster["owners"],
        kinds={"dbt", "duckdb"},
        code_version=node["checksum"]["checksum"],
        # A failed or skipped model has nothing to tell.
        skippable=True,
        metadata={
            NODE: id,
            "dagster/table_name": f"{SCHEMA}.{node['name']}",
            COLUMNS: dg.TableSchema([dg.TableColumn(name, "?", says) for name, says in _columns(node)]),
        },
    )


def _columns(node: Mapping[str, Any]) -> list[tuple[str, str]]:
    return [(name, column["description"].strip()) for name, column in node["columns"].items()]


def _check(id: str, node: Mapping[str, Any], names: Mapping[str, str]) -> dg.AssetCheckSpec:
    """Of the model it is written under; else of the first that it asks."""
    asked = node.get("attached_node") or node["depends_on"]["nodes"][0]
    described = node["config"]["meta"].get("description") or node["description"]
    return dg.AssetCheckSpec(
        node["name"], asset=names[asked], description=described or None, metadata={NODE: id}
    )
