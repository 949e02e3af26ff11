"""A notebook that stays open on the warehouse, and a workforce that runs beside it.

A slice in `make test`; with WORKFORCE_CAMPAIGN=1 the reader stays for three minutes. And the marts of a real
run are recounted from its Parquet files by polars, which knows nothing of dbt's SQL.
"""

import multiprocessing
import os
import time
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
import pytest

from specialists.bounds import lower_bound
from tests.outbound import SAMPLE_DAY, Outbound
from workforce_assets.outbound import OUTBOUND
from workforce_assets.runner import runner

SECONDS = 180 if os.environ.get("WORKFORCE_CAMPAIGN") else 1
DAY = SAMPLE_DAY.isoformat()


def read_without_end(warehouse: Path, opened: Any, enough: Any, told: Any) -> None:
    """Holds one connection open and asks it again and again; opens a second one each time, as people do."""
    asked, wrong = 0, ""
    try:
        with duckdb.connect(str(warehouse), read_only=True) as held:
            while not enough.is_set():
                held.execute("select sum(leads) from marts.funnel_daily").fetchall()
                with duckdb.connect(str(warehouse), read_only=True) as other:
                    other.execute("select count(*) from marts.audit").fetchall()
                asked += 1
                opened.set()
                time.sleep(0.05)
    except duckdb.Error as error:
        wrong = str(error)
        opened.set()
    told.put((asked, wrong))


def run_and_refresh(home: Outbound) -> list[str]:
    report = home.run()
    with runner(home.settings, OUTBOUND) as at_work:
        return [*report.errors, *at_work.refresh_marts()]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Outbound:
    home = Outbound(tmp_path_factory.mktemp("read") / "home")
    home.hand_in(limit=30)
    assert run_and_refresh(home) == []
    return home


def test_a_reader_never_fails_a_run(home: Outbound) -> None:
    """Runs of whole partitions with their marts, each over more leads than the last, beside one reader."""
    context = multiprocessing.get_context("spawn")
    opened, enough, told = context.Event(), context.Event(), context.Queue()
    reader = context.Process(
        target=read_without_end,
        args=(home.settings.home.warehouse, opened, enough, told),
        daemon=True,  # a run that fails must not leave it reading
    )
    reader.start()
    assert opened.wait(300)
    started, runs = time.monotonic(), 0
    while runs == 0 or time.monotonic() - started < SECONDS:
        runs += 1
        home.hand_in(limit=30 + min(runs, 100))
        assert run_and_refresh(home) == []
    enough.set()
    asked, wrong = told.get(timeout=300)
    reader.join(300)
    assert wrong == ""
    assert asked > runs
    rows = pl.read_parquet(home.settings.home.lake / "leads" / f"{DAY}.parquet").height
    assert rows == 30 + min(runs, 100)
    assert mart(home, "funnel_daily")[0]["leads"] == rows


def test_the_marts_of_a_real_run_are_what_its_files_say(home: Outbound) -> None:
    """Funnel, money, scorecards and audit, counted by polars."""
    files = {
        asset: pl.read_parquet(home.settings.home.lake / asset / f"{DAY}.parquet")
        for asset in OUTBOUND.assets
    }
    done = {asset: rows.filter(pl.col("disposition") == "done").height for asset, rows in files.items()}
    cost = sum(rows["cost_usd"].sum() for rows in files.values())
    (funnel,) = mart(home, "funnel_daily")
    assert [funnel[name] for name in ("leads", "enriched", "scored", "drafted", "sent")] == [
        files["leads"].height,
        *(done[asset] for asset in OUTBOUND.assets[1:]),
    ]
    every = pl.concat([rows.select("disposition") for rows in files.values()])["disposition"]
    for name, disposition in (("held_total", "held"), ("skipped_total", "skipped"), ("rejected", "rejected")):
        assert funnel[name] == (every == disposition).sum()
    (money,) = mart(home, "unit_economics")
    assert money["cost_usd"] == pytest.approx(cost)
    assert (money["leads"], money["sent"]) == (files["leads"].height, done["sent_emails"])
    assert {row["record_id"] for row in mart(home, "audit")} == set(
        files["sent_emails"].filter(pl.col("disposition") == "done")["record_id"]
    )
    for row in mart(home, "specialist_scorecards"):
        asset = next(line.asset for line in OUTBOUND.stages if line.by == row["specialist"])
        graded = files[asset].filter(pl.col("verdicts").list.len() > 0)
        passed = graded.filter(
            pl.col("verdicts").list.eval(pl.element().struct.field("passed")).list.all()
        ).height
        assert (row["records"], row["graded"], row["passed"]) == (files[asset].height, graded.height, passed)
        if graded.height:
            assert row["pass_rate_at_least"] == pytest.approx(lower_bound(passed, graded.height))
        judged = files[asset]["decided_by"].str.contains("^(model|human):").sum()
        assert row["judgement_share"] == pytest.approx(judged / files[asset].height)


def mart(home: Outbound, name: str) -> list[dict[str, Any]]:
    with duckdb.connect(str(home.settings.home.warehouse), read_only=True) as connection:
        found = connection.execute(f"select * from marts.{name}")
        names = [column[0] for column in found.description]
        return [dict(zip(names, row, strict=True)) for row in found.fetchall()]
