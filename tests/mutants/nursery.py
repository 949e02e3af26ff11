"""A process that has imported what is slow to import, and forks one child for each broken copy of the tree.

A mutant's own process spent 6 of its 7 seconds on importing libraries that no mutant changes. Nothing of the
project is imported here: each child finds the project's packages in its copy.

Reads a JSON object a line, `{"copy": folder, "test": id, "out": file}`, and answers pytest's exit code.
"""

import importlib
import json
import os
import signal
import sys
from pathlib import Path

import pytest

SLOW = (
    "dagster",
    "dagster_duckdb",
    "alembic.command",
    "pyarrow.parquet",
    "pydantic",
    "pydantic_to_pyarrow",
    "sqlalchemy.dialects.sqlite",
    "typer",
    "rich.progress",
    "hypothesis",
    "numpy",
    "scipy.sparse",
    "scipy.special",
    "polars",
    "phonenumbers",
    "email_validator",
    "dns.resolver",
    "rapidfuzz.fuzz",
    "flufl.bounce",
    "anyio",
    "fsspec",
    "upath",
    "tenacity",
    "charset_normalizer",
    "cleanco",
    "dkim",
)


# A child that takes longer hangs: some libraries' threads do not survive a fork.
LONGEST_SECONDS = 120


def main() -> None:
    for module in SLOW:
        importlib.import_module(module)
    for line in sys.stdin:
        asked = json.loads(line)
        child = os.fork()
        if child == 0:
            run_child(Path(asked["copy"]), asked["test"], asked["out"])
        _, status = os.waitpid(child, 0)
        sys.stdout.write(f"{os.waitstatus_to_exitcode(status)}\n")
        sys.stdout.flush()


def run_child(copy: Path, test: str, out: str) -> None:
    """Run the test in the copy and end the process with pytest's exit code."""
    code = 70
    signal.alarm(LONGEST_SECONDS)
    try:
        output = os.open(out, os.O_WRONLY | os.O_CREAT)
        os.dup2(output, 1)
        os.dup2(output, 2)
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        os.chdir(copy)
        os.environ |= {"PYTHONPATH": str(copy), "PYTHONDONTWRITEBYTECODE": "1"}
        sys.dont_write_bytecode = True
        sys.path.insert(0, str(copy))
        code = int(pytest.main(["-x", "-p", "no:xdist", test]))
        sys.stdout.flush()
    finally:
        os._exit(code)


if __name__ == "__main__":
    main()
