"""Progress as rich bars: one per asset, counting rows as they stream past."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from rich.progress import Progress, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn

from workforce_assets.cli.console import ERR

# A refresh per row would cost more than the row.
EVERY = 50


class Bars:
    """Implements the `progress` resource of the definitions."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress

    def watcher(self, context: Any, asset: str) -> Callable[[int], None]:
        return self.counter(f"{context.partition_key}  {asset}")

    def counter(self, what: str) -> Callable[[int], None]:
        """A bar of its own; it is told how many rows have passed."""
        task: TaskID = self._progress.add_task(what, rows=0)

        def tell(rows: int) -> None:
            if rows % EVERY == 0:
                self._progress.update(task, rows=rows)

        return tell


@contextmanager
def progress_bars(quiet: bool) -> Iterator[Bars]:
    """Bars on stderr; nothing when `quiet` or when stderr is no terminal."""
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        TextColumn("{task.fields[rows]:,} rows"),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=ERR, transient=True, disable=quiet or not ERR.is_terminal) as progress:
        yield Bars(progress)
