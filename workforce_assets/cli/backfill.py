"""`workforce backfill`: the partitions that have a cohort, one after another, its cost told first."""

import os
import sys
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from workforce_assets.cli.console import (
    EXIT_BLOCKED,
    OUT,
    fail,
    input_errors,
    parse_at,
    print_json,
)
from workforce_assets.cli.estimate import days_between

if TYPE_CHECKING:
    from workforce_assets.manager import Workforce
    from workforce_assets.run_report import RunReport
    from workforce_assets.runner import Runner
    from workforce_assets.settings import Settings


def backfill(
    workforce: Annotated[str, typer.Argument(help="which workforce")],
    start: Annotated[str, typer.Option("--from", help="first partition, YYYY-MM-DD")],
    end: Annotated[str, typer.Option("--to", help="last partition, YYYY-MM-DD, included")],
    at: Annotated[str | None, typer.Option(help="decision clock, ISO 8601 with offset; default: now")] = None,
    max_usd: Annotated[
        float | None, typer.Option(min=0, help="the most all its runs may spend together, in US dollars")
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", help="do not ask, whatever it may cost")] = False,
    json: Annotated[bool, typer.Option("--json", help="print exactly one JSON object")] = False,
) -> None:
    """Run every partition from --from to --to that has a cohort. What is done already costs nothing again.

    Where it may cost money the forecast is shown and you are asked, unless --yes or --max-usd is given.
    """
    from workforce_assets.cli.progress import progress_bars
    from workforce_assets.cli.report import print_report
    from workforce_assets.mailers import check_mailer
    from workforce_assets.prepare import prepare
    from workforce_assets.runner import runner
    from workforce_assets.settings import Settings
    from workforce_assets.workforces import find_workforce

    settings = Settings.from_environment(os.environ)
    with input_errors():
        chosen, clock = find_workforce(workforce), parse_at(at)
        check_mailer(settings.mailer, chosen, own_clock=clock is not None)
        wanted = days_between(start, end)
    days = [day for day in wanted if (settings.home.cohorts / day.isoformat() / "cohort.yaml").exists()]
    if not days:
        where = settings.home.cohorts
        fail(f"no cohort from {wanted[0]} to {wanted[-1]} in {where}; hand one in with `workforce run`")
    _agree(settings, chosen, days, clock, json, agreed=yes or max_usd is not None)
    with input_errors():
        prepare(settings)
    with input_errors(), progress_bars(quiet=json) as bars, runner(settings, chosen, bars) as at_work:
        reports = _run(at_work, days, clock, max_usd)
        reports[-1].errors += at_work.refresh_marts()
    if json:
        missing = [day.isoformat() for day in wanted if day not in days]
        print_json({"runs": [report.as_json() for report in reports], "without_cohort": missing})
    else:
        for report in reports:
            print_report(report)
        OUT.print(f"{len(days)} of {len(wanted)} days have a cohort and were run")
    if any(report.blocked for report in reports):
        raise typer.Exit(EXIT_BLOCKED)


def _agree(
    settings: "Settings",
    workforce: "Workforce",
    days: list[date],
    clock: datetime | None,
    quiet: bool,
    *,
    agreed: bool,
) -> None:
    """Show the forecast, and ask. Exits 1 where the answer is no, 2 where nobody can be asked."""
    from workforce_assets.cli.forecast_table import print_forecast
    from workforce_assets.cli.progress import progress_bars
    from workforce_assets.forecast.estimate import estimate, may_cost

    if not may_cost(workforce) or (quiet and agreed):
        return
    with input_errors(), progress_bars(quiet=quiet) as bars:
        counter = bars.counter("forecast, days")
        found = estimate(settings, workforce, days, clock or datetime.now(UTC), {}, progress=counter)
    if not quiet:
        print_forecast(found, workforce.card)
    if agreed or not found.usd.high:
        return
    if quiet or not sys.stdin.isatty():
        fail(f"this may cost {found.usd.high:.4f} USD; say so with --yes, or cap it with --max-usd")
    typer.confirm("Run it?", abort=True)


def _run(
    at_work: "Runner", days: list[date], clock: datetime | None, max_usd: float | None
) -> list["RunReport"]:
    """One day after another; each may spend what those before it have left of `max_usd`."""
    reports: list[RunReport] = []
    for day in days:
        left = None if max_usd is None else max(0.0, max_usd - at_work.spent(reports))
        reports.append(at_work.run(day.isoformat(), clock, left))
    return reports
