"""`workforce ledger`: every send, what became of it, and how what is not known is settled."""

import os
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from resources.errors import InputError
from workforce_assets.cli.console import OUT, fail, input_errors, print_json, shown
from workforce_assets.cli.ledger_report import entry_json, print_entries, print_settled, print_word

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from resources.mail.traces import Trace
    from workforce_assets.settings import Settings

app = typer.Typer(
    help="Every send, what became of it, and how what is not known is settled.", no_args_is_help=True
)
Name = Annotated[str, typer.Option("--workforce", help="which workforce")]
Json = Annotated[bool, typer.Option("--json", help="print exactly one JSON object")]


@app.command("list")
def list_entries(
    state: Annotated[
        str | None, typer.Option(help="intent, sent, failed, deferred, unknown or cancelled; default: all")
    ] = None,
    workforce: Name = "outbound",
    json: Json = False,
) -> None:
    """Every entry, oldest intent first. An `unknown` one may have been sent, and is not sent again."""
    from typing import get_args

    from resources.store.entries import State
    from resources.store.ledger import SendLedger

    with input_errors():
        if state is not None and state not in get_args(State):
            raise InputError(
                "--state", f"{state!r} is no state", f"choose one of {', '.join(get_args(State))}"
            )
        engine, name = _opened(workforce)
    entries = SendLedger(engine, name, daily_cap=0).entries()
    chosen = [entry for entry in entries if state in (None, entry.state)]
    if json:
        print_json({"workforce": name, "entries": [entry_json(entry) for entry in chosen]})
    else:
        print_entries(chosen, Counter(entry.state for entry in entries))


@app.command()
def show(
    key: Annotated[str, typer.Argument(help="the key, or its beginning")],
    workforce: Name = "outbound",
    json: Json = False,
) -> None:
    """One entry with all that is known of it."""
    from resources.store.reconciling import Reconciling

    with input_errors():
        engine, name = _opened(workforce)
        entry = Reconciling(engine, name, datetime.now(UTC)).entry(key)
    if json:
        print_json(entry_json(entry))
    else:
        for field, value in entry_json(entry).items():
            OUT.print(f"[cyan]{field}[/] {shown(value)}")


@app.command()
def reconcile(
    relay_log: Annotated[
        list[Path] | None,
        typer.Option(help="the relay's log (message-id=, status=), also gzipped; may be repeated"),
    ] = None,
    mailbox: Annotated[
        list[Path] | None, typer.Option(help="a Maildir, a folder of messages, or an mbox; may be repeated")
    ] = None,
    key: Annotated[str | None, typer.Option(help="one entry, by its key or the beginning of it")] = None,
    sent: Annotated[bool | None, typer.Option("--sent/--not-sent", help="with --key")] = None,
    complete: Annotated[
        bool,
        typer.Option("--complete", help="these hold all there is: the rest was not sent"),
    ] = False,
    restored: Annotated[
        bool, typer.Option("--restored", help="an older store was put back; these hold all sent since")
    ] = False,
    by: Annotated[str | None, typer.Option(help="who says so; it is recorded")] = None,
    workforce: Name = "outbound",
    json: Json = False,
) -> None:
    """Settle what is unknown: by Message-ID from what others remember, or by a person's word."""
    from resources.store.reconciling import Reconciling
    from resources.store.send_epoch import EpochFile

    said = (by or "").strip()
    with input_errors():
        if (key is not None or complete or restored) and not said:
            raise InputError("--by", "a person's word needs a name", "add --by NAME; it is recorded")
        if (key is None) != (sent is None):
            raise InputError("--key", "and --sent or --not-sent belong together", "give both")
        traces = _traces(relay_log or [], mailbox or [], whole=complete or restored)
        if not (relay_log or mailbox or key or restored):
            fail("nothing to go by: give --relay-log, --mailbox, or --key with --sent or --not-sent and --by")
        settings = _settings()
        engine, name = _opened(workforce)
        desk = Reconciling(engine, name, datetime.now(UTC))
        if key is not None and sent is not None:
            print_word(desk.by_word(key, sent=sent, by=said), json)
            return
        settled = desk.by_traces(traces, complete_by=said if complete else None)
        if restored:
            settled.remembered = desk.restored(traces, EpochFile(settings.home.send_epoch), said)
    print_settled(settled, json)


def _traces(logs: list[Path], mailboxes: list[Path], *, whole: bool) -> "dict[str, Trace]":
    from resources.mail.traces import joined, of_mailbox, of_relay_log

    found = [of_relay_log(log, whole=whole) for log in logs]
    return joined(found + [of_mailbox(folder) for folder in mailboxes])


def _settings() -> "Settings":
    from workforce_assets.settings import Settings

    return Settings.from_environment(os.environ)


def _opened(workforce: str) -> "tuple[Engine, str]":
    """The operations store, and the workforce's name. Raises OneLineError."""
    from resources.store.engine import open_engine
    from resources.store.migrate import check_version
    from workforce_assets.workforces import find_workforce

    name = find_workforce(workforce).name
    engine = open_engine(_settings().operations_url)
    check_version(engine)
    return engine, name
