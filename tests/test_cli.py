"""The command line as a stranger meets it: errors in one line, exit codes, one JSON object."""

import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from tests.outbound import SAMPLE, Outbound
from workforce_assets.cli.report import speed
from workforce_assets.outbound import OUTBOUND

LEADS = SAMPLE / "leads" / "2026-03-02.csv"
BASE = ("run", "outbound", "--date", "2026-03-02", "--at", "2026-03-02T15:00:00+00:00")


def command(home: Path, *arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-W", "ignore", "-m", "workforce_assets.cli", *arguments],
        env={**os.environ, "WORKFORCE_HOME": str(home), "COLUMNS": "200"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def workforce(home: Path, *arguments: str) -> tuple[int, str, str]:
    process = command(home, *arguments)
    out, err = process.communicate(timeout=300)
    return process.returncode, out, err


def bad(tmp_path: Path, name: str, content: bytes) -> Path:
    path = tmp_path / name
    path.write_bytes(content)
    return path


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("picture.csv", b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", ("picture.csv",)),
        ("empty.csv", b"", ("empty.csv", "empty")),
        ("header.csv", b"company,domain\n", ("header.csv", "no rows")),
        (
            "latin.csv",
            "company\nI\xf1igo\n".encode("latin-1"),
            ("latin.csv", "row 1", "--lead-encoding cp1252"),
        ),
        ("useless.csv", b"colour,size\nred,1\n", ("useless.csv", "company")),
        ("leads.xlsx", b"PK\x03\x04", ("leads.xlsx", "CSV")),
    ],
)
def test_bad_lead_files_are_one_line_and_exit_2(
    tmp_path: Path, name: str, content: bytes, words: Sequence[str]
) -> None:
    """One line naming file and remedy; exit 2; the home is not even created."""
    code, out, err = workforce(tmp_path / "home", *BASE, "--leads", str(bad(tmp_path, name, content)))
    assert (code, out) == (2, "")
    assert err.count("\n") == 1, err
    assert all(word in err for word in words), err
    assert not (tmp_path / "home").exists()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("run", "outbound", "--leads", "missing.csv"), ("missing.csv", "no such file")),
        (("run", "outbound", "--leads", str(LEADS), "--date", "02.03.2026"), ("--date", "YYYY-MM-DD")),
        (("run", "outbound", "--leads", str(LEADS), "--date", "1999-01-01"), ("--date", "2026-01-01")),
        (("run", "outbound", "--leads", str(LEADS), "--at", "2026-03-02T15:00"), ("--at", "offset")),
        (("run", "inbound", "--leads", str(LEADS)), ("inbound", "outbound")),
        (("run", "outbound", "--leads", str(LEADS), "--lead-columns", "firm=company"), ("firm",)),
        (("trace", "nobody"), ("WORKFORCE_HOME",)),
        (("run", "outbound", "--home", "/srv/wf", "--leads", str(LEADS)), ("--home", "WORKFORCE_HOME=")),
        (("status", "--home=/srv/wf"), ("--home", "WORKFORCE_HOME=")),
        (("backfill", "outbound", "--from", "2026-03-02", "--to", "2026-03-03"), ("no cohort",)),
    ],
)
def test_bad_usage_is_one_line_and_exit_2(
    tmp_path: Path, arguments: Sequence[str], words: Sequence[str]
) -> None:
    code, out, err = workforce(tmp_path / "home", *arguments)
    assert (code, out) == (2, "")
    assert err.count("\n") == 1, err
    assert all(word in err for word in words), err
    assert not (tmp_path / "home").exists()


def test_another_campaign_for_the_same_date_is_refused(tmp_path: Path, ran: Outbound) -> None:
    """A day has one campaign; the error names both files."""
    other = tmp_path / "other.yaml"
    other.write_text((SAMPLE / "campaign.yaml").read_text().replace("step: 1", "step: 2"))
    code, _, err = workforce(ran.root, *BASE, "--leads", str(LEADS), "--campaign", str(other))
    assert code == 2 and "other.yaml" in err and "campaign" in err


def test_a_campaign_field_that_is_wrong_is_named(tmp_path: Path) -> None:
    other = tmp_path / "other.yaml"
    other.write_text((SAMPLE / "campaign.yaml").read_text().replace("step: 1", "step: soon"))
    code, _, err = workforce(tmp_path / "home", *BASE, "--leads", str(LEADS), "--campaign", str(other))
    assert code == 2 and "other.yaml" in err and "step" in err


def test_a_slow_run_is_not_said_to_have_done_nothing() -> None:
    assert [speed(0.0), speed(0.4), speed(1.2), speed(1234.5)] == [
        *("under 1 record/s", "under 1 record/s", "1 records/s", "1,234 records/s"),
    ]


def test_run_prints_exactly_one_json_object(tmp_path: Path) -> None:
    """The fields others rely on, and the counts agree with the rows."""
    arguments = (*BASE, "--leads", str(LEADS), "--directory", str(SAMPLE / "directory.yaml"), "--limit", "20")
    code, out, err = workforce(tmp_path / "home", *arguments, "--json")
    assert code == 0, err
    report = json.loads(out)
    assert set(report) == {"partition", "run_id", "assets", "checks", "cost_usd", "records_per_second"}
    assert report["partition"] == "2026-03-02"
    assert report["assets"]["leads"]["rows"] == 20
    for asset in report["assets"].values():
        assert sum(asset["by_disposition"].values()) == sum(asset["by_decider"].values()) == asset["rows"]
        assert asset["seconds"] >= 0
    assert {"asset", "name", "passed", "severity"} == set(report["checks"][0])
    assert all(check["passed"] for check in report["checks"] if check["severity"] == "ERROR")


def test_what_was_found_in_a_lead_file_is_told_in_one_line(tmp_path: Path) -> None:
    """On stderr, for people; a program's stderr stays empty and stdout is its object alone."""
    leads = bad(tmp_path, "export.csv", "Account Name;Website\nM\xfcller;a.example\n".encode("cp1252"))
    code, out, err = workforce(tmp_path / "home", *BASE, "--leads", str(leads))
    told = "export.csv: read as cp1252; semicolon between cells; company is 'Account Name'; domain is 'Web"
    assert code == 0 and told in err and "Account Name" not in out
    code, out, err = workforce(tmp_path / "home", *BASE, "--leads", str(leads), "--json")
    assert (code, err) == (0, "") and json.loads(out)["assets"]["leads"]["rows"] == 1


def test_trace_and_status_show_a_record_and_the_whole(ran: Outbound) -> None:
    """From lead to send, each file the recorded one; status counts what the lake holds."""
    sent = next(row for row in ran.rows("sent_emails") if row["disposition"] == "done")
    code, out, _ = workforce(ran.root, "trace", sent["record_id"], "--json")
    hops = json.loads(out)["hops"]
    assert code == 0
    assert [hop["asset"] for hop in hops] == list(OUTBOUND.assets)
    assert all(hop["file_is_recorded"] for hop in hops)
    code, out, _ = workforce(ran.root, "status", "--json")
    assert code == 0
    assert json.loads(out)["assets"]["leads"]["rows"] == len(ran.rows("leads"))


def test_trace_says_when_a_file_was_changed(outbound: Outbound) -> None:
    """Tampering shows: the file no longer has the digest that Dagster recorded."""
    outbound.hand_in(limit=5)
    outbound.run()
    record_id = outbound.rows("leads")[0]["record_id"]
    path = Path(str(outbound.settings.lake.file("leads", "2026-03-02").path))
    pq.write_table(pq.read_table(path), path, compression="none")
    _, out, _ = workforce(outbound.root, "trace", record_id, "--json")
    assert json.loads(out)["hops"][0]["file_is_recorded"] is False


def test_killed_at_any_moment_and_run_again(tmp_path: Path) -> None:
    """SIGKILL twice, then the same command: the lake and the outbox equal those of a run that was never
    killed, but for the runs' ids and the Message-IDs, which each home signs with its own secret."""
    arguments = (*BASE, "--leads", str(LEADS), "--directory", str(SAMPLE / "directory.yaml"), "--limit", "30")
    clean, killed = Outbound(tmp_path / "clean"), Outbound(tmp_path / "killed")
    started = time.monotonic()
    assert workforce(clean.root, *arguments)[0] == 0
    whole = time.monotonic() - started
    for share in (0.5, 0.75):
        process = command(killed.root, *arguments)
        time.sleep(whole * share)
        process.send_signal(signal.SIGKILL)
        process.communicate()
    assert workforce(killed.root, *arguments)[0] == 0
    assert killed.recipients() == clean.recipients()
    for asset in OUTBOUND.assets:
        rows = [list(map(_without_own_ids, home.rows(asset))) for home in (clean, killed)]
        assert rows[0] == rows[1], asset


def _without_own_ids(row: dict[str, Any]) -> dict[str, Any]:
    return {**row, "run_id": "", "message_id": row.get("message_id") is not None}


def test_a_store_that_is_newer_than_the_code_is_one_line(tmp_path: Path) -> None:
    """A home that a later version has written is not touched: the error says what to do."""
    home = tmp_path / "home"
    home.mkdir()
    with sqlite3.connect(home / "operations.sqlite") as store:
        store.execute("create table alembic_version (version_num varchar(32) not null)")
        store.execute("insert into alembic_version values ('9999')")
    code, out, err = workforce(home, "migrate")
    assert (code, out) == (2, "")
    assert err.count("\n") == 1 and "newer than this code" in err and "upgrade" in err


def test_help_waits_for_no_library_it_does_not_need() -> None:
    """What a command alone needs is imported by it: half of `--help` was waiting for SQLAlchemy."""
    slow = {"dagster", "dbt", "duckdb", "pydantic", "sqlalchemy"}
    told = f"import sys, workforce_assets.cli; print(*sorted({slow!r} & set(sys.modules)))"
    found = subprocess.run([sys.executable, "-c", told], capture_output=True, text=True, check=True)
    assert found.stdout.split() == []
