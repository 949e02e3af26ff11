"""Checks that can fail: each on a partition broken by hand, each only where it should."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import dagster as dg
import pytest

from checks.conservation import conservation, conservation_of_files
from checks.stage_checks import Inspection, grader_results
from resources.store.engine import open_engine
from specialists.records import canonical_json
from specialists.rows import stage_schema
from specialists.specialist import blueprint
from tests.outbound import SAMPLE_DAY, Outbound
from workforce_assets.outbound import OUTBOUND
from workforce_assets.specialist_resource import SpecialistResource
from workforce_assets.world import World

DAY = SAMPLE_DAY.isoformat()


def results(home: Outbound, rows: list[dict[str, Any]], staging: Path) -> dict[str, dg.AssetCheckResult]:
    """The Writer's graders over these rows, as the asset check runs them."""
    settings, line = home.settings, OUTBOUND.stage("drafted_emails")
    world = World(settings.home, settings.lake, open_engine(settings.operations_url), SAMPLE_DAY)
    at = datetime(2026, 3, 2, 15, tzinfo=UTC)
    made = settings.lake.stage("broken", DAY, stage_schema(blueprint("writer")), rows, staging)
    examined = SpecialistResource(name="writer").examined(OUTBOUND, line, world, at)
    opened = Inspection(examined, world.setting(at), settings.lake.file("scored_leads", DAY), made)
    return {result.check_name or "": result for result in grader_results("drafted_emails", opened)}


def test_a_whole_partition_passes(ran: Outbound, tmp_path: Path) -> None:
    found = results(ran, ran.rows("drafted_emails"), tmp_path)
    assert all(result.passed for result in found.values())


def test_a_done_row_that_fails_a_blocking_grader_is_an_error(ran: Outbound, tmp_path: Path) -> None:
    """One broken draft among many: exactly its grader fails, as an ERROR that names the record."""
    rows = ran.rows("drafted_emails")
    broken = next(row for row in rows if row["disposition"] == "done")
    broken["body"] += " word" * 150
    found = results(ran, rows, tmp_path)
    failed = {name for name, result in found.items() if not result.passed}
    assert failed == {"under_150_words"}
    assert found["under_150_words"].severity is dg.AssetCheckSeverity.ERROR
    named = found["under_150_words"].metadata["failing_records"]
    assert isinstance(named, dg.JsonMetadataValue) and named.data == [broken["record_id"]]


def test_rejected_outputs_count_against_the_bar_as_a_warning(ran: Outbound, tmp_path: Path) -> None:
    """A held row's rejected output is graded too: the pass rate falls under the bar, nothing is blocked."""
    rows = ran.rows("drafted_emails")
    made = ("subject", "body", "written_for", "template")
    for row in [row for row in rows if row["disposition"] == "done"][:10]:
        row["rejected_output"] = canonical_json(
            {n: row[n] for n in made} | {"body": row["body"] + " word" * 150}
        )
        row.update(dict.fromkeys(made), disposition="held", reason="under_150_words: too long")
    found = results(ran, rows, tmp_path)
    assert not found["under_150_words"].passed
    assert found["under_150_words"].severity is dg.AssetCheckSeverity.WARN


def test_stored_verdicts_are_not_believed(ran: Outbound, tmp_path: Path) -> None:
    """A row that says of itself that it passed is graded all the same."""
    rows = ran.rows("drafted_emails")
    broken = next(row for row in rows if row["disposition"] == "done")
    broken["subject"] = "Call +49 30 1234567"
    broken["verdicts"] = [{"grader": "no_pii", "passed": True, "reason": None}]
    assert not results(ran, rows, tmp_path)["no_pii"].passed


@pytest.mark.parametrize(
    ("came_in", "went_out", "passed"),
    [
        (["a", "b"], ["b", "a"], True),
        ([], [], True),
        (["a", "b"], ["a"], False),
        (["a"], ["a", "a"], False),
        (["a", "b"], ["a", "c"], False),
    ],
)
def test_conservation_names_what_is_lost_and_what_is_too_many(
    came_in: list[str], went_out: list[str], passed: bool
) -> None:
    """Equal counts are not enough: each record exactly once."""
    rows = [{"record_id": name, "disposition": "done"} for name in went_out]
    assert conservation("x", came_in, rows).passed is passed


def test_conservation_wants_a_known_disposition() -> None:
    assert not conservation("x", ["a"], [{"record_id": "a", "disposition": "lost"}]).passed


@pytest.mark.parametrize(("rows_read", "passed"), [(2, True), (3, False), (1, False)])
def test_intake_is_held_against_the_files_own_count(rows_read: int, passed: bool) -> None:
    """A row that intake swallowed, or made up, is missed in the count of the files."""
    rows = [{"record_id": name, "disposition": "done"} for name in ("a", "b")]
    assert conservation_of_files("leads", rows_read, rows).passed is passed


def test_intake_wants_each_id_once() -> None:
    rows = [{"record_id": "a", "disposition": "done"}] * 2
    assert not conservation_of_files("leads", 2, rows).passed
