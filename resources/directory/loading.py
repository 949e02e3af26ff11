"""The directories that spec files describe, read into one look-up."""

from collections.abc import Callable, Sequence
from pathlib import Path

from resources.directory.directory import Directory
from resources.directory.spec import load_spec
from resources.directory.table import read_rows


def _unheard(notice: str) -> None:
    """Nobody wants to know."""


def load_directory(specs: Sequence[Path], notice: Callable[[str], None] = _unheard) -> Directory:
    """Read the directories that the spec files describe, in the order given.

    `notice` is told, a line each, what a person should know of directories that can be used all the same.
    Raises InputError (one line: file, row, column, remedy) for a spec or file that cannot be used.
    """
    directory = Directory()
    for path in specs:
        spec = load_spec(path)
        aliases = [(layout, path.parent / layout.file) for layout in spec.alias_files()]
        directory.add(spec, read_rows(spec.columns, path.parent / spec.file), aliases)
    directory.join()
    for source, rows in directory.unknown_same_as.items():
        companies = "1 row names" if rows == 1 else f"{rows:,} rows name"
        notice(f"{source}: {companies} in same_as what no other directory given has; kept as own companies")
    return directory
