"""The warehouse file is never changed in place: the next one is made beside it and takes its name.

DuckDB locks a file that is open. Who reads the warehouse, for however long, holds the file that was there
when they opened it; a build never waits for them and never fails because of them. They see the new marts when
they open the warehouse anew.
"""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock

# Views name their catalog, which DuckDB calls after the file: so the next file has the same name elsewhere.
NEXT = "warehouse_next"


@contextmanager
def next_warehouse(warehouse: Path, keep: bool) -> Iterator[Path]:
    """The path of the next warehouse, a copy of what is there if `keep`, else no file yet. It takes the old
    one's place when the block ends well, and is thrown away when it does not.

    One at a time: a file lock is free again when its process is killed; a slot of a Dagster pool is not, and
    the next run then waits for ever (seen in the kill test).
    """
    root = warehouse.parent
    root.mkdir(parents=True, exist_ok=True)
    with FileLock(root / "warehouse.lock"):
        folder = root / NEXT
        # What a killed build left.
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        try:
            path = folder / warehouse.name
            if keep and warehouse.exists():
                shutil.copyfile(warehouse, path)
            yield path
            # A log that a writing connection left belongs to the old file and would spoil the new one.
            warehouse.with_name(f"{warehouse.name}.wal").unlink(missing_ok=True)
            path.replace(warehouse)
        finally:
            shutil.rmtree(folder, ignore_errors=True)
