"""A finished partition of judged rows, materialized again: what it costs, and whom it asks.

    python -m benchmarks.resume [--leads N]

Prints one JSON object. A copy of the project pins the Scorer to a hosted model, and the mock provider of the
tests answers for it; every lead writes a message that is judged. `first` is `workforce run`, `again` is
`dagster asset materialize --select scored_leads`: the seconds of the stage's own step, its checks apart.
`calls` are the provider's own count.
"""

import argparse
import csv
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import dagster as dg
import yaml

from benchmarks.head import CLOSED, DAY, PROJECT, SAY
from benchmarks.provider_process import provider_process

MODEL = "anthropic/claude-haiku-4-5"
PACKAGES = ("resources", "specialists", "checks", "evals", "workforce_assets", "dbt_project", "examples")
COMPANIES = 500


def pinned_copy(folder: Path) -> Path:
    """The project with a Scorer that asks MODEL and a budget that lets it."""
    for package in PACKAGES:
        shutil.copytree(PROJECT / package, folder / package, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(PROJECT / "pyproject.toml", folder)
    pin = {"schema_version": 1, "candidate": MODEL, "evidence": None}
    (folder / "specialists" / "scorer" / "pin.json").write_text(json.dumps(pin), "utf-8")
    card = folder / "workforce_assets" / "outbound.yaml"
    said = yaml.safe_load(card.read_text("utf-8"))
    said["budget_usd_per_day"], said["budget_usd_per_day_of"] = 1e6, {}
    card.write_text(yaml.safe_dump(said, sort_keys=False), "utf-8")
    return folder


def write_inputs(folder: Path, leads: int) -> tuple[Path, Path]:
    """Leads who are all found by their mail's domain and all wrote something."""
    folder.mkdir(parents=True)
    columns = ["id", "name", "city", "region", "country", "industry", "tickers", "website", "employees"]
    place = ["Austin", "TX", "US"]
    with (folder / "directory.csv").open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(columns)
        for n in range(COMPANIES):
            site = f"https://www.quilmara{n}.example/"
            writer.writerow(
                [f"c{n}", f"Quilmara {n} Software", *place, "Application Software", "", site, 450]
            )
    spec = {"source": "benchmark", "file": "directory.csv", "as_of": "2026-02-01", "licence": "CC0-1.0"}
    directory, path = folder / "directory.yaml", folder / "leads.csv"
    directory.write_text(yaml.safe_dump({**spec, "columns": {name: name for name in columns}}), "utf-8")
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(["lead_id", "company", "email", "title", "source", "consent", "timezone", "message"])
        for n in range(leads):
            company, mail = f"Quilmara {n % COMPANIES} Software", f"p{n}@quilmara{n % COMPANIES}.example"
            said = f"We match {n + 100} supplier invoices a month by hand. What would a pilot look like?"
            writer.writerow(
                [f"r{n:07}", company, mail, "CFO", "webinar", "opted_in", "America/Chicago", said]
            )
    return path, directory


def measure(leads: int, work: Path) -> dict[str, Any]:
    project, home = pinned_copy(work / "project"), work / "home"
    path, directory = write_inputs(work / "inputs", leads)
    with provider_process(0.0) as url:
        environ = {
            **os.environ,
            "PYTHONPATH": str(project),
            "WORKFORCE_HOME": str(home),
            "DAGSTER_HOME": str(home / "dagster_home"),
            "ANTHROPIC_BASE_URL": url,
            "ANTHROPIC_API_KEY": "none",
        }
        run = ["workforce_assets.cli", "run", "outbound", "--leads", str(path), "--directory", str(directory)]
        once = ["dagster", "asset", "materialize", "-m", "workforce_assets.definitions"]
        SAY.print(f"{leads:,} leads through the workforce")
        first = _timed([*run, "--date", DAY, "--at", CLOSED, "--json"], project, environ, url)
        SAY.print("scored_leads again")
        again = _timed([*once, "--select", "scored_leads", "--partition", DAY], project, environ, url)
    seconds = [_step_seconds(home, age) for age in (1, 0)]
    scored = json.loads(first.pop("printed"))["assets"]["scored_leads"]
    again.pop("printed")
    return {
        "name": "resume",
        "rows": scored["rows"],
        "by_decider": scored["by_decider"],
        "first": {**first, "stage_seconds": seconds[0]},
        "again": {**again, "stage_seconds": seconds[1], "rows_per_s": round(scored["rows"] / seconds[1])},
    }


def _timed(arguments: list[str], folder: Path, environ: dict[str, str], url: str) -> dict[str, Any]:
    """Raises RuntimeError with the command's last words if it fails."""
    before, started = _calls(url), time.monotonic()
    ran = subprocess.run(
        [sys.executable, "-m", *arguments], cwd=folder, env=environ, capture_output=True, text=True
    )
    if ran.returncode:
        raise RuntimeError(f"{' '.join(arguments[:4])} failed:\n{ran.stderr[-2000:]}")
    wall = round(time.monotonic() - started, 1)
    return {"wall": wall, "calls": _calls(url) - before, "printed": ran.stdout}


def _calls(url: str) -> int:
    with urlopen(f"{url}/calls") as answer:
        return int(json.load(answer)["calls"])


def _step_seconds(home: Path, age: int) -> float:
    """Of the scored_leads step, in the newest run but `age`."""
    with dg.DagsterInstance.from_config(str(home / "dagster_home")) as instance:
        runs = [
            stats
            for run in instance.get_runs()
            for stats in instance.get_run_step_stats(run.run_id, ["scored_leads"])
        ]
    step = runs[age]
    assert step.start_time is not None and step.end_time is not None
    return round(step.end_time - step.start_time, 2)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--leads", type=int, default=100_000)
    with tempfile.TemporaryDirectory(prefix="workforce-resume-") as work:
        sys.stdout.write(json.dumps(measure(parser.parse_args().leads, Path(work))) + "\n")


if __name__ == "__main__":
    main()
