"""Kills, faults and runs at once, the whole of it: one JSON line a case, exit 1 if a promise was broken.

`make campaign`, or `python -m benchmarks.campaign --kills 20 --sends 1000 --each 3` for a part.
"""

import argparse
import json
import sys
import tempfile
from collections.abc import Callable
from dataclasses import asdict
from functools import partial
from pathlib import Path

from tests.campaign import STEPS, Tally, at_once, faults, kills_at, random_kills


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--kills", type=int, default=200)
    options.add_argument("--sends", type=int, default=10_000)
    options.add_argument("--each", type=int, default=30, help="kills at each named step")
    options.add_argument("--seed", type=int, default=1)
    given = options.parse_args()
    seed = given.seed
    cases: list[Callable[[Path], Tally]] = [
        partial(random_kills, kills=given.kills, sends=given.sends, seed=seed),
        *(partial(kills_at, step=step, kills=given.each, sends=given.each * 60, seed=seed) for step in STEPS),
        partial(faults, word="dropdot", sends=500),
        partial(faults, word="late", sends=100),
        partial(at_once, runs=2, sends=2000),
        partial(at_once, runs=4, sends=2000),
    ]
    found = [told(case) for case in cases]
    fewer = {"kills": max(4, given.kills // 10), "sends": given.sends // 10}
    mutant = told(partial(random_kills, **fewer, seed=seed, how="send_then_record"))
    broken = sum(case.duplicates + case.unaccounted for case in found)
    sys.exit(1 if broken or not mutant.duplicates else 0)


def told(case: Callable[[Path], Tally]) -> Tally:
    with tempfile.TemporaryDirectory() as folder:
        found = case(Path(folder))
    sys.stdout.write(json.dumps(asdict(found)) + "\n")
    sys.stdout.flush()
    return found


if __name__ == "__main__":
    main()
