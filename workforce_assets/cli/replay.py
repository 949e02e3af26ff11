"""`workforce replay`: a day that has been, by another candidate, beside what was done."""

import os
from typing import TYPE_CHECKING, Annotated, Any

import typer

from workforce_assets.cli.console import OUT, compact_table, input_errors, parse_at, parse_day, print_json

if TYPE_CHECKING:
    from evals.paired_rows import Comparison
    from workforce_assets.forecast.interval import Interval


def replay(
    workforce: Annotated[str, typer.Argument(help="which workforce, e.g. outbound")],
    date: Annotated[str, typer.Option(help="partition that has run, YYYY-MM-DD")],
    specialist: Annotated[str, typer.Option(help="whose stage, e.g. writer")],
    candidate: Annotated[str, typer.Option(help="`rules`, or an id on the specialist's card")],
    max_usd: Annotated[
        float | None, typer.Option(min=0, help="the most it may cost; without it a hosted model is not asked")
    ] = None,
    at: Annotated[str | None, typer.Option(help="decision clock, ISO 8601; default: the day's end")] = None,
    json: Annotated[bool, typer.Option("--json", help="print exactly one JSON object")] = False,
) -> None:
    """Forecast what it costs, decide the partition again with effects severed, and compare each record."""
    import datetime as clocks

    from workforce_assets.forecast.rehearsal import is_hosted
    from workforce_assets.replay.replay import replay_of
    from workforce_assets.settings import Settings
    from workforce_assets.workforces import find_workforce

    settings = Settings.from_environment(os.environ)
    with input_errors():
        day, clock = parse_day("--date", date, clocks.date.min), parse_at(at)
        with replay_of(settings, find_workforce(workforce), day, specialist, candidate, clock) as ready:
            calls, usd = ready.forecast()
            if not json:
                _print_forecast(specialist, candidate, calls, usd, max_usd)
            asks = max_usd is not None or not is_hosted(ready.specialist.blueprint.pin.candidate)
            found = ready.compare(max_usd or 0.0) if asks else None
    if json:
        forecast: dict[str, Any] = {"judgements": calls, "usd": usd.as_json(6)}
        print_json({"forecast": forecast, "replay": found.as_json() if found else None})
    elif found is None:
        OUT.print("nothing was asked; give --max-usd to replay")
    else:
        _print_comparison(found)


def _print_forecast(
    specialist: str, candidate: str, calls: int, usd: "Interval", max_usd: float | None
) -> None:
    ends = " .. ".join(f"{end:.4f}" for end in usd.ends)
    OUT.print(f"{specialist} by {candidate}: {calls:,} judgements, forecast {ends} USD (least, likely, most)")
    if max_usd is not None and usd.high > max_usd:
        OUT.print(
            "[yellow]the most is above --max-usd[/]: some records may be held over budget, and count so"
        )


def _print_comparison(found: "Comparison") -> None:
    from evals.paired_rows import by_grader

    table = compact_table(f"{found.records:,} records, {found.judged:,} for judgement", "", "then", "now")
    table.add_row("passed every grader", f"{found.passed_then:,}", f"{found.passed_now:,}")
    table.add_row("only then, only now", f"{found.only_then:,}", f"{found.only_now:,}")
    for grader, (then, now) in by_grader(found).items():
        table.add_row(f"failed {grader}", f"{then:,}", f"{now:,}")
    table.add_row("USD", f"{found.usd_then:.4f}", f"{found.usd:.4f}")
    OUT.print(table)
    for (before, after), count in sorted(found.became.items()):
        OUT.print(f"{before} -> {after}: {count:,}")
    word = "they differ" if found.alarm else "no difference is shown"
    OUT.print(
        f"{found.changed_outputs:,} outputs changed · exact McNemar p = {found.paired.p_value:.4f}: {word}"
    )
