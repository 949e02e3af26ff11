"""The suite on leads says which expectation failed, where, and nothing personal."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import dagster as dg
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from upath import UPath

from checks.suites.checks import suite_check
from checks.suites.data_docs import Documented, build_data_docs
from checks.suites.leads import leads_suite
from checks.suites.validation import as_check_result, validate
from resources.lake import LakeFile
from resources.lead_columns import CANONICAL_COLUMNS
from specialists.rows import LINEAGE

SCHEMA = pa.schema(
    [
        *(field.with_nullable(True) for field in LINEAGE),
        *(pa.field(name, pa.string()) for name in CANONICAL_COLUMNS),
    ]
)
DAYS = dg.DailyPartitionsDefinition(start_date="2026-01-01", timezone="UTC", end_offset=1)
SECRET = "ada@example.com"
LEADS = leads_suite("leads")

Rows = list[dict[str, Any]]


def lead(record_id: str | None, **changed: Any) -> dict[str, Any]:
    return {
        "record_id": record_id,
        "disposition": "done",
        "consent": "opted_in",
        "email": SECRET,
        "verdicts": [],
        **changed,
    }


def write(folder: Path, day: str, rows: Rows, without: str | None = None) -> LakeFile:
    table = pa.Table.from_pylist(rows, schema=SCHEMA)
    path = folder / f"{day}.parquet"
    pq.write_table(table.drop_columns([without]) if without else table, path)
    return LakeFile(UPath(path))


def failures(folder: Path, rows: Rows, without: str | None = None) -> dict[str, Any]:
    results = validate(LEADS, write(folder, "2026-03-02", rows, without))
    return {each.expectation: dict(each.observed) for each in results if not each.passed}


def test_sound_leads_pass_every_expectation(tmp_path: Path) -> None:
    """What intake makes of good and bad rows is no alarm: one rejected row in five is within bounds."""
    rows = [lead(f"L{number}", consent="unknown") for number in range(4)]
    rows.append(lead("L9", disposition="rejected", consent="perhaps"))
    assert failures(tmp_path, rows) == {}


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ([], {"has_rows": {"observed": 0}}),
        (
            [lead("L1"), lead("L1"), lead("L2")],
            {"record_id_is_unique": {"failing_rows": 2, "rows": 3, "record_ids": ["L1"]}},
        ),
        (
            [lead(None), lead("L1")],
            {"record_id_is_given": {"failing_rows": 1, "rows": 2, "record_ids": []}},
        ),
        (
            [lead("L1"), lead("L2", disposition=SECRET)],
            {"disposition_is_known": {"failing_rows": 1, "rows": 2, "record_ids": ["L2"]}},
        ),
        (
            [lead("L1"), lead("L2", disposition=None)],
            {"disposition_is_given": {"failing_rows": 1, "rows": 2, "record_ids": ["L2"]}},
        ),
        (
            [lead("L1"), lead("L2", consent=SECRET), lead("L3", consent=SECRET, disposition="rejected")],
            {
                "consent_of_done_is_known": {"failing_rows": 1, "rows": 2, "record_ids": ["L2"]},
                "few_are_rejected": {"failing_rows": 1, "rows": 3, "record_ids": ["L3"]},
            },
        ),
        (
            [lead("L1"), lead("L2", consent=None)],
            {"consent_of_done_is_given": {"failing_rows": 1, "rows": 2, "record_ids": ["L2"]}},
        ),
    ],
)
def test_each_defect_fails_its_expectation_alone(tmp_path: Path, rows: Rows, expected: Any) -> None:
    """The result says which expectation failed, how many rows, and examples by record id."""
    assert failures(tmp_path, rows) == expected


def test_a_missing_column_fails_by_name(tmp_path: Path) -> None:
    """A changed schema is named, and what needed the column fails too: silence never passes."""
    found = failures(tmp_path, [lead("L1")], without="consent")
    assert found["has_all_columns"] == {"missing_columns": ["consent"]}
    assert {"consent_of_done_is_given", "consent_of_done_is_known"} < set(found)
    assert "error" in found["consent_of_done_is_known"]


def test_results_hold_nothing_personal(tmp_path: Path) -> None:
    """Dagster's event log is kept for long and read by many: values of the rows never enter it."""
    rows = [lead("L1"), lead("L1", consent=SECRET), lead("L2", disposition=SECRET)]
    results = validate(LEADS, write(tmp_path, "2026-03-02", rows))
    assert any(not each.passed for each in results)
    assert SECRET not in repr(results) + repr(as_check_result(results))


def test_too_many_rejected_rows_warn_and_do_not_block(tmp_path: Path) -> None:
    """A person should look, but the good rows go on."""
    rows = [lead("L1"), lead("L2", disposition="rejected")]
    result = as_check_result(validate(LEADS, write(tmp_path, "2026-03-02", rows)))
    assert (result.passed, result.severity) == (False, dg.AssetCheckSeverity.WARN)


def test_the_check_blocks_its_own_partition(tmp_path: Path) -> None:
    """A broken day stops what follows in its run and says so on its own partition; the next day goes on."""
    write(tmp_path, "2026-03-02", [lead("L1"), lead("L1")])
    write(tmp_path, "2026-03-03", [lead("L1")])

    @dg.asset(partitions_def=DAYS)
    def leads() -> None: ...

    @dg.asset(partitions_def=DAYS, deps=[leads])
    def enriched_leads() -> None: ...

    def open_partition(context: dg.AssetCheckExecutionContext) -> tuple[LakeFile, list[LakeFile]]:
        return LakeFile(UPath(tmp_path / f"{context.partition_key}.parquet")), []

    check = suite_check(LEADS, DAYS, set(), open_partition)
    outcomes = {}
    with dg.DagsterInstance.ephemeral() as instance:
        for day in ("2026-03-02", "2026-03-03"):
            run = dg.materialize(
                [leads, enriched_leads, check], partition_key=day, instance=instance, raise_on_error=False
            )
            (evaluation,) = run.get_asset_check_evaluations()
            made = {event.asset_key.to_user_string() for event in run.get_asset_materialization_events()}
            outcomes[day] = (evaluation.partition, evaluation.passed, made)
            if day == "2026-03-02":
                shown = evaluation.metadata["failed"].value
    assert outcomes == {
        "2026-03-02": ("2026-03-02", False, {"leads"}),
        "2026-03-03": ("2026-03-03", True, {"leads", "enriched_leads"}),
    }
    assert shown == {"record_id_is_unique": {"failing_rows": 2, "rows": 2, "record_ids": ["L1"]}}


def test_the_suite_is_quiet_and_imports_its_library_only_when_it_runs(tmp_path: Path) -> None:
    """Loading definitions stays fast, nothing is reported to anybody, standard output stays the caller's."""
    file = write(tmp_path, "2026-03-02", [lead("L1")])
    program = f"""
import json, os, sys
from upath import UPath
from resources.lake import LakeFile
from checks.suites.checks import suite_check
from checks.suites.leads import leads_suite
from checks.suites.validation import validate
early = "great_expectations" in sys.modules or "pandas" in sys.modules
passed = all(each.passed for each in validate(leads_suite("leads"), LakeFile(UPath({str(file.path)!r}))))
print(json.dumps([early, passed, os.environ["GX_ANALYTICS_ENABLED"]]))
"""
    environment = {name: text for name, text in os.environ.items() if name != "GX_ANALYTICS_ENABLED"}
    root = Path(__file__).parents[1]
    ran = subprocess.run(
        [sys.executable, "-c", program], cwd=root, env=environment, capture_output=True, text=True, check=True
    )
    assert json.loads(ran.stdout) == [False, True, "false"]
    assert "Calculating" not in ran.stderr


def test_data_docs_are_pages_without_a_value_of_any_row(tmp_path: Path) -> None:
    """They say what is expected and how many rows fail; they are read by more people than the lake is."""
    rows = [lead("L1"), lead("L1", consent=SECRET), lead("L2", disposition=SECRET)]
    file = write(tmp_path, "2026-03-02", rows)
    first = build_data_docs(tmp_path / "docs", [Documented(LEADS, "2026-03-02", file, [])])
    pages = {path: path.read_text("utf-8") for path in first.parent.rglob("*.html")}
    assert len(pages) >= 3 and first in pages
    assert any("record_id" in page and "unique" in page for page in pages.values())
    assert not [path for path, page in pages.items() if SECRET in page]
