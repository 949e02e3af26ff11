"""Kills, errors and processes against the provider's own bill: the cap holds, and nothing kept is paid twice.

`make campaign` runs it with a budget for 1,000 calls and 50 kills, `make test` with 200 and 10.
"""

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Engine

from resources.store.group_commit import GroupCommit
from resources.store.journal import StoredJournal
from resources.store.spending import spent_in_run
from tests.budget_campaign import WORKERS, key

pytest_plugins = ["tests.store_fixtures"]

CALLS, KILLS = (1000, 50) if os.environ.get("WORKFORCE_CAMPAIGN") else (200, 10)


@dataclass(frozen=True)
class Log:
    """What the provider and the workers wrote down, in order."""

    lines: list[list[str]]
    killed: int

    @property
    def bill(self) -> float:
        return sum(int(line[2]) for line in self.lines if line[0] == "billed") / 100

    def records(self, fact: str) -> list[str]:
        return [line[1] for line in self.lines if line[0] == fact]


def run_campaign(store: Engine, folder: Path, records: int, cap: float, kills: int = KILLS) -> Log:
    log = folder / "log"
    campaign = {
        "url": store.url.render_as_string(hide_password=False),
        "log": str(log),
        "records": records,
        "cap": cap,
        "kills": kills,
        "seed": 7,
    }
    command = [sys.executable, "-m", "tests.budget_campaign", json.dumps(campaign)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=280, check=False)
    assert done.returncode == 0 and not done.stderr, done.stderr
    return Log([line.split() for line in log.read_text().splitlines()], int(done.stdout))


def test_the_provider_never_bills_more_than_the_cap(store: Engine, tmp_path: Path) -> None:
    """More records than money: everyone spends until refused, and the bill is at most the cap. What the store
    counts is never less than the bill."""
    log = run_campaign(store, tmp_path, records=CALLS * 3, cap=float(CALLS))
    assert ["over"] in log.lines
    assert log.killed == KILLS
    assert log.bill <= CALLS, f"billed {log.bill} of {CALLS}"
    assert log.bill <= spent_in_run(store, "run-1") <= CALLS


def test_a_rush_for_the_last_money_is_billed_within_the_cap(store: Engine, tmp_path: Path) -> None:
    """All processes begin at once with money for two calls, and none is killed: a kill would take from both
    sides what it had reserved."""
    log = run_campaign(store, tmp_path, records=64, cap=2.0, kills=0)
    assert ["over"] in log.lines and log.records("billed")
    assert log.bill <= spent_in_run(store, "run-1") <= 2.0


def test_what_was_kept_is_never_paid_for_again(store: Engine, tmp_path: Path) -> None:
    """Money enough: after `keep` is done, no kill makes that record billed again. What a kill took is at
    most what was in flight, one record a worker, and it stays counted."""
    log = run_campaign(store, tmp_path, records=CALLS, cap=float(CALLS * 10))
    kept: set[str] = set()
    for line in log.lines:
        if line[0] == "kept":
            kept.add(line[1])
        assert line[0] != "billed" or line[1] not in kept, f"record {line[1]} was kept, and billed again"
    found = StoredJournal(store, GroupCommit(store)).find([key(int(record)) for record in kept])
    assert len(found) == len(kept)
    taken = len(log.records("billed")) - len(log.records("kept")) - len(log.records("lost"))
    assert taken <= log.killed * WORKERS
    assert spent_in_run(store, "run-1") >= log.bill
