"""Progress as rich bars: one per asset, each told anew several times a second."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Protocol

from rich.console import Console
from rich.progress import Progress, ProgressColumn, SpinnerColumn, Task, TextColumn, TimeElapsedColumn
from rich.text import Text

from workforce_assets.cli.console import ERR


class Told(Protocol):
    def words(self) -> str:
        """How far it is, in one line."""
        ...


@dataclass
class Counted:
    """Rows that have passed."""

    rows: int = 0

    def words(self) -> str:
        return f"{self.rows:,} rows"


class LiveColumn(ProgressColumn):
    """Asked when the bars are drawn, so that a row costs nothing and a slow call is seen to be under way."""

    def render(self, task: Task) -> Text:
        told: Told = task.fields["told"]
        return Text(told.words())


class Bars:
    """Implements the `progress` resource of the definitions."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress

    def watcher(self, context: Any, asset: str, live: Told) -> Callable[[int], None]:
        self._progress.add_task(f"{context.partition_key}  {asset}", told=live)
        return lambda rows: None

    def counter(self, what: str) -> Callable[[int], None]:
        """A bar of its own; it is told how many rows have passed."""
        counted = Counted()
        self._progress.add_task(what, told=counted)

        def tell(rows: int) -> None:
            counted.rows = rows

        return tell


@contextmanager
def progress_bars(quiet: bool) -> Iterator[Bars]:
    """Bars on stderr; nothing when `quiet` or when stderr is no terminal."""
    columns = (SpinnerColumn(), TextColumn("{task.description}"), LiveColumn(), TimeElapsedColumn())
    off = quiet or not ERR.is_terminal
    with _terminal() as console, Progress(*columns, console=console, transient=True, disable=off) as progress:
        yield Bars(progress)


@contextmanager
def _terminal() -> Iterator[Console]:
    """Where ERR writes, by a descriptor of its own: while a step runs, Dagster turns descriptor 2 into a log
    file of the step, and bars drawn there would be seen by nobody."""
    try:
        descriptor = os.dup(ERR.file.fileno())
    except OSError:  # a stream without a descriptor, which nobody can turn away
        yield ERR
        return
    with os.fdopen(descriptor, "w", encoding="utf-8") as stream:
        yield Console(file=stream, soft_wrap=True, highlight=False)
