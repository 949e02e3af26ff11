"""`workforce run`: a lead file through every stage."""

import os
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from workforce_assets.cli.console import (
    ERR,
    EXIT_BLOCKED,
    OUT,
    input_errors,
    parse_at,
    parse_day,
    print_json,
    shown,
)


def run(
    workforce: Annotated[str, typer.Argument(help="which workforce, e.g. outbound")],
    leads: Annotated[Path, typer.Option(help="CSV, JSONL or Parquet, each also .gz")],
    directory: Annotated[
        list[Path] | None, typer.Option(help="spec of a company directory (YAML); may be repeated")
    ] = None,
    campaign: Annotated[
        Path | None, typer.Option(help="campaign YAML; default: the one the manager's card names")
    ] = None,
    date: Annotated[str | None, typer.Option(help="partition, YYYY-MM-DD; default: today in UTC")] = None,
    at: Annotated[str | None, typer.Option(help="decision clock, ISO 8601 with offset; default: now")] = None,
    limit: Annotated[int | None, typer.Option(min=1, help="only the first N rows of the file")] = None,
    lead_columns: Annotated[
        str | None, typer.Option(help="their column names, e.g. company=Account,domain=Website")
    ] = None,
    lead_encoding: Annotated[
        str | None, typer.Option(help="the file's encoding, e.g. cp1252; default: found in it")
    ] = None,
    max_usd: Annotated[
        float | None, typer.Option(min=0, help="the most this run may spend, in US dollars")
    ] = None,
    mailer: Annotated[
        str | None,
        typer.Option(
            help="a relay, e.g. smtp+starttls://user@host:587; default: WORKFORCE_MAILER, else the outbox"
        ),
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="print exactly one JSON object")] = False,
) -> None:
    """Copy the inputs into the day's cohort, then enrich, score, draft and send."""
    from resources.cohort import load_cohort
    from workforce_assets.cli.progress import progress_bars
    from workforce_assets.cli.report import print_report
    from workforce_assets.inputs import hand_in, what_was_found
    from workforce_assets.mailers import check_mailer
    from workforce_assets.prepare import prepare
    from workforce_assets.runner import runner
    from workforce_assets.settings import Settings
    from workforce_assets.workforces import find_workforce

    settings = Settings.from_environment(os.environ)
    settings = replace(settings, mailer=mailer or settings.mailer)
    with input_errors(), progress_bars(quiet=json) as bars:
        chosen = find_workforce(workforce)
        day, clock = parse_day("--date", date, datetime.now(UTC).date()), parse_at(at)
        check_mailer(settings.mailer, chosen, own_clock=clock is not None)
        checked = bars.counter(f"checking {shown(leads.name)}")
        notices: list[str] = []
        layout = hand_in(
            settings.home,
            chosen,
            day,
            leads,
            lead_columns,
            limit,
            directory or [],
            campaign,
            lead_encoding,
            checked,
            notices.append,
        )
    if found := what_was_found(layout):
        notices.insert(0, f"{leads.name}: {found}")
    for notice in () if json else notices:
        ERR.print(shown(notice))
    with input_errors():
        prepare(settings)
    with input_errors(), progress_bars(quiet=json) as bars, runner(settings, chosen, bars) as at_work:
        report = at_work.run(day.isoformat(), clock, max_usd)
        report.errors += at_work.refresh_marts()
    if json:
        print_json(report.as_json())
    else:
        print_report(report)
        if not load_cohort(settings.home, day).directories:
            OUT.print("no --directory was given: no company can be matched, so every lead is held")
    if report.blocked:
        raise typer.Exit(EXIT_BLOCKED)
