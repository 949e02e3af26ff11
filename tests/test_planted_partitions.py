"""A bad partition raises exactly the right check and one alert, and stops at exactly its own downstream."""

import csv
import hashlib
import json
import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from specialists.stage import Stage
from tests.outbound import SAMPLE, SAMPLE_DAY, Outbound
from workforce_assets.cli.backfill import _run
from workforce_assets.outbound import OUTBOUND
from workforce_assets.runner import runner

# Partitions are compared with recent ones from 50 rows on.
ROWS = 60
BEFORE = (date(2026, 2, 25), date(2026, 2, 26), date(2026, 2, 27))

Row = dict[str, Any]
Plant = Callable[[Row], None]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Outbound:
    """A sound day, and three before it that were just like it."""
    home = Outbound(tmp_path_factory.mktemp("planted") / "home")
    home.hand_in(limit=ROWS)
    assert not home.run().blocked
    for asset in OUTBOUND.assets:
        folder = Path(home.settings.lake_root) / asset
        for day in BEFORE:
            shutil.copy(folder / f"{SAMPLE_DAY}.parquet", folder / f"{day}.parquet")
    return home


@pytest.fixture
def hand_in(home: Outbound, tmp_path: Path) -> Callable[[date, Plant], None]:
    """The sound day's leads as another day's, each changed."""

    def handed_in(day: date, change: Plant) -> None:
        with (SAMPLE / "leads" / f"{SAMPLE_DAY}.csv").open(encoding="utf-8") as file:
            rows = list(csv.DictReader(file))[:ROWS]
        for row in rows:
            change(row)
        path = tmp_path / f"{day}.csv"
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, rows[0])
            writer.writeheader()
            writer.writerows(rows)
        home.hand_in(path, day, ROWS)

    return handed_in


@pytest.fixture
def plant(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Make a specialist's first done row (`on` one day alone) wrong after its own graders have seen it."""

    def planted(specialist: str, change: Plant, on: date | None = None) -> None:
        run = Stage.run

        def spoiled(stage: Stage, rows: Any) -> Iterator[Row]:
            waiting = stage.specialist.blueprint.name == specialist
            for row in run(stage, rows):
                waiting = waiting and on in (None, stage.setting.partition)
                if waiting and row["disposition"] == "done" and row.get("firmographics") is not None:
                    waiting = False
                    change(row)
                yield row

        monkeypatch.setattr(Stage, "run", spoiled)

    return planted


def made(home: Outbound, day: date) -> list[str]:
    return [a for a in OUTBOUND.assets if day.isoformat() in home.settings.lake.partitions(a)]


def alerts(home: Outbound, day: date) -> list[tuple[str, str, str, str]]:
    path = home.settings.home.alerts
    found = [json.loads(line) for line in path.read_text("utf-8").splitlines()] if path.exists() else []
    of_day = [each for each in found if each["partition"] == str(day)]
    return [(each["kind"], each["asset"], each["check"], each["severity"]) for each in of_day]


def unchanged(row: Row) -> None: ...


def loses_its_addresses(row: Row) -> None:
    row["email"] = ""


def is_of_companies_nobody_knows(row: Row) -> None:
    row |= {
        "company": f"Qzxv{hashlib.sha256(row['lead_id'].encode()).hexdigest()[:9]} Wkj",
        "domain": "",
        "ticker": "",
        "email": "",
    }
    row["email"] = f"a@{row['company'].split()[0].lower()}.example"


def loses_a_source(row: Row) -> None:
    row["firmographics"]["name"]["source"] = ""


def is_stale(row: Row) -> None:
    row["firmographics"]["name"]["as_of"] = date(2001, 1, 1)


def names_somebodys_address(row: Row) -> None:
    row["body"] += "\n\nOr write to jane@example.com."


def names_somebody(row: Row) -> None:
    row["body"] = f"Hi Jane Miller,\n\n{row['body']}"


IN_FILES = [
    (date(2026, 3, 3), loses_its_addresses, "leads", "leads_suite", "email_has_not_run_empty"),
    (
        date(2026, 3, 4),
        is_of_companies_nobody_knows,
        "enriched_leads",
        "enriched_leads_suite",
        "match_status_is_not_another_distribution",
    ),
]
CITED, FRESH = "cites_sources", "no_stale_or_guessed_values"
IN_OUTPUTS = [
    (date(2026, 3, 5), "enricher", loses_a_source, "enriched_leads", {CITED, FRESH}),
    (date(2026, 3, 6), "enricher", is_stale, "enriched_leads", {FRESH}),
    (
        date(2026, 3, 7),
        "writer",
        names_somebodys_address,
        "drafted_emails",
        {"no_pii", "leaked_contact_detail", "allowed_links"},
    ),
    (date(2026, 3, 8), "writer", names_somebody, "drafted_emails", {"no_pii"}),
]


@pytest.mark.parametrize(("day", "fault", "asset", "check", "expectation"), IN_FILES)
def test_a_file_that_went_wrong_stops_at_its_own_day(
    home: Outbound,
    hand_in: Callable[[date, Plant], None],
    day: date,
    fault: Plant,
    asset: str,
    check: str,
    expectation: str,
) -> None:
    """A column that ran empty, companies of another world: the suite says so, beside what is usual."""
    hand_in(day, fault)
    report = home.run(day)
    assert [(c.asset, c.name, c.severity) for c in report.checks if not c.passed] == [(asset, check, "ERROR")]
    assert alerts(home, day) == [("check_failure", asset, check, "ERROR")]
    assert expectation in home.settings.home.alerts.read_text("utf-8")
    assert made(home, day) == list(OUTBOUND.assets[: OUTBOUND.assets.index(asset) + 1])


@pytest.mark.parametrize(("day", "specialist", "fault", "asset", "checks"), IN_OUTPUTS)
def test_an_output_that_went_wrong_stops_at_its_own_day(
    home: Outbound,
    hand_in: Callable[[date, Plant], None],
    plant: Callable[..., None],
    day: date,
    specialist: str,
    fault: Plant,
    asset: str,
    checks: set[str],
) -> None:
    """A missing source, a stale value, somebody's address: the graders' checks find the one row."""
    hand_in(day, unchanged)
    plant(specialist, fault)
    report = home.run(day)
    failed = {(c.asset, c.name, c.severity) for c in report.checks if not c.passed}
    assert failed == {(asset, check, "ERROR") for check in checks}
    ((kind, alerted, names, severity),) = alerts(home, day)
    assert (kind, alerted, set(names.split(", ")), severity) == ("check_failure", asset, checks, "ERROR")
    assert made(home, day) == list(OUTBOUND.assets[: OUTBOUND.assets.index(asset) + 1])


def test_a_backfill_goes_on_past_bad_days(
    home: Outbound, hand_in: Callable[[date, Plant], None], plant: Callable[..., None]
) -> None:
    """What is wrong with one day is no news of the next, in one command. `benchmarks.thirty_days`: thirty."""
    empty, leaking, sound = days = [date(2026, 3, 9), date(2026, 3, 10), date(2026, 3, 11)]
    hand_in(empty, loses_its_addresses)
    hand_in(leaking, unchanged)
    hand_in(sound, unchanged)
    plant("writer", names_somebody, on=leaking)
    with runner(home.settings, OUTBOUND) as at_work:
        reports = _run(at_work, days, datetime(2026, 3, 11, 15, tzinfo=UTC), None)
    assert [report.blocked for report in reports] == [True, True, False]
    assert alerts(home, empty) == [("check_failure", "leads", "leads_suite", "ERROR")]
    assert alerts(home, leaking) == [("check_failure", "drafted_emails", "no_pii", "ERROR")]
    assert alerts(home, sound) == []
    assert [made(home, day) for day in days] == [["leads"], list(OUTBOUND.assets[:4]), list(OUTBOUND.assets)]


def test_a_breached_floor_is_told_of_a_run_that_succeeds(outbound: Outbound, tmp_path: Path) -> None:
    """An offer of 200 words: every draft is too long and is held, nothing goes on, nothing has failed."""
    campaign = tmp_path / "campaign.yaml"
    text = (SAMPLE / "campaign.yaml").read_text("utf-8")
    offer = next(line for line in text.splitlines() if line.startswith("offer: "))
    campaign.write_text(text.replace(offer, "offer: " + "We match each bill to its order. " * 30), "utf-8")
    outbound.hand_in(limit=20, campaign=campaign)
    report = outbound.run()
    assert not report.blocked
    failed = [(c.asset, c.name, c.severity) for c in report.checks if not c.passed]
    assert failed == [("drafted_emails", "under_150_words", "WARN")]
    assert alerts(outbound, SAMPLE_DAY) == [("floor_breach", *failed[0])]
    assert made(outbound, SAMPLE_DAY) == list(OUTBOUND.assets)
    assert all(row["disposition"] != "done" for row in outbound.rows("drafted_emails"))
