"""What a partition costs beyond its stages' own work, how long definitions load, what `dg dev` weighs.

    python -m benchmarks.overhead [--leads 150] [--folder FOLDER] [--idle 30]

Prints one JSON object, every figure measured. `partition` is one `workforce run` in a process of its own,
outside business hours: `wall` seconds from start to end, split by Dagster's own events into `stages`,
`checks` and `marts`; `rest` is what remains (starting Python, loading definitions, Dagster between steps).
`definitions` is a fresh process that imports and builds what `dg dev` loads, `help` is `workforce --help`:
medians of three. On a busy machine only the `cpu` seconds say something.
`dg_dev` starts `dg dev` on the home as `make dev` does, waits `--idle` seconds after its page answers, and
sums the proportional set size (PSS: shared pages counted once) of it and of every process it started, from
/proc (Linux).
"""

import argparse
import json
import os
import resource
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.head import CLOSED, DAY, PROJECT, run_process
from benchmarks.steps import seconds_by_kind

SAMPLE = PROJECT / "examples" / "outbound"
LOAD = "from workforce_assets.definitions import defs; defs.load_fn().get_repository_def()"
SECONDS_TO_START = 90


def partition(home: Path, leads: int) -> dict[str, Any]:
    """One day through every stage, check and mart."""
    files = ["--leads", SAMPLE / "leads" / f"{DAY}.csv", "--directory", SAMPLE / "directory.yaml"]
    when = ["--date", DAY, "--at", CLOSED, "--limit", leads, "--json"]
    arguments = [str(each) for each in ("-m", "workforce_assets.cli", "run", "outbound", *files, *when)]
    run = run_process(arguments, home)
    steps = seconds_by_kind(home)
    checks, marts = steps.pop("checks"), steps.pop("marts")
    stages = sum(steps.values())
    seconds = {"cpu": run.cpu, "wall": run.wall, "stages": stages, "checks": checks, "marts": marts}
    seconds["rest"] = run.wall - stages - checks - marts
    return {"leads": leads, **{name: round(found, 2) for name, found in seconds.items()}}


def seconds_of(arguments: list[str], home: Path, rounds: int) -> dict[str, float]:
    """Medians of a process's wall clock and CPU."""
    environ = {**os.environ, "WORKFORCE_HOME": str(home), "DAGSTER_HOME": str(home / "dagster_home")}
    command = [sys.executable, "-W", "ignore", *arguments]
    walls, cpus = [], []
    for _ in range(rounds):
        started, used = time.monotonic(), cpu_of_children()
        subprocess.run(command, cwd=PROJECT, env=environ, check=True, stdout=subprocess.DEVNULL)
        walls.append(time.monotonic() - started)
        cpus.append(cpu_of_children() - used)
    return {"wall": round(median(walls), 2), "cpu": round(median(cpus), 2)}


def cpu_of_children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def memory_of_dg_dev(home: Path, idle: float) -> dict[str, Any]:
    """MB by process. Raises TimeoutError if the page does not answer."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environ = {**os.environ, "WORKFORCE_HOME": str(home), "DAGSTER_HOME": str(home / "dagster_home")}
    environ["PATH"] = f"{Path(sys.executable).parent}:{environ['PATH']}"
    command = [str(Path(sys.executable).with_name("dg")), "dev", "--no-check-yaml", "--port", str(port)]
    quiet = subprocess.DEVNULL
    dev = subprocess.Popen(
        command, cwd=PROJECT, env=environ, stdout=quiet, stderr=quiet, start_new_session=True
    )
    try:
        wait_for(f"http://127.0.0.1:{port}/server_info")
        time.sleep(idle)
        found = {called(process): pss_mb(process) for process in family(dev.pid)}
    finally:
        os.killpg(dev.pid, signal.SIGINT)
        try:
            dev.wait(20)
        except subprocess.TimeoutExpired:
            os.killpg(dev.pid, signal.SIGKILL)
    return {"pss_mb": round(sum(found.values())), "of": {n: round(mb) for n, mb in found.items()}}


def wait_for(url: str) -> None:
    end = time.monotonic() + SECONDS_TO_START
    while time.monotonic() < end:
        try:
            with urllib.request.urlopen(url, timeout=5):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.5)
    raise TimeoutError(f"{url} did not answer within {SECONDS_TO_START} s")


def family(process: int) -> list[int]:
    """A process and all that it started."""
    members = [process]
    for task in Path(f"/proc/{process}/task").iterdir():
        for child in (task / "children").read_text().split():
            members += family(int(child))
    return members


def pss_mb(process: int) -> float:
    lines = Path(f"/proc/{process}/smaps_rollup").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("Pss:")) / 1024


def called(process: int) -> str:
    """The process's number and what it is: its arguments up to the first option's value."""
    words = Path(f"/proc/{process}/cmdline").read_text().split("\0")
    return f"{process} {' '.join(Path(word).name for word in words[:5])}"[:60]


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--leads", type=int, default=150)
    parser.add_argument("--idle", type=float, default=30, help="seconds to wait before memory is read")
    parser.add_argument("--folder", type=Path, help="the home to make; default: a temporary one")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="workforce-overhead-") as temporary:
        home = (arguments.folder or Path(temporary) / "home").absolute()
        found = {
            "name": "overhead",
            "partition": partition(home, arguments.leads),
            "definitions": seconds_of(["-c", LOAD], home, 3),
            "help": seconds_of(["-m", "workforce_assets.cli", "--help"], home, 3),
            "dg_dev": memory_of_dg_dev(home, arguments.idle),
        }
    sys.stdout.write(json.dumps(found) + "\n")


if __name__ == "__main__":
    main()
