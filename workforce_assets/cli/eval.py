"""`workforce eval`: held-out cases through the machine that decides live records, and what that proves."""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from workforce_assets.cli.console import OUT, compact_table, fail, input_errors, parse_day, print_json, shown

if TYPE_CHECKING:
    from workforce_assets.cli.progress import Bars


def eval_(
    specialist: Annotated[str, typer.Argument(help="which specialist, e.g. writer; or `all`")],
    candidate: Annotated[
        list[str] | None,
        typer.Option(help="`rules` or an id on the card; may be repeated; default: rules and all local ones"),
    ] = None,
    trials: Annotated[int, typer.Option(min=1, help="trials of every case, none of them cached")] = 1,
    budget_usd: Annotated[float, typer.Option(min=0, help="most that each hosted candidate may cost")] = 1.0,
    pin: Annotated[bool, typer.Option("--pin", help="bring the evidence in pin.json up to date")] = False,
    data: Annotated[
        Path | None, typer.Option(help="a folder with a real set, instead of the held-out one; never pins")
    ] = None,
    date: Annotated[str | None, typer.Option(help="with --data: as of which day; default: today")] = None,
    cross_validate: Annotated[
        bool, typer.Option("--cross-validate", help="with --data: also weights fitted without each company")
    ] = False,
    json: Annotated[bool, typer.Option("--json", help="print exactly one JSON object")] = False,
) -> None:
    """Measure candidates on the held-out set; raw rows go to evals/scorecards/<specialist>/."""
    if data is not None:
        return _on_real_set(specialist, data, date, candidate, cross_validate, pin=pin, json=json)
    if date is not None or cross_validate:
        fail("--date and --cross-validate: only with --data")
    from datetime import UTC, datetime

    from evals.measuring import measure, specialists_with_cases
    from evals.pinning import proposed, write_pin
    from evals.runner import named
    from workforce_assets.cli.progress import progress_bars
    from workforce_assets.cli.scorecards import print_scorecard, scorecard_json

    today, found = datetime.now(UTC).date(), {}
    names = specialists_with_cases() if specialist == "all" else (specialist,)
    with input_errors():
        for name in names:
            loaded = named(name)
            with progress_bars(quiet=json) as bars:
                parts = measure(
                    loaded,
                    candidate,
                    today,
                    trials,
                    budget_usd,
                    partial(_watch, bars, name),
                )
            found[name] = scorecard_json(parts)
            if not json:
                for decider, part in parts.items():
                    print_scorecard(name, decider, part)
            if pin and write_pin(loaded, proposed(loaded, loaded.pin.candidate)) and not json:
                OUT.print(f"specialists/{name}/pin.json changed: look at the diff and commit it")
    if json:
        print_json(found)


def _on_real_set(
    specialist: str,
    data: Path,
    date: str | None,
    candidates: list[str] | None,
    cross_validate: bool,
    *,
    pin: bool,
    json: bool,
) -> None:
    """Print figures and write nothing: they are of another population than the held-out set's."""
    from datetime import UTC, datetime

    from evals.real_sets.shapes import measure_on

    if pin:
        fail("--pin: figures on real sets never pin; leave out --data, or --pin")
    with input_errors():
        day = parse_day("--date", date, datetime.now(UTC).date())
        shape, found = measure_on(specialist, data, day, candidates, cross_validate)
    if json:
        print_json({"specialist": specialist, "set": shape.name, "date": day, "found": found.by_candidate})
        return
    OUT.print(f"{specialist} on {shown(data)}: {shape.name}, as of {day}; figures on real sets never pin")
    for table in found.tables:
        printed = compact_table(table.title, *table.columns)
        for row in table.rows:
            printed.add_row(*(_cell(row.get(column, 0)) for column in table.columns))
        OUT.print(printed)


def _cell(value: object) -> str:
    return "" if value is None else f"{value:.4f}" if isinstance(value, float) else shown(value)


def _watch(bars: "Bars", specialist: str, candidate: str) -> Callable[[int], None]:
    return bars.counter(f"{specialist}  {candidate}")
