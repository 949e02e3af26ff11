"""What a person hands in becomes the cohort that assets read. Checked whole before anything is written."""

from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path

from resources.campaign import Campaign, load_campaign
from resources.cohort import add_to_cohort, load_cohort
from resources.errors import InputError
from resources.home import Home
from resources.lead_aliases import plain_name
from resources.lead_encoding import UTF8
from resources.lead_file import lay_out, parse_columns
from resources.lead_layout import DELIMITERS, Layout
from specialists.scorer.rubric import segments
from workforce_assets.manager import Workforce
from workforce_assets.partitions import DAYS
from workforce_assets.settings import PROJECT


def hand_in(
    home: Home,
    workforce: Workforce,
    day: date,
    leads: Path,
    columns: str | None,
    limit: int | None,
    directories: Sequence[Path],
    campaign: Path | None,
    encoding: str | None = None,
    progress: Callable[[int], None] = lambda rows: None,
    notice: Callable[[str], None] = lambda line: None,
) -> Layout:
    """Add files to the day's cohort; how the lead file is read. Raises InputError, with nothing written.

    `progress` is told how many rows have been checked, `notice` what a person should know of the directories.
    """
    if not DAYS.has_partition_key(day.isoformat()):
        first, last = DAYS.get_first_partition_key(), DAYS.get_last_partition_key()
        raise InputError("--date", f"{day} is no partition", f"choose a day from {first} to {last}")
    chosen = campaign or _campaign_of(home, workforce, day)
    _check_segment(chosen, load_campaign(chosen))
    layout = lay_out(leads, parse_columns(columns or ""), encoding)
    add_to_cohort(home, day, leads, layout, limit, directories, chosen, progress, notice)
    return layout


def what_was_found(layout: Layout) -> str | None:
    """What was found in a lead file that neither its name nor a canonical header says, if anything."""
    found = [] if layout.encoding in (None, UTF8) else [f"read as {layout.encoding}"]
    if layout.delimiter is not None and layout.delimiter not in (",", "\t"):
        found.append(f"{DELIMITERS[layout.delimiter]} between cells")
    found += [
        f"{column} is {header!r}"
        for column, header in layout.columns.items()
        if plain_name(header) != plain_name(column)
    ]
    return "; ".join(found) or None


def _campaign_of(home: Home, workforce: Workforce, day: date) -> Path:
    """The cohort's own campaign where the day has one, else the one on the manager's card."""
    if (home.cohorts / day.isoformat() / "cohort.yaml").exists():
        return load_cohort(home, day).campaign
    return PROJECT / workforce.card.campaign


def _check_segment(file: Path, campaign: Campaign) -> None:
    """A campaign for a segment nobody can be in would skip every lead and say nothing."""
    known = ("any", *segments())
    if campaign.segment not in known:
        raise InputError(
            file,
            f"field segment: {campaign.segment!r} is no segment of the rubric",
            f"use one of: {', '.join(known)}",
        )
