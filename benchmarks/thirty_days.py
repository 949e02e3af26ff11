"""A month of the shipped sample's leads by one `workforce backfill`, with one bad day planted among them.

    python -m benchmarks.thirty_days --folder FOLDER [--days 30] [--leads 150] [--bad 17]

Makes leads for each day from a seed, empties every address of the bad day's file, hands all of it in, and
runs the backfill as a process of its own. Prints one JSON object: which days came through, where the bad one
stopped, which checks failed and what was alerted, counted from the lake and from alerts.jsonl. Exits 1 unless
every other day is complete, the bad one was stopped by its one check at its first asset, and one alert told.

The home stays, to be looked at: `WORKFORCE_HOME=FOLDER/home make dev`.
"""

import argparse
import csv
import json
import os
import subprocess
import sys
import time
from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from resources.home import Home
from workforce_assets.inputs import hand_in
from workforce_assets.outbound import OUTBOUND
from workforce_assets.settings import Settings

PROJECT = Path(__file__).resolve().parents[1]
SAMPLE = PROJECT / "examples" / "outbound"
EXPECTED = {"asset": "leads", "check": "leads_suite", "severity": "ERROR"}


def make_leads(folder: Path, seed: int, days: int, leads: int) -> list[Path]:
    """A lead file a day, the directories beside them."""
    wanted = ["--seed", str(seed), "--days", str(days), "--leads", str(leads)]
    subprocess.run([sys.executable, SAMPLE / "generate.py", "--out", folder, *wanted], check=True)
    return sorted((folder / "leads").glob("*.csv"))


def empty_addresses(path: Path) -> None:
    """What an export does when somebody renames a field."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, rows[0], lineterminator="\n")
        writer.writeheader()
        writer.writerows(row | {"email": ""} for row in rows)


def hand_in_all(home: Home, files: Sequence[Path]) -> None:
    directories = [SAMPLE / "directory.yaml", SAMPLE / "chamber.yaml"]
    for path in files:
        day = date.fromisoformat(path.stem)
        hand_in(home, OUTBOUND, day, path, None, None, directories, SAMPLE / "campaign.yaml")


def backfill(root: Path, first: date, last: date) -> tuple[dict[str, Any], float]:
    """What `workforce backfill --json` prints, and its seconds. Its clock: 15:00 UTC on the day after."""
    at = f"{last + timedelta(days=1)}T15:00:00+00:00"
    command = ["backfill", OUTBOUND.name, "--from", str(first), "--to", str(last), "--at", at, "--json"]
    started = time.monotonic()
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-m", "workforce_assets.cli", *command],
        cwd=PROJECT,
        env={**os.environ, "WORKFORCE_HOME": str(root), "DAGSTER_HOME": str(root / "dagster_home")},
        stdout=subprocess.PIPE,
        text=True,
        check=False,
    )
    if not done.stdout:
        raise RuntimeError(f"the backfill printed nothing and exited {done.returncode}")
    return json.loads(done.stdout), time.monotonic() - started


def found(settings: Settings, days: Sequence[str]) -> dict[str, Any]:
    """What the home holds now: by day, how far it came; and every alert of a check or a run."""
    made = {asset: set(settings.lake.partitions(asset)) for asset in OUTBOUND.assets}
    reached = {day: [asset for asset in OUTBOUND.assets if day in made[asset]] for day in days}
    lines = settings.home.alerts.read_text("utf-8").splitlines() if settings.home.alerts.exists() else []
    keys = ("kind", "partition", "asset", "check", "severity")
    return {
        "complete": sum(assets == list(OUTBOUND.assets) for assets in reached.values()),
        "stopped": {day: assets for day, assets in reached.items() if assets != list(OUTBOUND.assets)},
        "alerts": [{key: json.loads(line)[key] for key in keys} for line in lines],
    }


def failed_checks(printed: dict[str, Any]) -> list[dict[str, str]]:
    return [
        {"partition": run["partition"], "asset": c["asset"], "check": c["name"], "severity": c["severity"]}
        for run in printed["runs"]
        for c in run["checks"]
        if not c["passed"]
    ]


def as_it_should_be(outcome: dict[str, Any], bad: str) -> bool:
    """One bad day, one check, one alert; every other day came through."""
    planted = {"partition": bad, **EXPECTED}
    return bool(
        outcome["complete"] == outcome["days"] - 1
        and outcome["stopped"] == {bad: [EXPECTED["asset"]]}
        and outcome["failed_checks"] == [planted]
        and outcome["alerts"] == [{"kind": "check_failure", **planted}]
    )


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--folder", type=Path, required=True, help="where to work; holds no home yet")
    parser.add_argument("--days", type=int, default=30)
    parser.add_argument("--leads", type=int, default=150, help="a day; at least 50, else no day is compared")
    parser.add_argument("--bad", type=int, default=17, help="which day is bad, from 4 on; 1 is the first")
    parser.add_argument("--seed", type=int, default=20260302)
    arguments = parser.parse_args()
    root = arguments.folder.absolute() / "home"
    settings = Settings.from_environment({"WORKFORCE_HOME": str(root)})
    files = make_leads(arguments.folder.absolute() / "leads", arguments.seed, arguments.days, arguments.leads)
    bad = files[arguments.bad - 1]
    empty_addresses(bad)
    hand_in_all(settings.home, files)
    days = [path.stem for path in files]
    printed, seconds = backfill(root, date.fromisoformat(days[0]), date.fromisoformat(days[-1]))
    outcome = {
        "name": "thirty_days",
        "days": len(days),
        "leads_a_day": arguments.leads,
        "bad_day": bad.stem,
        "seconds": round(seconds, 1),
        **found(settings, days),
        "failed_checks": failed_checks(printed),
    }
    sys.stdout.write(json.dumps(outcome) + "\n")
    sys.exit(not as_it_should_be(outcome, bad.stem))


if __name__ == "__main__":
    main()
