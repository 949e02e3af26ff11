"""`workforce backfill`: the partitions that have a cohort, one after another."""

import os
from datetime import date, timedelta
from typing import Annotated

import typer

from workforce_assets.cli.console import (
    EXIT_BLOCKED,
    OUT,
    fail,
    input_errors,
    parse_at,
    parse_day,
    print_json,
)


def backfill(
    workforce: Annotated[str, typer.Argument(help="which workforce")],
    start: Annotated[str, typer.Option("--from", help="first partition, YYYY-MM-DD")],
    end: Annotated[str, typer.Option("--to", help="last partition, YYYY-MM-DD, included")],
    at: Annotated[str | None, typer.Option(help="decision clock, ISO 8601 with offset; default: now")] = None,
    json: Annotated[bool, typer.Option("--json", help="print exactly one JSON object")] = False,
) -> None:
    """Run every partition from --from to --to that has a cohort. What is done already costs nothing again."""
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
        first, last = parse_day("--from", start, date.min), parse_day("--to", end, date.max)
    wanted = [(first + timedelta(n)).isoformat() for n in range((last - first).days + 1)]
    days = [day for day in wanted if (settings.home.cohorts / day / "cohort.yaml").exists()]
    if not days:
        fail(f"no cohort from {first} to {last} in {settings.home.cohorts}; hand one in with `workforce run`")
    with input_errors():
        prepare(settings)
    with input_errors(), progress_bars(quiet=json) as bars, runner(settings, chosen, bars) as at_work:
        reports = [at_work.run(day, clock) for day in days]
        reports[-1].errors += at_work.refresh_marts()
    if json:
        missing = [day for day in wanted if day not in days]
        print_json({"runs": [report.as_json() for report in reports], "without_cohort": missing})
    else:
        for report in reports:
            print_report(report)
        OUT.print(f"{len(days)} of {len(wanted)} days have a cohort and were run")
    if any(report.blocked for report in reports):
        raise typer.Exit(EXIT_BLOCKED)
