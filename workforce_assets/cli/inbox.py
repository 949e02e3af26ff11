"""`workforce inbox`: what came back."""

import os
from collections import Counter
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from resources.errors import InputError
from workforce_assets.cli.console import OUT, compact_table, input_errors, parse_at, print_json, shown

if TYPE_CHECKING:
    from resources.inbox.ingest import Told
    from resources.store.inbox_holds import HeldInbox, HeldMessage

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


@app.command()
def held(
    json: Annotated[bool, typer.Option("--json", help="print exactly one JSON object")] = False,
) -> None:
    """Messages that wait for a person, oldest first. Their contacts get nothing until they are settled."""
    waiting = _held().waiting()
    if json:
        print_json({"held": [held_json(message) for message in waiting]})
        return
    table = compact_table("held messages", "message", "class", "holds", "reason", "file")
    for one in waiting:
        who = ", ".join(one.contacts) or "nobody"
        table.add_row(one.digest[:12], one.kind, *(shown(text) for text in (who, one.reason, one.file)))
    OUT.print(table)
    OUT.print(f"{len(waiting):,} wait; `workforce inbox show MESSAGE`, then `workforce inbox settle MESSAGE`")


@app.command()
def show(message: Annotated[str, typer.Argument(help="as `workforce inbox held` names it")]) -> None:
    """What a held message says, without its quotes' markup and attachments."""
    from resources.inbox.mail import Mail, UnreadableMail

    with input_errors():
        found, content = _held().one(message)
    for field, value in held_json(found).items():
        OUT.print(f"[cyan]{field}[/] {shown(value)}")
    try:
        mail = Mail.parse(content)
    except UnreadableMail as error:
        OUT.print(f"the message {error}")
        return
    for name in ("From", "Subject", "Date"):
        OUT.print(f"[cyan]{name}[/] {shown(mail.header(name))}")
    for line in mail.text.split("\n"):
        OUT.print(shown(line))


@app.command()
def settle(
    message: Annotated[str, typer.Argument(help="as `workforce inbox held` names it")],
    suppress: Annotated[
        bool | None,
        typer.Option(
            "--suppress/--no-objection", help="never write to its contacts again, or let sending go on"
        ),
    ] = None,
    by: Annotated[str | None, typer.Option(help="who has read it; it is recorded")] = None,
) -> None:
    """Say what a held message means, by name. It is then no longer in the way of sending."""
    said = (by or "").strip()
    with input_errors():
        if suppress is None or not said:
            raise InputError(
                "settle",
                "needs what it means and who has read it",
                "add --suppress or --no-objection, and --by",
            )
        found = _held().settle(message, said, datetime.now(UTC), suppress=suppress)
    who = ", ".join(found.contacts) or "nobody"
    does = "is suppressed" if suppress else "may be written to again"
    OUT.print(f"{found.digest[:12]} is settled: {shown(who)} {does}")


def held_json(message: "HeldMessage") -> dict[str, Any]:
    return {
        "message": message.digest,
        "file": message.file,
        "class": message.kind,
        "reason": message.reason,
        "at": message.at.isoformat(),
        "holds": list(message.contacts),
    }


def _held() -> "HeldInbox":
    from resources.store.engine import open_engine
    from resources.store.inbox_holds import HeldInbox
    from resources.store.migrate import check_version
    from workforce_assets.settings import Settings

    engine = open_engine(Settings.from_environment(os.environ).operations_url)
    with input_errors():
        check_version(engine)
    return HeldInbox(engine)


def _print_one(told: "Told") -> None:
    OUT.print(f"{shown(told.file)}: {told.kind}, {told.decision}: {shown(told.reason)}")


def _print_counts(counts: Counter[tuple[str, str]], known: int, dry_run: bool) -> None:
    table = compact_table("what would be done" if dry_run else "inbox", "class", *DECISIONS)
    for kind in sorted({kind for kind, _ in counts}):
        table.add_row(kind, *(f"{counts[kind, decision]:,}" for decision in DECISIONS))
    OUT.print(table)
    OUT.print(f"{counts.total():,} messages, {known:,} of them handled before")
