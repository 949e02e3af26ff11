"""A test that cannot fail promises nothing: each mutant must be caught by the test that names it."""

import os
import shutil
import subprocess
import sys
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


def broken_copy(mutant: Mutant, folder: Path) -> Path:
    """The tree with one change in it. Fails if the text to change does not stand exactly once in the file."""
    for part in PARTS:
        shutil.copytree(PROJECT / part, folder / part, ignore=shutil.ignore_patterns("__pycache__", "logs"))
    shutil.copy(PROJECT / "pyproject.toml", folder)
    path = folder / mutant.file
    text = path.read_text("utf-8")
    assert text.count(mutant.old) == 1, f"{mutant.file} holds {mutant.old!r} {text.count(mutant.old)} times"
    path.write_text(text.replace(mutant.old, mutant.new), "utf-8")
    return folder


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.name)
def test_the_mutant_is_caught(mutant: Mutant, tmp_path: Path) -> None:
    """pytest exits 1 (tests failed) in the broken copy; any other exit means the copy did not even run."""
    copy = broken_copy(mutant, tmp_path)
    run = subprocess.run(
        [sys.executable, "-m", "pytest", "-x", "-p", "no:xdist", mutant.test],
        cwd=copy,
        env={**os.environ, "PYTHONPATH": str(copy), "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert run.returncode == 1, f"not caught by {mutant.test}:\n{run.stdout[-2000:]}\n{run.stderr[-1000:]}"
