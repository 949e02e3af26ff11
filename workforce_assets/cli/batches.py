"""`workforce batches`: what is under way at half the price, and what a person may do about it."""

import asyncio
import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated, Any

import typer

from resources.errors import InputError
from workforce_assets.cli.console import OUT, input_errors, print_json, shown

if TYPE_CHECKING:
    from resources.batches.ports import Batch
    from resources.store.batches import StoredBatches

app = typer.Typer(help="Message Batches: what is under way at half the price.", no_args_is_help=True)
Name = Annotated[str, typer.Option("--workforce", help="which workforce")]
Json = Annotated[bool, typer.Option("--json", help="print exactly one JSON object")]
Id = Annotated[str, typer.Argument(help="our id of the batch, or the provider's")]


@app.command("list")
def list_batches(workforce: Name = "outbound", json: Json = False) -> None:
    """Every batch, oldest first, and what its requests have come to."""
    with _book(workforce) as book:
        found = [_as_json(book, batch) for batch in book.batches()]
    if json:
        print_json({"workforce": workforce, "batches": found})
        return
    for one in found:
        fates = ", ".join(f"{count:,} {fate}" for fate, count in one["requests"].items())
        says = f": {shown(one['detail'])}" if one["detail"] else ""
        OUT.print(
            f"{one['id']} {shown(one['provider_id'] or 'not sent')}: [cyan]{one['state']}[/], "
            f"{one['specialist']} {one['partition']}, {fates}{says}"
        )
    OUT.print(f"{len(found):,} batches")


@app.command()
def poll(workforce: Name = "outbound") -> None:
    """Read what is done now, as the sensor does every minute. Run the day again to use it."""
    from workforce_assets.batches import tending

    with _book(workforce) as book:
        for problem in asyncio.run(tending(book).tick()).problems:
            OUT.print(shown(problem))
        ended = [batch for batch in book.batches("ended", "void") if not batch.followed]
    for batch in ended:
        OUT.print(f"{batch.known_as} {batch.state}: run {batch.partition} again ({batch.specialist})")
    OUT.print(f"{len(ended):,} batches are read and not yet in a run")


@app.command()
def cancel(batch: Id, workforce: Name = "outbound") -> None:
    """Ask the provider to stop. What it has answered by then is billed, and read like any other."""
    from resources.batches.tending import find_batch
    from workforce_assets.batches import tending

    with _book(workforce) as book:
        found = find_batch(book, batch)
        asyncio.run(tending(book).cancel(found))
    OUT.print(f"{found.known_as} is asked to stop; what it has not answered is not asked again by itself")


@app.command()
def settle(
    batch: Id,
    by: Annotated[str, typer.Option(help="who says so; it is recorded")],
    provider_id: Annotated[
        str | None, typer.Option("--is", help="the provider's batch that it is: its results are read")
    ] = None,
    gone: Annotated[
        bool, typer.Option("--gone", help="nothing will come of it: what it reserved counts as spent")
    ] = False,
    workforce: Name = "outbound",
) -> None:
    """A person's word on a batch that is unclear, or of a version that no run has. Its records may then be
    asked again."""
    from resources.batches.ports import Settled
    from resources.batches.tending import find_batch
    from workforce_assets.batches import unread

    with _book(workforce) as book:
        found = find_batch(book, batch)
        of_no_version = gone and found.state == "waiting" and unread(found) is not None
        if not (found.state == "unclear" or of_no_version) or gone == (provider_id is not None):
            raise InputError(
                batch,
                f"it is {found.state}",
                "settle one that is unclear, with either --is ID or --gone, or with --gone one that waits "
                "in another version",
            )
        if provider_id is not None:
            book.sent(found.id, provider_id)
        else:
            why = f"given up by {by}"
            book.settle(found.id, {id: Settled("canceled", why, None) for id in book.open_requests(found.id)})
            book.remark(found.id, why)
            book.ended(found.id)
    OUT.print(
        f"{found.known_as}: {'is ' + shown(provider_id) if provider_id else 'given up'}, by {shown(by)}"
    )


def _as_json(book: "StoredBatches", batch: "Batch") -> dict[str, Any]:
    return {
        "id": batch.id,
        "provider_id": batch.provider_id,
        "state": batch.state,
        "specialist": batch.specialist,
        "partition": batch.partition,
        "candidate": batch.candidate,
        "since": batch.intended_at.isoformat(),
        "requests": dict(book.fates(batch.id)),
        "detail": batch.detail,
    }


@contextmanager
def _book(name: str) -> "Iterator[StoredBatches]":
    from workforce_assets.batches import opened_book
    from workforce_assets.settings import Settings
    from workforce_assets.workforces import find_workforce

    with input_errors():
        workforce = find_workforce(name)
        with opened_book(Settings.from_environment(os.environ), workforce) as book:
            if book is None:
                raise InputError("WORKFORCE_HOME", "nothing has run there", "run the workforce first")
            yield book
