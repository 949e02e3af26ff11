"""What every command prints with: people read stderr and tables, programs read one JSON object on stdout."""

import json
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from typing import Any

import typer
from rich import box
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from resources.errors import InputError, OneLineError

OUT = Console(soft_wrap=True, highlight=False)
ERR = Console(stderr=True, soft_wrap=True, highlight=False)


def compact_table(title: str, *columns: str) -> Table:
    """A table whose first column is text and whose others are numbers, narrow enough for 80 columns."""
    table = Table(title=title, title_justify="left", box=box.SIMPLE_HEAD, padding=0)
    for number, name in enumerate(columns):
        table.add_column(name, justify="right" if number else "left", no_wrap=True)
    return table


EXIT_BLOCKED, EXIT_BAD_INPUT = 1, 2


def hush_previews() -> None:
    """Dagster tells at every start which of its parameters are in beta: that is ours to know, not the user's.

    Partitioned checks and backfill policies are; docs/decisions/ says why they are used all the same.
    """
    warnings.filterwarnings("ignore", message=".*currently in (beta|preview)")


def print_json(value: Any) -> None:
    """Exactly one JSON object on stdout."""
    typer.echo(json.dumps(value, ensure_ascii=True, default=str))


@contextmanager
def input_errors() -> Iterator[None]:
    """Bad input ends the command with one line on stderr and exit code 2."""
    try:
        yield
    except OneLineError as error:
        fail(str(error))


def fail(message: str) -> None:
    """One line on stderr, exit code 2."""
    ERR.print(f"[bold red]error:[/] {escape(message)}")
    raise typer.Exit(EXIT_BAD_INPUT)


def parse_day(option: str, text: str | None, default: date) -> date:
    """A partition's day from YYYY-MM-DD. Raises InputError naming the option."""
    if text is None:
        return default
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise InputError(option, f"{text!r} is not a date", "write it as YYYY-MM-DD") from None


def parse_at(text: str | None) -> datetime | None:
    """The decision clock from ISO 8601. Raises InputError."""
    from resources.campaign import parse_instant

    if text is None:
        return None
    try:
        return parse_instant(text).astimezone(UTC)
    except ValueError as error:
        raise InputError("--at", f"{text!r}: {error}", "write it as 2026-03-02T15:00:00+00:00") from None


def shown(text: object) -> str:
    """Text somebody else wrote, safe to print: controls, bidi and zero-width characters are escaped."""
    plain = "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in str(text))
    return escape(plain)
