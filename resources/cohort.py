"""The cohort: one partition's inputs, copied into the home before anything runs. Assets read only this."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import islice
from pathlib import Path
from typing import Annotated, Any, Literal

import yaml
from filelock import FileLock
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from resources.campaign import load_campaign
from resources.cohort_copies import Copies, file_digest, original_name, replace_file
from resources.directory import load_directory
from resources.errors import InputError
from resources.home import Home
from resources.lead_file import lay_out, read_leads
from resources.lead_layout import Layout
from resources.lead_rows import sift

_REMAKE = "a newer workforce may have written it; else delete the folder and run the day again"

CopyName = Annotated[str, Field(pattern=r"^[0-9a-f]{12}-[^/\\]+$")]


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class _LeadEntry(_Strict):
    file: CopyName
    sha256: str = Field(pattern=r"^[0-9a-f]{64}$")
    columns: dict[str, str] = {}
    limit: int | None = Field(default=None, ge=1)
    # What was found when the file was handed in, so that a later version finds nothing else in it.
    layout: Layout | None = None


class _CohortFile(_Strict):
    """`cohort.yaml`. Every file it names lies beside it."""

    schema_version: Literal[1] = 1
    campaign: CopyName
    leads: tuple[_LeadEntry, ...]
    directories: tuple[CopyName, ...] = ()


@dataclass(frozen=True, slots=True)
class LeadFile:
    """One lead file of a cohort. `name` is what it was called, `limit` the number of rows taken from it."""

    path: Path
    name: str
    sha256: str
    layout: Layout
    limit: int | None


@dataclass(frozen=True, slots=True)
class Cohort:
    """One day's inputs. The paths lie in the home and never change their content."""

    day: date
    lead_files: tuple[LeadFile, ...]
    directories: tuple[Path, ...]
    campaign: Path

    def leads(self) -> Iterator[dict[str, Any]]:
        """One row for every row of the lead files, as `sift` gives them."""
        return sift(
            (file.name, raw)
            for file in self.lead_files
            for raw in islice(read_leads(file.path, file.layout), file.limit)
        )

    def rows_read(self) -> int:
        """How many rows the files hold, counted before any is judged: what intake must account for."""
        files = (islice(read_leads(file.path, file.layout), file.limit) for file in self.lead_files)
        return sum(1 for file in files for _ in file)


def load_cohort(home: Home, day: date) -> Cohort:
    """The cohort of a day. Raises InputError, with the remedy, if there is none or its file is unusable."""
    folder = _folder(home, day)
    content = _read(folder)
    if content is None:
        raise InputError(
            _card(folder),
            f"there is no cohort for {day}",
            f"make one: workforce run outbound --leads FILE --date {day}",
        )
    return Cohort(
        day=day,
        lead_files=tuple(_lead_file(folder / entry.file, entry) for entry in content.leads),
        directories=tuple(folder / name for name in content.directories),
        campaign=folder / content.campaign,
    )


def _lead_file(path: Path, entry: _LeadEntry) -> LeadFile:
    layout = entry.layout or lay_out(path, entry.columns)
    return LeadFile(path, original_name(entry.file), entry.sha256, layout, entry.limit)


def add_to_cohort(
    home: Home,
    day: date,
    leads: Path,
    layout: Layout,
    limit: int | None,
    directories: Sequence[Path],
    campaign: Path | None,
    progress: Callable[[int], None] = lambda rows: None,
    notice: Callable[[str], None] = lambda line: None,
) -> Cohort:
    """Copy a run's inputs into the day's cohort, creating it or adding to it; the same inputs change nothing.

    The same lead file again takes the layout and limit given now. Directories replace those the cohort has;
    none given, and no campaign given (None), leaves what it has. `progress` is told how many rows have been
    checked, `notice` what a person should know of the directories. Raises InputError, with nothing written,
    for any input that cannot be used and for a campaign other than the cohort's.
    """
    _check(leads, layout, limit, campaign, progress)
    load_directory(directories, notice)
    folder = _folder(home, day)
    copies = Copies(folder)
    entry = _LeadEntry(file=copies.file(leads), sha256=file_digest(leads), layout=layout, limit=limit)
    specs = tuple(copies.spec(path) for path in directories)
    chosen = copies.file(campaign) if campaign else None
    _merged(_read(folder), entry, specs, chosen, folder)
    folder.mkdir(parents=True, exist_ok=True)
    # Of two that add at the same time, one would be lost.
    with FileLock(folder / ".lock"):
        before = _read(folder)
        after = _merged(before, entry, specs, chosen, folder)
        copies.write()
        if after != before:
            text = yaml.safe_dump(after.model_dump(mode="json"), sort_keys=False, allow_unicode=True)
            replace_file(_card(folder), text.encode())
    return load_cohort(home, day)


def _check(
    leads: Path,
    layout: Layout,
    limit: int | None,
    campaign: Path | None,
    progress: Callable[[int], None],
) -> None:
    """Read leads and campaign to their end, so that a bad one is found before anything is written."""
    if limit is not None and limit < 1:
        raise InputError(leads, f"the limit is {limit}", "take at least 1 row")
    for rows, _ in enumerate(islice(read_leads(leads, layout), limit), start=1):
        progress(rows)
    if campaign is not None:
        load_campaign(campaign)


def _merged(
    before: _CohortFile | None,
    entry: _LeadEntry,
    specs: tuple[str, ...],
    campaign: str | None,
    folder: Path,
) -> _CohortFile:
    if before is None:
        if campaign is None:
            raise InputError(_card(folder), "the cohort has no campaign yet", "give one with --campaign FILE")
        return _CohortFile(campaign=campaign, leads=(entry,), directories=specs)
    if campaign is not None and campaign.split("-")[0] != before.campaign.split("-")[0]:
        raise InputError(
            _card(folder),
            f"{folder.name} runs campaign {before.campaign}, not {campaign}",
            "give the campaign it began with, or another --date",
        )
    entries = {known.sha256: known for known in before.leads} | {entry.sha256: entry}
    return before.model_copy(
        update={"leads": tuple(entries.values()), "directories": specs or before.directories}
    )


def _read(folder: Path) -> _CohortFile | None:
    path = _card(folder)
    try:
        return _CohortFile.model_validate(yaml.safe_load(path.read_text("utf-8")))
    except FileNotFoundError:
        return None
    except (UnicodeDecodeError, yaml.YAMLError) as error:
        raise InputError(path, f"not readable as YAML: {error}", _REMAKE) from None
    except ValidationError as error:
        first = error.errors()[0]
        field = ".".join(str(part) for part in first["loc"]) or "the whole file"
        raise InputError(path, f"field {field}: {first['msg']}", _REMAKE, field=field) from None


def _folder(home: Home, day: date) -> Path:
    return home.cohorts / day.isoformat()


def _card(folder: Path) -> Path:
    return folder / "cohort.yaml"
