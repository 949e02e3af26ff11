"""`workforce inbox`: what came back."""

import os
from collections import Counter
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from workforce_assets.cli.console import OUT, compact_table, input_errors, parse_at, print_json, shown

if TYPE_CHECKING:
    from resources.inbox.ingest import Told

app = typer.Typer(help="Bounces, complaints, automatic replies and unsubscriptions.", no_args_is_help=True)
DECISIONS = ("suppress", "held", "ignored")


@app.callback()
def inbox() -> None:
    """Bounces, complaints, automatic replies and unsubscriptions."""


@app.command()
def ingest(
    source: Annotated[
        str, typer.Argument(help="folder of .eml files, Maildir, mbox, or imaps://user@host/folder")
    ],
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="tell what would be done; change nothing")
    ] = False,
    at: Annotated[str | None, typer.Option(help="decision clock, ISO 8601 with offset; default: now")] = None,
    json: Annotated[bool, typer.Option("--json", help="print one JSON object a message, one a line")] = False,
) -> None:
    """Suppress whom a message proves to be suppressed, and hold what a person must read."""
    from workforce_assets.incoming import ingest, preview
    from workforce_assets.settings import Settings

    settings = Settings.from_environment(os.environ)
    counts: Counter[tuple[str, str]] = Counter()
    known = 0
    with input_errors():
        clock = parse_at(at) or datetime.now(UTC)
        for told in (preview if dry_run else ingest)(settings, source, clock):
            counts[told.kind, told.decision] += 1
            known += not told.new
            if json:
                print_json(told.as_json())
            elif told.decision != "ignored":
                _print_one(told)
    if not json:
        _print_counts(counts, known, dry_run)


def _print_one(told: "Told") -> None:
    OUT.print(f"{shown(told.file)}: {told.kind}, {told.decision}: {shown(told.reason)}")


def _print_counts(counts: Counter[tuple[str, str]], known: int, dry_run: bool) -> None:
    table = compact_table("what would be done" if dry_run else "inbox", "class", *DECISIONS)
    for kind in sorted({kind for kind, _ in counts}):
        table.add_row(kind, *(f"{counts[kind, decision]:,}" for decision in DECISIONS))
    OUT.print(table)
    OUT.print(f"{counts.total():,} messages, {known:,} of them handled before")
