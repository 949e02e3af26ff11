"""`workforce trace`: one record from lead to send."""

import os
from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.table import Table
from rich.tree import Tree

from workforce_assets.cli.console import OUT, fail, input_errors, parse_day, print_json, shown

if TYPE_CHECKING:
    from workforce_assets.lineage import Hop

# Long texts are cut here; --json has them whole.
WIDTH = 300
COLOURS = {"done": "green", "held": "yellow", "skipped": "blue", "rejected": "red"}


def trace(
    record_id: Annotated[str, typer.Argument(help="record_id, as in any asset")],
    date: Annotated[str | None, typer.Option(help="partition, YYYY-MM-DD; default: all")] = None,
    workforce: Annotated[str, typer.Option(help="which workforce")] = "outbound",
    json: Annotated[bool, typer.Option("--json", help="print exactly one JSON object")] = False,
) -> None:
    """What came in, what was decided by whom and in which steps, what graders said, whether files changed."""
    from datetime import date as day

    from workforce_assets.cli.judged import kept_journal
    from workforce_assets.lineage import hops
    from workforce_assets.prepare import instance_of, is_prepared
    from workforce_assets.settings import Settings
    from workforce_assets.workforces import find_workforce

    settings = Settings.from_environment(os.environ)
    with input_errors():
        chosen = find_workforce(workforce)
        partition = parse_day("--date", date, day.min).isoformat() if date else None
    if not is_prepared(settings):
        fail(f"{settings.home.root} is no home yet; run `workforce run` first, or set WORKFORCE_HOME")
    with input_errors(), instance_of(settings) as instance, kept_journal(settings) as journal:
        found = hops(settings.lake, instance, chosen, record_id, partition, journal)
    if not found:
        where = f"partition {partition}" if partition else f"any partition of {settings.lake_root}"
        fail(f"no record {record_id!r} in {where}; `workforce status` shows what there is")
    if json:
        print_json({"record_id": record_id, "hops": [hop.as_json() for hop in found]})
    else:
        _print(record_id, found)


def _print(record_id: str, found: "list[Hop]") -> None:
    from workforce_assets.cli.judged import judged_in

    tree = Tree(f"[bold]{shown(record_id)}[/]")
    travelled: dict[str, Any] = {}
    for hop in found:
        colour = COLOURS[hop.disposition]
        reason = f": {shown(hop.reason)}" if hop.reason else ""
        branch = tree.add(
            f"[bold]{hop.asset}[/] {hop.partition}  [{colour}]{hop.disposition}[/]{reason}"
            f"  by {shown(hop.decided_by or 'nobody')}"
        )
        branch.add(_new(hop.made, travelled))
        travelled |= hop.made
        if hop.judgement is not None:
            branch.add(judged_in(hop.judgement.answer))
        if hop.tried is not None and hop.tried.steps:
            branch.add(judged_in(hop.tried))
        if hop.verdicts:
            branch.add(_verdicts(hop))
        branch.add(
            f"[dim]{_file(hop)} · input {hop.input_digest[:12]} · version {hop.specialist_version} · "
            f"run {hop.run_id[:8]} · {hop.cost_usd:.4f} USD[/]"
        )
    OUT.print(tree, soft_wrap=False)


def _new(made: Mapping[str, Any], travelled: Mapping[str, Any]) -> Table:
    """What this stage added; what only travelled on is not told again."""
    table = Table(show_header=False, box=None, padding=(0, 1, 0, 0), pad_edge=False)
    for name, value in made.items():
        if travelled.get(name) != value:
            text = plainly(value)
            cut = text if len(text) <= WIDTH else f"{text[:WIDTH]}…"
            table.add_row(f"[cyan]{name}[/]", shown(cut))
    return table


def plainly(value: Any) -> str:
    """A value as a person reads it: a cited value with its source, a list item by item."""
    match value:
        case {"value": cited, "source": source}:
            return f"{cited} ({source})"
        case dict():
            return ", ".join(f"{name}: {plainly(item)}" for name, item in value.items() if item is not None)
        case list():
            return "; ".join(plainly(item) for item in value)
        case _:
            return str(value)


def _verdicts(hop: "Hop") -> str:
    words = []
    for verdict in hop.verdicts:
        if verdict["passed"]:
            words.append(f"[green]✓[/] {verdict['grader']}")
        else:
            words.append(f"[red]✗[/] {verdict['grader']} ({shown(verdict['reason'])})")
    return "graders: " + "  ".join(words)


def _file(hop: "Hop") -> str:
    words = {True: "file as recorded", False: "FILE CHANGED since it was recorded", None: "file not recorded"}
    return f"{words[hop.file_is_recorded]} (sha256 {hop.file_sha256[:12]})"
