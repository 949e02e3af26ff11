"""A test that cannot fail promises nothing: each mutant must be caught by the test that names it.

`make mutants` runs them all; `make test` a quarter, another with every commit: all take a quarter of an hour.
That each still fits the code is looked at every time.
"""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.mutants import MUTANTS
from tests.mutants.mutant import Mutant

PROJECT = Path(__file__).parents[1]
PARTS = (
    "workforce_assets",
    "specialists",
    "resources",
    "checks",
    "evals",
    "tests",
    "examples",
    "dbt_project",
    "benchmarks",
)

# Their tests build marts: a build spins for ever in a process that was forked (measured: dbt 1.11, duckdb 2).
APART = ("tests/test_marts.py", "tests/test_planted_partitions.py", "tests/test_warehouse_reader.py")

# The second is what another process is just compiling: gone a moment later.
NOT_COPIED = ("logs", "*.pyc.*")

Run = Callable[[Path, str, Path], int]


@pytest.fixture(scope="module")
def run() -> Iterator[Run]:
    """Runs a test in a broken copy: `(copy, test, file for the output) -> pytest's exit code`."""
    command = [sys.executable, str(PROJECT / "tests" / "mutants" / "nursery.py")]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as nursery:
        assert nursery.stdin is not None and nursery.stdout is not None
        asked, answered = nursery.stdin, nursery.stdout

        def ask(copy: Path, test: str, out: Path) -> int:
            asked.write(json.dumps({"copy": str(copy), "test": test, "out": str(out)}) + "\n")
            asked.flush()
            return int(answered.readline())

        yield ask
        asked.close()


def run_apart(copy: Path, test: str, out: Path) -> int:
    """The same in a process of its own, which imports everything anew."""
    environ = {**os.environ, "PYTHONPATH": str(copy), "PYTHONDONTWRITEBYTECODE": "1"}
    command = [sys.executable, "-m", "pytest", "-x", "-p", "no:xdist", test]
    with out.open("wb") as sink:
        found = subprocess.run(
            command, cwd=copy, env=environ, stdout=sink, stderr=sink, timeout=600, check=False
        )
    return found.returncode


def broken_copy(mutant: Mutant, folder: Path) -> Path:
    """The tree with one change in it.

    Files are links, compiled ones too, so that only the changed file is compiled again.
    """
    for part in PARTS:
        shutil.copytree(
            PROJECT / part, folder / part, copy_function=_link, ignore=shutil.ignore_patterns(*NOT_COPIED)
        )
    shutil.copy(PROJECT / "pyproject.toml", folder)
    path = folder / mutant.file
    text = path.read_text("utf-8")
    _replace(path, text.replace(mutant.old, mutant.new))
    if not mutant.keeps_evidence:
        for pin in folder.glob("specialists/*/pin.json"):
            content = json.loads(pin.read_text("utf-8"))
            _replace(pin, json.dumps({**content, "evidence": None}))
    return folder


def _replace(path: Path, text: str) -> None:
    """A new file: written in place, the project's own would change, which the copy links to."""
    path.unlink()
    path.write_text(text, "utf-8")


def _link(source: str, target: str) -> None:
    try:
        os.link(source, target)
    except OSError:  # another disk
        shutil.copy2(source, target)


def chosen() -> tuple[Mutant, ...]:
    """All where WORKFORCE_MUTANTS is `all`, else every fourth; which ones, the commit says."""
    if os.environ.get("WORKFORCE_MUTANTS") == "all":
        return MUTANTS
    asked = ["git", "-C", str(PROJECT), "rev-parse", "HEAD"]
    try:
        commit = subprocess.run(asked, capture_output=True, text=True, check=True).stdout.strip()
    except (OSError, subprocess.CalledProcessError):  # an archive without its history
        commit = "0"
    return MUTANTS[int(commit, 16) % 4 :: 4]


def test_every_mutant_fits_the_code() -> None:
    """Its text stands exactly once in its file, and the test that must catch it is there."""
    for mutant in MUTANTS:
        count = (PROJECT / mutant.file).read_text("utf-8").count(mutant.old)
        assert count == 1, f"{mutant.name}: {mutant.file} holds {mutant.old!r} {count} times"
        module, _, test = mutant.test.partition("::")
        defined = f"def {test.partition('[')[0]}(" if test else "def test_"
        assert defined in (PROJECT / module).read_text("utf-8"), f"{mutant.name}: no {mutant.test}"


@pytest.mark.parametrize("mutant", chosen(), ids=lambda mutant: mutant.name)
def test_the_mutant_is_caught(mutant: Mutant, run: Run, tmp_path: Path) -> None:
    """pytest exits 1 (tests failed) in the broken copy; any other exit means the copy did not even run."""
    copy, out = broken_copy(mutant, tmp_path / "copy"), tmp_path / "output.txt"
    apart = mutant.test.startswith(APART)
    code = run_apart(copy, mutant.test, out) if apart else run(copy, mutant.test, out)
    if code < 0:  # the fork hung and was ended
        code = run_apart(copy, mutant.test, out)
    assert code == 1, f"not caught by {mutant.test}:\n{out.read_text('utf-8', 'replace')[-3000:]}"
