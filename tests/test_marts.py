"""The marts say exactly what the lake holds, and fail when it does not add up."""

import os
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from random import Random
from typing import Any

import dagster as dg
import duckdb
import polars as pl
import pytest
from dbt.cli.main import dbtRunner

from workforce_assets.marts import DBT_PROJECT, MartsNotPreparedError, marts
from workforce_assets.settings import Settings

ASSETS = ["leads", "enriched_leads", "scored_leads", "drafted_emails", "sent_emails"]
DAYS = [date(2026, 3, 2), date(2026, 3, 3)]
EMPTY_DAY = date(2026, 3, 4)
UNFINISHED_DAY = date(2026, 3, 5)
DECIDERS = ["rule:exact_domain", "model:local/replies", "model:vendor/large", "human:reviewer", None]
SCHEMA = {
    "record_id": pl.String,
    "disposition": pl.String,
    "reason": pl.String,
    "decided_by": pl.String,
    "specialist_version": pl.String,
    "tokens_in": pl.Int64,
    "tokens_out": pl.Int64,
    "cost_usd": pl.Float64,
    "run_id": pl.String,
}
OWN = {"enriched_leads": "match_status", "scored_leads": "tier"}

Rows = list[dict[str, Any]]
Lake = dict[tuple[str, date], Rows]


@pytest.fixture(scope="session")
def manifest(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What `dbt parse` makes in set-up, here without touching the tree."""
    target = tmp_path_factory.mktemp("dbt")
    project = ["--project-dir", str(DBT_PROJECT), "--profiles-dir", str(DBT_PROJECT)]
    written = ["--target-path", str(target), "--log-path", str(target)]
    assert dbtRunner().invoke(["--log-level", "none", "parse", *project, *written]).success
    return target / "manifest.json"


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    # A quote in the path: an apostrophe in a person's folder must not end a SQL string.
    return Settings.from_environment({"WORKFORCE_HOME": str(tmp_path / "o'brien")})


@pytest.fixture
def build(settings: Settings, manifest: Path) -> Iterator[Callable[..., dg.ExecuteInProcessResult]]:
    with dg.DagsterInstance.ephemeral() as instance:
        job = marts(settings, manifest).resolve_job_def("marts")

        def run(*assets: str) -> dg.ExecuteInProcessResult:
            return job.execute_in_process(
                instance=instance,
                asset_selection=[dg.AssetKey(name) for name in assets] or None,
                raise_on_error=False,
            )

        yield run


def rows_of(random: Random, asset: str, record_ids: list[str]) -> Rows:
    """One row per record; most are done, some end here for one reason or another."""
    endings = ["rejected"] if asset == "leads" else ["held", "skipped"]
    rows = []
    for record_id in record_ids:
        disposition = random.choices(["done", *endings], [8, *[1] * len(endings)])[0]
        row: dict[str, Any] = {
            "record_id": record_id,
            "disposition": disposition,
            "reason": None if disposition == "done" else "for a reason",
            "decided_by": "rule:intake" if asset == "leads" else random.choice(DECIDERS),
            "specialist_version": "v1",
            "tokens_in": random.randrange(100),
            "tokens_out": random.randrange(10),
            "cost_usd": random.random(),
            "run_id": "r1",
        }
        if asset == "enriched_leads":
            row["match_status"] = random.choice(["matched", "ambiguous", "unmatched"])
        if asset == "scored_leads":
            row["tier"] = random.choice("ABCD")
        rows.append(row)
    return rows


def sound_lake() -> Lake:
    """Two whole days, a day without records, and one of which only leads and enriched_leads have run."""
    random, lake = Random(7), Lake()
    for day in (*DAYS, UNFINISHED_DAY):
        waiting = [f"L{number}" for number in range(80)]
        for asset in ASSETS[:2] if day == UNFINISHED_DAY else ASSETS:
            lake[asset, day] = rows_of(random, asset, waiting)
            waiting = [row["record_id"] for row in lake[asset, day] if row["disposition"] == "done"]
    lake |= {(asset, EMPTY_DAY): [] for asset in ASSETS}
    return lake


def write(settings: Settings, lake: Lake) -> None:
    for (asset, day), rows in lake.items():
        schema = SCHEMA | ({OWN[asset]: pl.String} if asset in OWN else {})
        path = settings.home.lake / asset / f"{day}.parquet"
        path.parent.mkdir(parents=True, exist_ok=True)
        pl.DataFrame(rows, schema=schema).write_parquet(path)
    (settings.home.lake / "leads" / ".2026-03-02.parquet.half").write_bytes(b"half written")


def funnel(settings: Settings) -> dict[date, dict[str, Any]]:
    with duckdb.connect(str(settings.home.warehouse), read_only=True) as connection:
        found = connection.execute("select * from marts.funnel_daily order by day")
        names = [column[0] for column in found.description]
        return {row[0]: dict(zip(names, row, strict=True)) for row in found.fetchall()}


def recount(lake: Lake, day: date) -> dict[str, Any]:
    """The mart's row for a day, counted in Python from the very rows that were written."""
    rows = {asset: lake.get((asset, day)) for asset in ASSETS}

    def done(asset: str, column: str = "disposition", value: str = "done") -> int | None:
        found = rows[asset]
        if found is None:
            return None
        return sum(row["disposition"] == "done" and row[column] == value for row in found)

    every = [row for found in rows.values() for row in found or []]
    ends = Counter(row["disposition"] for row in every)
    staged = [row for asset in ASSETS[1:] for row in rows[asset] or []]
    deciders = Counter(_kind(row["decided_by"]) for row in staged)
    kinds = ["rule", "local", "model", "human", "nobody"]
    return {
        "day": day,
        "leads": len(rows["leads"] or []),
        "rejected": ends["rejected"],
        "enriched": done("enriched_leads"),
        **{s: done("enriched_leads", "match_status", s) for s in ("matched", "ambiguous", "unmatched")},
        "scored": done("scored_leads"),
        **{f"tier_{tier.lower()}": done("scored_leads", "tier", tier) for tier in "ABCD"},
        "drafted": done("drafted_emails"),
        "sent": done("sent_emails"),
        "held_total": ends["held"],
        "skipped_total": ends["skipped"],
        **{f"{k}_share": pytest.approx(deciders[k] / len(staged)) if staged else None for k in kinds},
        "tokens_in": sum(row["tokens_in"] for row in every),
        "tokens_out": sum(row["tokens_out"] for row in every),
        "cost_usd": pytest.approx(sum(row["cost_usd"] for row in every)),
    }


def _kind(decider: str | None) -> str:
    if decider is None:
        return "nobody"
    return "local" if decider.startswith("model:local/") else decider.split(":")[0]


def failed(result: dg.ExecuteInProcessResult) -> set[str]:
    return {each.check_name for each in result.get_asset_check_evaluations() if not each.passed}


def test_the_funnel_is_what_an_independent_count_of_the_lake_gives(
    settings: Settings, build: Callable[..., dg.ExecuteInProcessResult]
) -> None:
    """Every figure of every day is right; a stage that has not run is null, one that had nothing is 0."""
    lake = sound_lake()
    write(settings, lake)
    result = build()
    assert result.success, failed(result)
    assert failed(result) == set()
    assert funnel(settings) == {day: recount(lake, day) for day in sorted([*DAYS, EMPTY_DAY, UNFINISHED_DAY])}


def test_building_again_after_a_change_forgets_nothing_and_doubles_nothing(
    settings: Settings, build: Callable[..., dg.ExecuteInProcessResult]
) -> None:
    """A corrected partition replaces its old figures; one mart can be rebuilt alone."""
    lake = sound_lake()
    write(settings, lake)
    assert build().success
    lake["sent_emails", DAYS[0]] = [
        row | {"disposition": "skipped", "reason": "no contact"} for row in lake["sent_emails", DAYS[0]]
    ]
    write(settings, lake)
    assert build("stage_days", "funnel_daily").success
    assert funnel(settings)[DAYS[0]] == recount(lake, DAYS[0])
    assert funnel(settings)[DAYS[0]]["sent"] == 0
    assert len(funnel(settings)) == 4


def lose_a_record(rows: Rows) -> Rows:
    return rows[1:]


def repeat_a_record(rows: Rows) -> Rows:
    return [*rows, rows[0]]


def forget_a_disposition(rows: Rows) -> Rows:
    return [rows[0] | {"disposition": "sent"}, *rows[1:]]


@pytest.mark.parametrize(
    ("damage", "expected"),
    [
        (lose_a_record, {"stages_conserve_records"}),
        (repeat_a_record, {"stages_conserve_records", "records_are_unique"}),
        (forget_a_disposition, {"dispositions_are_known"}),
    ],
)
def test_a_partition_that_does_not_add_up_fails_a_check(
    settings: Settings,
    build: Callable[..., dg.ExecuteInProcessResult],
    damage: Callable[[Rows], Rows],
    expected: set[str],
) -> None:
    """A lost, repeated or unaccounted record is named by a failed check, and the run fails."""
    lake = sound_lake()
    lake["drafted_emails", DAYS[1]] = damage(lake["drafted_emails", DAYS[1]])
    write(settings, lake)
    result = build()
    assert not result.success
    assert failed(result) == expected


def test_a_home_without_records_has_empty_marts(
    settings: Settings, build: Callable[..., dg.ExecuteInProcessResult]
) -> None:
    """The first build before the first record is a success, not a stack trace."""
    assert build().success
    assert funnel(settings) == {}


def test_a_build_leaves_the_tree_the_environment_and_standard_output_alone(
    settings: Settings,
    build: Callable[..., dg.ExecuteInProcessResult],
    capfd: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A read-only checkout works, settings do not leak, and `--json` can keep its promise of one object."""
    monkeypatch.setenv("WORKFORCE_LAKE", "/somewhere/else")
    before, environment = tree(DBT_PROJECT), dict(os.environ)
    write(settings, sound_lake())
    assert build().success
    assert tree(DBT_PROJECT) == before
    assert dict(os.environ) == environment
    assert capfd.readouterr().out == ""
    # The warehouse is free again for whoever comes next.
    duckdb.connect(str(settings.home.warehouse)).close()


def test_a_warehouse_that_cannot_be_written_fails_in_words(
    settings: Settings,
    build: Callable[..., dg.ExecuteInProcessResult],
    capfd: pytest.CaptureFixture[str],
) -> None:
    """Whoever holds the file is the reason that is told, on the run and not on standard output."""
    write(settings, sound_lake())
    duckdb.connect(str(settings.home.warehouse)).close()
    with duckdb.connect(str(settings.home.warehouse), read_only=True):
        result = build()
    assert not result.success
    (failure,) = result.filter_events(lambda event: event.is_step_failure)
    assert "Can't open a connection to same database file" in str(failure.step_failure_data.error)
    assert capfd.readouterr().out == ""


def tree(folder: Path) -> dict[Path, float]:
    return {path: path.stat().st_mtime for path in folder.rglob("*")}


def test_the_marts_stand_downstream_of_the_records(settings: Settings, manifest: Path) -> None:
    """In the asset graph the marts follow from all record assets, owned and grouped."""
    (definition,) = marts(settings, manifest).assets or ()
    assert isinstance(definition, dg.AssetsDefinition)
    specs = {spec.key.to_user_string(): spec for spec in definition.specs}
    assert set(specs) == {"stg_outcomes", "stage_days", "funnel_daily"}
    assert {dep.asset_key.to_user_string() for dep in specs["stg_outcomes"].deps} == set(ASSETS)
    assert {spec.group_name for spec in specs.values()} == {"marts"}
    assert all(spec.owners and spec.kinds == {"dbt", "duckdb"} for spec in specs.values())


def test_a_missing_manifest_is_told_with_its_remedy(settings: Settings, tmp_path: Path) -> None:
    """Who forgot set-up reads the command that is missing."""
    with pytest.raises(MartsNotPreparedError, match="dbt --quiet parse"):
        marts(settings, tmp_path / "manifest.json")
