"""`workforce estimate`: what a range of days will cost, before anything is spent."""

import os
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from workforce_assets.cli.console import input_errors, parse_at, parse_day, print_json

if TYPE_CHECKING:
    from workforce_assets.forecast.estimate import StandIn
    from workforce_assets.manager import Workforce


def estimate(
    workforce: Annotated[str, typer.Argument(help="which workforce")],
    start: Annotated[str, typer.Option("--from", help="first partition, YYYY-MM-DD")],
    end: Annotated[str, typer.Option("--to", help="last partition, YYYY-MM-DD, included")],
    leads: Annotated[
        Path | None, typer.Option(help="a lead file that stands for every day without a cohort")
    ] = None,
    directory: Annotated[
        list[Path] | None, typer.Option(help="with --leads: spec of a company directory; may be repeated")
    ] = None,
    campaign: Annotated[Path | None, typer.Option(help="with --leads: campaign YAML")] = None,
    lead_columns: Annotated[str | None, typer.Option(help="with --leads: their column names")] = None,
    lead_encoding: Annotated[str | None, typer.Option(help="with --leads: the file's encoding")] = None,
    candidate: Annotated[
        list[str] | None,
        typer.Option(help="what it would cost with this candidate, e.g. writer=anthropic/claude-haiku-5-5"),
    ] = None,
    sample: Annotated[int, typer.Option(min=1, help="leads that the rules are run over, of each day")] = 1000,
    at: Annotated[str | None, typer.Option(help="decision clock, ISO 8601 with offset; default: now")] = None,
    json: Annotated[bool, typer.Option("--json", help="print exactly one JSON object")] = False,
) -> None:
    """Calls, tokens, money and time as intervals: the real rules are run, nothing is asked, sent or spent."""
    from workforce_assets.cli.forecast_table import print_forecast
    from workforce_assets.cli.progress import progress_bars
    from workforce_assets.forecast.estimate import estimate as forecast_of
    from workforce_assets.settings import Settings
    from workforce_assets.workforces import find_workforce

    settings = Settings.from_environment(os.environ)
    with input_errors(), progress_bars(quiet=json) as bars:
        chosen = find_workforce(workforce)
        clock = parse_at(at) or datetime.now(UTC)
        days = days_between(start, end)
        instead = parse_candidates(candidate or [])
        tell = bars.counter("days")
        with _stand_in(chosen, days, leads, lead_columns, directory or [], campaign, lead_encoding) as other:
            found = forecast_of(settings, chosen, days, clock, instead, other, sample, tell)
    if json:
        print_json({"workforce": chosen.name, **found.as_json(), "caps": chosen.card.caps(None).as_json()})
    else:
        print_forecast(found, chosen.card)


def days_between(start: str, end: str) -> list[date]:
    """Every day from `--from` to `--to`. Raises InputError."""
    from resources.errors import InputError

    first, last = parse_day("--from", start, date.min), parse_day("--to", end, date.max)
    if last < first:
        raise InputError("--to", f"{last} is before {first}", "give the later day with --to")
    return [first + timedelta(number) for number in range((last - first).days + 1)]


def parse_candidates(given: Sequence[str]) -> dict[str, str]:
    """`specialist=model-id`, each. Raises InputError."""
    from resources.errors import InputError

    found = {}
    for text in given:
        specialist, equals, model = text.partition("=")
        if not equals or not specialist.strip() or not model.strip():
            raise InputError("--candidate", f"{text!r} is no pair", "write it as specialist=model-id")
        found[specialist.strip()] = model.strip()
    return found


@contextmanager
def _stand_in(
    workforce: "Workforce",
    days: Sequence[date],
    leads: Path | None,
    columns: str | None,
    directories: Sequence[Path],
    campaign: Path | None,
    encoding: str | None,
) -> "Iterator[StandIn | None]":
    """The lead file as a cohort in a home of its own, which is gone afterwards. Raises InputError."""
    from resources.home import Home
    from workforce_assets.forecast.estimate import StandIn
    from workforce_assets.inputs import hand_in
    from workforce_assets.partitions import DAYS

    if leads is None:
        yield None
        return
    # A day to come is no partition yet; the file is read as of the last day that is one.
    known = [day for day in days if DAYS.has_partition_key(day.isoformat())]
    day = known[0] if known else date.fromisoformat(DAYS.get_last_partition_key() or "")
    with tempfile.TemporaryDirectory() as folder:
        home = Home(Path(folder))
        hand_in(home, workforce, day, leads, columns, None, directories, campaign, encoding)
        yield StandIn(home, day)
