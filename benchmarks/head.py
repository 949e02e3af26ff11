"""The head: leads through all stages without a hosted model, against a plain loop over the same rules.

    python -m benchmarks.head [--leads N] [--names FILE] [--folder FOLDER]

Prints one JSON object. `run` is `workforce run` as a process of its own at an instant outside business hours,
so that nothing is delivered; its time is split by Dagster's own events into stages, checks and marts. `plain`
is `benchmarks.head_plain` in another process: the same intake, tools, rules, local models and graders in one
loop, without Dagster, checks or lake. `ratio` = plain seconds / (run seconds without checks and marts).
`memory` compares two sizes, so that growth per lead does not hold what any run needs. `delivery`
materializes the first `--deliver` leads again at noon on a Monday, into the outbox.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.console import Console

from benchmarks.head_inputs import Inputs, write_inputs
from benchmarks.steps import seconds_by_kind

DAY = "2026-03-02"
CLOSED, OPEN = "2026-03-01T03:00:00+00:00", "2026-03-02T15:00:00+00:00"
PROJECT = Path(__file__).resolve().parents[1]
SAY = Console(stderr=True)


@dataclass(frozen=True)
class Process:
    """A finished process: seconds of wall clock and CPU, peak resident memory in MB, what it printed."""

    wall: float
    cpu: float
    peak_mb: float
    printed: dict[str, Any]


def run_process(arguments: list[str], home: Path) -> Process:
    """Raises RuntimeError with its last words if the process fails."""
    environ = {**os.environ, "WORKFORCE_HOME": str(home), "DAGSTER_HOME": str(home / "dagster_home")}
    started = time.monotonic()
    with tempfile.TemporaryFile("w+") as out, tempfile.TemporaryFile("w+") as err:
        child = subprocess.Popen(
            [sys.executable, *arguments], cwd=PROJECT, env=environ, stdout=out, stderr=err
        )
        _, status, used = os.wait4(child.pid, 0)
        wall = time.monotonic() - started
        out.seek(0)
        err.seek(0)
        if os.waitstatus_to_exitcode(status) != 0:
            raise RuntimeError(
                f"{' '.join(arguments[:4])} failed:\n{err.read()[-2000:]}\n{out.read()[-500:]}"
            )
        return Process(wall, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024, json.loads(out.read()))


def run_workforce(inputs: Inputs, home: Path, limit: int, at: str) -> Process:
    shutil.rmtree(home, ignore_errors=True)
    files = ["--leads", str(inputs.leads), "--directory", str(inputs.directory)]
    when = ["--date", DAY, "--at", at, "--limit", str(limit), "--json"]
    return run_process(["-m", "workforce_assets.cli", "run", "outbound", *files, *when], home)


def measure(inputs: Inputs, leads: int, deliver: int, work: Path) -> dict[str, Any]:
    SAY.print(f"{leads // 10:,} leads through the workforce")
    small = run_workforce(inputs, work / "small", leads // 10, CLOSED)
    SAY.print(f"{leads:,} leads through the workforce")
    whole = run_workforce(inputs, work / "whole", leads, CLOSED)
    steps = seconds_by_kind(work / "whole")
    SAY.print(f"{leads:,} leads through the plain loop")
    plain = run_process(
        ["-m", "benchmarks.head_plain", str(work / "whole"), DAY, CLOSED, str(work / "plain")], work / "whole"
    )
    SAY.print(f"{deliver:,} leads with delivery")
    delivery = run_workforce(inputs, work / "delivery", deliver, OPEN)
    sent = delivery.printed["assets"]["sent_emails"]
    head = whole.wall - steps["checks"] - steps["marts"]
    growth = (whole.peak_mb - small.peak_mb) * 1024 / (leads - leads // 10)
    return {
        "name": "head",
        "leads": leads,
        "run": {
            "wall": round(whole.wall, 1),
            "cpu": round(whole.cpu, 1),
            "leads_per_s": round(leads / whole.wall, 1),
            "peak_mb": round(whole.peak_mb),
            "seconds": {name: round(seconds, 1) for name, seconds in steps.items()},
        },
        "plain": {"wall": round(plain.wall, 1), "peak_mb": round(plain.peak_mb), **plain.printed},
        "ratio": round(plain.wall / head, 3),
        "memory": {"peak_mb_at_a_tenth": round(small.peak_mb), "kb_per_lead": round(growth, 2)},
        "delivery": {
            "messages": sent["by_disposition"].get("done", 0),
            "seconds": round(sent["seconds"], 1),
        },
        "rows": {name: asset["by_disposition"] for name, asset in whole.printed["assets"].items()},
    }


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--leads", type=int, default=100_000)
    parser.add_argument("--deliver", type=int, default=5_000, help="leads of the run that delivers")
    parser.add_argument("--names", type=Path, help="CSV with a column `name` (also .gz); default: invented")
    parser.add_argument("--folder", type=Path, help="where to work; default: a temporary folder")
    arguments = parser.parse_args()
    work = arguments.folder or Path(tempfile.mkdtemp(prefix="workforce-head-"))
    try:
        inputs = write_inputs(work / "inputs", arguments.leads, arguments.names)
        sys.stdout.write(json.dumps(measure(inputs, arguments.leads, arguments.deliver, work)) + "\n")
    finally:
        if arguments.folder is None:
            shutil.rmtree(work, ignore_errors=True)


if __name__ == "__main__":
    main()
