"""`workforce eval`: held-out cases through the machine that decides live records, and what that proves."""

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Annotated

import typer

from workforce_assets.cli.console import OUT, input_errors, print_json

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
    json: Annotated[bool, typer.Option("--json", help="print exactly one JSON object")] = False,
) -> None:
    """Measure candidates on the held-out set; raw rows go to evals/scorecards/<specialist>/."""
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


def _watch(bars: "Bars", specialist: str, candidate: str) -> Callable[[int], None]:
    return bars.counter(f"{specialist}  {candidate}")
