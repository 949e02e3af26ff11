"""`workforce suppress` and `workforce suppressions`: who is never written to again."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer
from rich import box
from rich.table import Table

from workforce_assets.cli.console import OUT, fail, input_errors, print_json, shown

if TYPE_CHECKING:
    from resources.store.suppressions import Suppressions

app = typer.Typer(help="Who is never written to again.", no_args_is_help=True)


def suppress(
    address: Annotated[str, typer.Argument(help="an e-mail address, however it is written")],
    reason: Annotated[str, typer.Option(help="why, e.g. 'asked on the telephone'")],
) -> None:
    """Never write to this address again. It holds for every workforce, and outlives the lead."""
    from resources.contact_key import InvalidAddress

    with _suppressions() as suppressions:
        try:
            suppressions.suppress(address, reason, "command line", datetime.now(UTC))
        except InvalidAddress as error:
            fail(f"{shown(address)}: {error}; give one e-mail address")
    OUT.print(f"{shown(address)} is suppressed")


@app.callback()
def suppressions() -> None:
    """Who is never written to again."""


@app.command("list")
def list_all(
    json: Annotated[bool, typer.Option("--json", help="print exactly one JSON object")] = False,
) -> None:
    """Every suppression, oldest first. One made by a link whose send is not in the ledger shows a digest."""
    with _suppressions() as suppressions:
        found = suppressions.entries()
    if json:
        rows = [
            {"contact": s.contact, "reason": s.reason, "source": s.source, "at": s.at.isoformat()}
            for s in found
        ]
        print_json({"suppressions": rows})
        return
    table = Table(
        "contact", "reason", "source", "since", title=f"{len(found):,} suppressed", box=box.SIMPLE_HEAD
    )
    for one in found:
        table.add_row(*(shown(text) for text in (one.contact, one.reason, one.source, one.at.isoformat())))
    OUT.print(table)


@contextmanager
def _suppressions() -> "Iterator[Suppressions]":
    from resources.store.engine import open_engine
    from resources.store.migrate import migrate
    from resources.store.suppressions import Suppressions
    from workforce_assets.settings import Settings

    settings = Settings.from_environment(os.environ)
    engine = open_engine(settings.operations_url)
    with input_errors():
        migrate(engine)
    try:
        yield Suppressions(engine)
    finally:
        engine.dispose()
