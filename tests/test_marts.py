"""The marts say exactly what the lake holds, and fail when it does not add up."""

import hashlib
import multiprocessing
import os
import shutil
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from math import comb
from pathlib import Path
from typing import Any

import dagster as dg
import duckdb
import pytest
from dbt.cli.main import dbtRunner

from tests.inbox_mail import reply
from tests.marts_inbox import LATER, ingest, replies_on, send_of_another_workforce, what_came_back
from tests.marts_lake import (
    ASSETS,
    CONTACT,
    DAYS,
    SPECIALISTS,
    Lake,
    Rows,
    draft_digest,
    message_id_of,
    partition,
    sound_lake,
    write,
    write_world,
)
from workforce_assets.marts.assets import MartsNotPreparedError, marts
from workforce_assets.marts.build import DBT_PROJECT
from workforce_assets.settings import Settings

Build = Callable[..., dg.ExecuteInProcessResult]
KINDS = ["rule", "local", "model", "human", "nobody"]


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
def build(settings: Settings, manifest: Path) -> Iterator[Build]:
    with dg.DagsterInstance.ephemeral() as instance:
        job = marts(settings, manifest).resolve_job_def("marts")

        def run(*assets: str) -> dg.ExecuteInProcessResult:
            return job.execute_in_process(
                instance=instance,
                asset_selection=[dg.AssetKey(name) for name in assets] or None,
                raise_on_error=False,
            )

        yield run


@pytest.fixture(scope="session")
def built_once(tmp_path_factory: pytest.TempPathFactory, manifest: Path) -> Path:
    """A home with a sound lake and its marts."""
    settings = Settings.from_environment({"WORKFORCE_HOME": str(tmp_path_factory.mktemp("built") / "home")})
    write_world(settings, sound_lake())
    decisions = Counter(ingest(settings, what_came_back(sound_lake())))
    assert set(decisions) == {"suppress", "held", "ignored"}
    with dg.DagsterInstance.ephemeral() as instance:
        result = marts(settings, manifest).resolve_job_def("marts").execute_in_process(instance=instance)
        assert (result.success, failed(result)) == (True, set())
    return settings.home.root


@pytest.fixture
def built(settings: Settings, built_once: Path) -> Lake:
    """The home of `settings` is a copy of that; what its lake holds."""
    shutil.copytree(built_once, settings.home.root)
    return sound_lake()


def read(settings: Settings, mart: str, *key: str) -> dict[Any, dict[str, Any]]:
    """A mart's rows by what they are one of; none may stand there twice."""
    with duckdb.connect(str(settings.home.warehouse), read_only=True) as connection:
        found = connection.execute(f"select * from marts.{mart}")
        names = [column[0] for column in found.description]
        rows = [dict(zip(names, row, strict=True)) for row in found.fetchall()]
    by_key = {tuple(row.pop(name) for name in key): row for row in rows}
    assert len(by_key) == len(rows)
    return by_key


def failed(result: dg.ExecuteInProcessResult) -> set[str]:
    return {each.check_name for each in result.get_asset_check_evaluations() if not each.passed}


# The recounts: plain Python over the very rows that were written.


def staged(lake: Lake) -> Iterator[tuple[str, date, dict[str, Any]]]:
    for (asset, day), rows in lake.items():
        for row in rows:
            if asset != "leads":
                yield SPECIALISTS[asset], day, row


def kind(decider: str | None) -> str:
    if decider is None:
        return "nobody"
    return "local" if decider.startswith("model:local/") else decider.split(":")[0]


def near(value: float | None) -> Any:
    return None if value is None else pytest.approx(value)


def share(part: float, whole: float) -> Any:
    return near(part / whole) if whole else None


def proves(passes: int, n: int) -> Any:
    """The lower bound by its definition, found by halving: at that rate, so many or more pass in 5 %."""
    if n == 0:
        return pytest.approx(0)
    low, high = 0.0, 1.0
    for _ in range(60):
        rate = (low + high) / 2
        chance = sum(comb(n, k) * rate**k * (1 - rate) ** (n - k) for k in range(passes, n + 1))
        low, high = (rate, high) if chance < 0.05 else (low, rate)
    return pytest.approx(low, abs=1e-6)


def recount_funnel(lake: Lake, day: date) -> dict[str, Any]:
    rows = {asset: lake.get((asset, day)) for asset in ASSETS}

    def done(asset: str, column: str = "disposition", value: str = "done") -> int | None:
        found = rows[asset]
        if found is None:
            return None
        return sum(row["disposition"] == "done" and row[column] == value for row in found)

    every = [row for found in rows.values() for row in found or []]
    ends = Counter(row["disposition"] for row in every)
    of_stages = [row for asset in ASSETS[1:] for row in rows[asset] or []]
    deciders = Counter(kind(row["decided_by"]) for row in of_stages)
    return {
        "campaign": f"campaign-{day}" if day in DAYS else None,
        "campaign_step": 1 if day in DAYS else None,
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
        **{f"{each}_share": share(deciders[each], len(of_stages)) for each in KINDS},
        "tokens_in": sum(row["tokens_in"] for row in every),
        "tokens_out": sum(row["tokens_out"] for row in every),
        "cost_usd": near(sum(row["cost_usd"] for row in every)),
    }


def funnel_of(lake: Lake) -> dict[Any, Any]:
    return {(day,): recount_funnel(lake, day) for day in sorted({day for _, day in lake})}


def economics_of(lake: Lake) -> dict[Any, Any]:
    expected = {}
    for day in {day for _, day in lake}:
        cost = sum(row["cost_usd"] for (_, of), rows in lake.items() if of == day for row in rows)
        drafting, sending = lake.get(("drafted_emails", day), []), lake.get(("sent_emails", day), [])
        qualified = sum(row["decided_by"] != "rule:routing" for row in drafting)
        sent = sum(row["disposition"] == "done" for row in sending)
        leads = len(lake["leads", day])
        expected[day, f"campaign-{day}" if day in DAYS else None] = {
            "campaign_step": 1 if day in DAYS else None,
            "leads": leads,
            "qualified": qualified,
            "sent": sent,
            "replies": replies_on(day),
            "cost_usd": near(cost),
            **unit_shares(cost, leads, qualified, sent, replies_on(day)),
        }
    return expected


def unit_shares(cost: float, leads: int, qualified: int, sent: int, replies: int) -> dict[str, Any]:
    return {
        "usd_per_lead": share(cost, leads),
        "usd_per_qualified_lead": share(cost, qualified),
        "usd_per_sent_email": share(cost, sent),
        "usd_per_reply": share(cost, replies),
    }


def unit_costs_of(lake: Lake) -> dict[Any, Any]:
    groups: dict[Any, Rows] = defaultdict(list)
    for specialist, day, row in staged(lake):
        groups[day, specialist, kind(row["decided_by"])].append(row)
    units = {day: unit for (day, _), unit in economics_of(lake).items()}
    expected = {}
    for key, rows in groups.items():
        cost, unit = sum(row["cost_usd"] for row in rows), units[key[0]]
        expected[key] = {
            "campaign": f"campaign-{key[0]}" if key[0] in DAYS else None,
            "campaign_step": 1 if key[0] in DAYS else None,
            "records": len(rows),
            "tokens_in": sum(row["tokens_in"] for row in rows),
            "tokens_out": sum(row["tokens_out"] for row in rows),
            "cost_usd": near(cost),
            "usd_per_record": near(cost / len(rows)),
            **unit_shares(cost, unit["leads"], unit["qualified"], unit["sent"], unit["replies"]),
        }
    return expected


def graders_of(lake: Lake) -> dict[Any, tuple[int, int]]:
    outputs: Counter[Any] = Counter()
    passed: Counter[Any] = Counter()
    for specialist, day, row in staged(lake):
        for verdict in row["verdicts"]:
            key = specialist, row["specialist_version"], day, verdict["grader"]
            outputs[key] += 1
            passed[key] += verdict["passed"]
    return {key: (outputs[key], passed[key]) for key in outputs}


def counts(rows: Rows) -> dict[str, Any]:
    """What a scorecard counts."""
    graded = [row for row in rows if row["verdicts"]]
    return {
        "records": len(rows),
        **{name: sum(row["disposition"] == name for row in rows) for name in ("done", "held", "skipped")},
        "graded": len(graded),
        "passed": sum(all(verdict["passed"] for verdict in row["verdicts"]) for row in graded),
        "judged": sum(kind(row["decided_by"]) in ("local", "model", "human") for row in rows),
        "cost_usd": sum(row["cost_usd"] for row in rows),
    }


def test_the_funnel_is_what_an_independent_count_of_the_lake_gives(settings: Settings, built: Lake) -> None:
    """Every figure of every day is right; a stage that has not run is null, one that had nothing is 0."""
    lake = built
    assert read(settings, "funnel_daily", "day") == funnel_of(lake)
    assert read(settings, "unit_economics", "day", "campaign") == economics_of(lake)
    assert read(settings, "unit_costs", "day", "specialist", "decider") == unit_costs_of(lake)
    scorecards_are_right(settings, lake)
    the_weeks_are_right(settings, lake)
    the_audit_is_right(settings, lake)


def scorecards_are_right(settings: Settings, lake: Lake) -> None:
    """Per specialist, version and day, and per grader too; the bounds by their definition."""
    key = "specialist", "specialist_version", "day"
    found = read(settings, "grader_scorecards", *key, "grader")
    assert {name: (row["outputs"], row["passed"]) for name, row in found.items()} == graders_of(lake)
    for row in found.values():
        assert row["pass_rate"] == share(row["passed"], row["outputs"])
        assert row["pass_rate_at_least"] == proves(row["passed"], row["outputs"])
        assert 1 - row["pass_rate_at_most"] == proves(row["outputs"] - row["passed"], row["outputs"])
    groups: dict[Any, Rows] = defaultdict(list)
    for specialist, day, row in staged(lake):
        groups[specialist, row["specialist_version"], day].append(row)
    scorecards = read(settings, "specialist_scorecards", *key)
    assert set(scorecards) == set(groups)
    for name, row in scorecards.items():
        counted = counts(groups[name])
        assert {column: row[column] for column in counted} == counted | {
            "cost_usd": near(counted["cost_usd"])
        }
        assert row["hold_rate"] == share(counted["held"], counted["records"])
        assert row["judgement_share"] == share(counted["judged"], counted["records"])
        assert row["pass_rate"] == share(counted["passed"], counted["graded"])
        assert row["pass_rate_at_least"] == proves(counted["passed"], counted["graded"])
        assert row["usd_per_record"] == share(counted["cost_usd"], counted["records"])


def the_weeks_are_right(settings: Settings, lake: Lake) -> None:
    """A week is the day and the six before it: 12 March is in no week with 5 March."""
    groups: dict[Any, Rows] = defaultdict(list)
    for specialist, day, row in staged(lake):
        groups[specialist, day].append(row)
    found = read(settings, "quality_over_time", "specialist", "day")
    assert set(found) == set(groups)
    for (specialist, day), row in found.items():
        days = [day - timedelta(n) for n in range(7)]
        week = counts([each for of in days for each in groups.get((specialist, of), [])])
        alone = counts(groups[specialist, day])
        for counted, over in ((alone, ""), (week, "_of_week")):
            assert row[f"pass_rate{over}"] == share(counted["passed"], counted["graded"])
            assert row[f"pass_rate{over}_at_least"] == proves(counted["passed"], counted["graded"])
            assert row[f"hold_rate{over}"] == share(counted["held"], counted["records"])
            assert row[f"judgement_share{over}"] == share(counted["judged"], counted["records"])
            assert row[f"usd_per_record{over}"] == share(counted["cost_usd"], counted["records"])


def the_audit_is_right(settings: Settings, lake: Lake) -> None:
    """One row for each email sent, what every stage said of it, and no contact details."""
    ways: dict[Any, Rows] = defaultdict(list)
    for (asset, day), rows in lake.items():
        for row in rows:
            ways[day, row["record_id"]].append(row | {"asset": asset})
    found = read(settings, "audit", "day", "record_id")
    sent = {
        key for key, way in ways.items() if way[-1].get("message_id") and way[-1]["disposition"] == "done"
    }
    assert set(found) == sent
    assert len(sent) > 20
    for (day, record_id), row in found.items():
        way = ways[day, record_id]
        deciders = [each["decided_by"] for each in way if each["decided_by"]]
        verdicts = [verdict for each in way for verdict in each["verdicts"]]
        assert row["consent"] == "opted_in"
        assert row["campaign"] == f"campaign-{day}"
        assert row["draft_digest"] == draft_digest(day, record_id)
        assert row["ledger_state"] == "sent"
        assert [row[f"{asset}_decided_by"] for asset in ASSETS[1:]] == [e["decided_by"] for e in way[1:]]
        assert [row[f"{asset}_version"] for asset in ASSETS[1:]] == [e["specialist_version"] for e in way[1:]]
        assert (row["models"] or []) == sorted({d[6:] for d in deciders if d.startswith("model:")})
        assert row["template"] == way[3]["template"]
        assert row["verdicts"] == len(verdicts)
        assert row["failed_graders"] == sorted(v["grader"] for v in verdicts if not v["passed"])
        assert row["tokens_in"] == sum(each["tokens_in"] for each in way)
        assert row["cost_usd"] == near(sum(each["cost_usd"] for each in way))
        assert (row["message_id"], row["sent_at"]) == (way[-1]["message_id"], way[-1]["sent_at"])
    assert CONTACT.encode() not in settings.home.warehouse.read_bytes()


def test_a_changed_day_is_built_again_and_the_others_are_left(
    settings: Settings, build: Build, built: Lake
) -> None:
    """A corrected partition replaces its old figures; what looks as it did is not counted again; a day
    that has left the lake leaves the marts."""
    lake = built
    untouched = partition(settings, "sent_emails", DAYS[1])
    status = untouched.stat()
    untouched.write_bytes(untouched.read_bytes().replace(b"done", b"held"))
    os.utime(untouched, ns=(status.st_atime_ns, status.st_mtime_ns))
    changed = [
        row | {"disposition": "skipped", "reason": "no contact"} for row in lake["sent_emails", DAYS[0]]
    ]
    write(settings, {("sent_emails", DAYS[0]): changed})
    for asset in ASSETS:
        partition(settings, asset, DAYS[2]).unlink()
    result = build()
    assert result.success, failed(result)
    expected = {key: rows for key, rows in lake.items() if key[1] != DAYS[2]}
    expected["sent_emails", DAYS[0]] = changed
    assert read(settings, "funnel_daily", "day") == funnel_of(expected)
    assert {day for day, _ in read(settings, "audit", "day", "record_id")} == {DAYS[1]}


def test_a_late_reply_counts_on_the_day_of_its_send(settings: Settings, build: Build, built: Lake) -> None:
    """Nothing of that day's files has changed since; a message is counted once, and another workforce's
    send of that day is not this one's."""
    day = DAYS[1]
    first = next(row["record_id"] for row in built["sent_emails", day] if row["disposition"] == "done")
    foreign = send_of_another_workforce(settings, day)
    late = [reply(LATER, to=to) for to in (message_id_of(day, first), foreign)]
    assert ingest(settings, iter([*late, *late])) == ["held"] * 4
    for _ in range(2):
        assert build("unit_economics").success
        found = read(settings, "unit_economics", "day", "campaign")
        assert {key[0]: row["replies"] for key, row in found.items() if row["replies"]} == {
            each: replies_on(each) + (each == day) for each in DAYS
        }
        row = found[day, f"campaign-{day}"]
        assert row["usd_per_reply"] == near(row["cost_usd"])


def test_one_mart_can_be_built_alone(settings: Settings, build: Build, built: Lake) -> None:
    """Its new figures are there, and the next build still knows which days the others lack."""
    lake = built
    lake["sent_emails", DAYS[0]] = [row | {"disposition": "held"} for row in lake["sent_emails", DAYS[0]]]
    write(settings, {("sent_emails", DAYS[0]): lake["sent_emails", DAYS[0]]})
    assert build("stg_outcomes", "stage_days", "funnel_daily").success
    assert read(settings, "funnel_daily", "day") == funnel_of(lake)
    assert any(day == DAYS[0] for day, _ in read(settings, "audit", "day", "record_id"))
    assert build().success
    assert not any(day == DAYS[0] for day, _ in read(settings, "audit", "day", "record_id"))


def lose_a_record(rows: Rows) -> Rows:
    return rows[1:]


def repeat_a_record(rows: Rows) -> Rows:
    return [*rows, rows[0]]


def forget_a_disposition(rows: Rows) -> Rows:
    return [rows[0] | {"disposition": "sent"}, *rows[1:]]


def test_a_partition_that_does_not_add_up_fails_a_check(
    settings: Settings, build: Build, built: Lake
) -> None:
    """A lost, repeated or unaccounted record is named by a failed check; the other days' figures go on."""
    for asset, damage in (
        ("enriched_leads", lose_a_record),
        ("scored_leads", repeat_a_record),
        ("drafted_emails", forget_a_disposition),
    ):
        write(settings, {(asset, DAYS[1]): damage(built[asset, DAYS[1]])})
    assert failed(build()) >= {"stages_conserve_records", "records_are_unique", "dispositions_add_up"}
    assert read(settings, "funnel_daily", "day")[(DAYS[0],)] == recount_funnel(built, DAYS[0])


def test_a_send_without_consent_or_intent_fails_a_check(
    settings: Settings, build: Build, built: Lake
) -> None:
    """The audit is not only a list: what must never be in it is asked for each time."""
    lake = built
    sent = next(row["record_id"] for row in lake["sent_emails", DAYS[0]] if row["disposition"] == "done")
    for row in lake["leads", DAYS[0]]:
        if row["record_id"] == sent:
            row["consent"] = "unknown"
    write(settings, {("leads", DAYS[0]): lake["leads", DAYS[0]]})
    Path(settings.operations_url.removeprefix("sqlite:///")).unlink()
    result = build()
    assert failed(result) == {"only_consenting_contacts_are_written_to", "every_send_has_an_intent"}


def test_a_home_without_records_has_empty_marts(settings: Settings, build: Build) -> None:
    """The first build before the first record is a success, not a stack trace."""
    assert build().success
    assert read(settings, "funnel_daily", "day") == {}
    assert read(settings, "audit", "day", "record_id") == {}


def hold_open(warehouse: Path, opened: Any, enough: Any, told: Any) -> None:
    """Another process that reads, as a notebook does, for as long as the test lasts."""
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        before = connection.execute("select count(*) from marts.funnel_daily").fetchall()
        opened.set()
        enough.wait(120)
        told.put(before == connection.execute("select count(*) from marts.funnel_daily").fetchall())


def test_who_reads_the_warehouse_never_fails_a_build(settings: Settings, build: Build, built: Lake) -> None:
    """The reader keeps what it opened; the build goes through; who opens the warehouse next sees the new."""
    lake = built
    context = multiprocessing.get_context("spawn")
    opened, enough, told = context.Event(), context.Event(), context.Queue()
    reader = context.Process(target=hold_open, args=(settings.home.warehouse, opened, enough, told))
    reader.start()
    assert opened.wait(300)
    lake["sent_emails", DAYS[0]] = [row | {"disposition": "held"} for row in lake["sent_emails", DAYS[0]]]
    write(settings, {("sent_emails", DAYS[0]): lake["sent_emails", DAYS[0]]})
    result = build()
    enough.set()
    assert told.get(timeout=300)
    reader.join(300)
    assert result.success
    assert read(settings, "funnel_daily", "day") == funnel_of(lake)


def test_a_warehouse_that_is_damaged_is_made_anew(settings: Settings, build: Build) -> None:
    """It holds answers and no records: whatever became of it, the next build has it right."""
    lake = sound_lake()
    write_world(settings, lake)
    settings.home.warehouse.write_bytes(b"half a file")
    settings.home.warehouse.with_name("warehouse.duckdb.wal").write_bytes(b"half a log")
    assert build().success
    assert read(settings, "funnel_daily", "day") == funnel_of(lake)


def test_a_model_that_fails_leaves_the_warehouse_as_it_was(
    settings: Settings, build: Build, built: Lake, capfd: pytest.CaptureFixture[str]
) -> None:
    """A file that is no Parquet is told on the run; yesterday's figures stay, not half of today's."""
    before = digest_of(settings.home.warehouse)
    partition(settings, "scored_leads", DAYS[0]).write_bytes(b"no parquet")
    result = build()
    assert not result.success
    (failure,) = result.filter_events(lambda event: event.is_step_failure)
    assert "2026-03-02.parquet" in str(failure.step_failure_data.error)
    assert digest_of(settings.home.warehouse) == before
    assert capfd.readouterr().out == ""


def test_a_build_leaves_the_tree_the_environment_and_standard_output_alone(
    settings: Settings, build: Build, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A read-only checkout works, settings do not leak, and `--json` can keep its promise of one object."""
    monkeypatch.setenv("WORKFORCE_LAKE", "/somewhere/else")
    before, environment = tree(DBT_PROJECT), dict(os.environ)
    write(settings, sound_lake())
    build()
    assert tree(DBT_PROJECT) == before
    assert dict(os.environ) == environment
    assert capfd.readouterr().out == ""
    # The warehouse is free again for whoever comes next, and nothing of the build is left.
    with duckdb.connect(str(settings.home.warehouse)) as connection:
        schemas = {
            name for (name,) in connection.execute("select schema_name from duckdb_schemas()").fetchall()
        }
    assert "build" not in schemas
    assert not (settings.home.root / "warehouse_next").exists()


def digest_of(file: Path) -> str:
    """Not its bytes: pytest explains for seven minutes how two megabytes of them differ."""
    return hashlib.sha256(file.read_bytes()).hexdigest()


def tree(folder: Path) -> dict[Path, float]:
    return {path: path.stat().st_mtime for path in folder.rglob("*")}


def test_the_marts_stand_downstream_of_the_records(settings: Settings, manifest: Path) -> None:
    """In the asset graph the marts follow from all record assets, owned, grouped and described."""
    (definition,) = marts(settings, manifest).assets or ()
    assert isinstance(definition, dg.AssetsDefinition)
    specs = {spec.key.to_user_string(): spec for spec in definition.specs}
    assert set(specs) == {
        *("stg_outcomes", "stage_days", "decisions", "grader_scorecards", "audit"),
        *("funnel_daily", "unit_economics", "unit_costs", "specialist_scorecards", "quality_over_time"),
    }
    assert {dep.asset_key.to_user_string() for dep in specs["stg_outcomes"].deps} == set(ASSETS)
    assert {spec.group_name for spec in specs.values()} == {"marts"}
    assert all(spec.owners and spec.kinds == {"dbt", "duckdb"} for spec in specs.values())
    assert all("Grain: one row per" in (spec.description or "") for spec in specs.values())
    checked = {spec.asset_key.to_user_string() for spec in definition.check_specs if "grain" in spec.name}
    assert checked == set(specs) - {"stg_outcomes"}


def test_the_graph_is_the_one_that_dagster_dbt_reads(settings: Settings, manifest: Path) -> None:
    """The library is the oracle of keys, upstreams, owners, groups, kinds and checks; we add its lost checks:
    those of tests that ask two models."""
    from dagster_dbt import dbt_assets

    @dbt_assets(manifest=manifest)
    def theirs():  # type: ignore[no-untyped-def]  # a checker of types would want a tuple of 35
        ...

    (ours,) = marts(settings, manifest).assets or ()
    assert isinstance(ours, dg.AssetsDefinition)
    assert graph_of(ours) == graph_of(theirs)
    added = set(ours.check_keys) - set(theirs.check_keys)
    assert set(theirs.check_keys) <= set(ours.check_keys)
    assert {key.name for key in added} == {"costs_agree", "every_send_is_audited", "scorecards_agree"}
    tests = [path.stem for path in (DBT_PROJECT / "tests").glob("*.sql")]
    assert set(tests) <= {key.name for key in ours.check_keys}
    assert not [spec.key for spec in ours.specs if "select" in (spec.description or "")]


def graph_of(definition: dg.AssetsDefinition) -> dict[str, Any]:
    return {
        spec.key.to_user_string(): (
            sorted(dep.asset_key.to_user_string() for dep in spec.deps),
            *(spec.group_name, list(spec.owners), set(spec.kinds), spec.skippable),
        )
        for spec in definition.specs
    }


def test_a_mart_shows_all_its_columns_and_how_each_specialist_did(
    settings: Settings, build: Build, built: Lake
) -> None:
    """Types as DuckDB has them, meanings as the project says; a chart in text for each figure."""
    result = build("quality_over_time")
    (event,) = result.get_asset_materialization_events()
    metadata = event.step_materialization_data.materialization.metadata
    columns = {column.name: column for column in metadata["dagster/column_schema"].value.columns}
    assert columns["day"].type == "date"
    assert columns["hold_rate_of_week"].type == "double"
    assert columns["pass_rate"].description
    lines = str(metadata["lately"].value).splitlines()
    marts_rows = read(settings, "quality_over_time", "specialist", "day")
    assert len(lines) == 2 + 5 * len({specialist for specialist, _ in marts_rows})
    newest = max(day for specialist, day in marts_rows if specialist == "scorer")
    (line,) = [line for line in lines if line.startswith("| scorer: hold_rate |")]
    assert line.split("|")[-2].strip() == f"{marts_rows['scorer', newest]['hold_rate']:.3f}"


def test_a_missing_manifest_is_told_with_its_remedy(settings: Settings, tmp_path: Path) -> None:
    """Who forgot set-up reads the command that is missing."""
    with pytest.raises(MartsNotPreparedError, match="dbt --quiet parse"):
        marts(settings, tmp_path / "manifest.json")
