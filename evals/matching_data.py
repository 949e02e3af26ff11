"""Labelled leads and the directory they are matched against, read from a folder that somebody points at.

Expected: directory.csv.gz, leads.csv.gz and labels.csv.gz, with the columns named below. Other names of the
companies are read from neighbouring folders where they stand: ../edgar_filers/edgar_name_history.csv.gz,
../yc_companies/ yc_companies.jsonl.gz. Nothing of it is copied.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Literal

import polars as pl
import yaml

from resources.directory import Directory, load_directory

_LEAD = {"company_as_written": "company", "email_domain": "domain", "city": "city", "region": "region"}
_COMPANY = ("id", "name", "city", "region", "country", "industry", "tickers", "website")


@dataclass(frozen=True, slots=True)
class Labelled:
    """A lead as the Enricher reads it, and the right answer: `company_id` where `expected` is match.

    `entity` groups leads of one company, so that none is in two folds.
    """

    row: Mapping[str, Any]
    kind: str
    expected: Literal["match", "no_match", "ambiguous"]
    company_id: str | None
    entity: str


def load_labelled(folders: Sequence[Path], day: date) -> list[Labelled]:
    """All labelled leads of the folders, as of `day`. Raises polars' errors for files that do not fit."""
    return [one for folder in folders for one in _labelled(folder, day)]


def _labelled(folder: Path, day: date) -> Iterator[Labelled]:
    leads, labels = (_read(folder / f"{name}.csv.gz") for name in ("leads", "labels"))
    for line in leads.join(labels, on="lead_id").iter_rows(named=True):
        about = {field: line[column] for column, field in _LEAD.items()}
        row = {
            "record_id": line["lead_id"],
            **about,
            "ticker": line["ticker"],
            "country": None,
            "partition": day,
        }
        candidates = (line["candidates"] or "").split("|")
        entity = line["expected_id"] or candidates[0] or line["lead_id"]
        yield Labelled(row, line["kind"], line["expected"], line["expected_id"], entity)


def load_companies(folders: Sequence[Path], day: date) -> Directory:
    """One directory of all folders' companies, as of `day`."""
    with TemporaryDirectory() as temporary:
        specs = [_spec(folder.resolve(), Path(temporary) / str(at), day) for at, folder in enumerate(folders)]
        return load_directory(specs)


def _spec(folder: Path, to: Path, day: date) -> Path:
    to.mkdir()
    spec = {
        "source": folder.name,
        "file": str(folder / "directory.csv.gz"),
        "as_of": day,
        "licence": "as the folder says",
        "columns": {name: name for name in _COMPANY},
        "aliases": [*_edgar_names(folder.parent), *_yc_names(folder.parent, to)],
    }
    path = to / "directory.yaml"
    path.write_text(yaml.safe_dump(spec), "utf-8")
    return path


def _edgar_names(beside: Path) -> Iterator[dict[str, Any]]:
    file = beside / "edgar_filers" / "edgar_name_history.csv.gz"
    if file.exists():
        columns = {"id": "cik", "name": "name", "start_date": "start_date", "end_date": "end_date"}
        yield {"file": str(file), "id_prefix": "cik:", "columns": columns}


def _yc_names(beside: Path, to: Path) -> Iterator[dict[str, Any]]:
    file = beside / "yc_companies" / "yc_companies.jsonl.gz"
    if file.exists():
        names = pl.read_ndjson(file, infer_schema_length=None).select(
            pl.col("id").cast(pl.String), name=pl.col("former_names")
        )
        names.explode("name").drop_nulls().filter(pl.col("name").str.strip_chars() != "").write_csv(
            to / "yc_names.csv"
        )
        yield {"file": "yc_names.csv", "id_prefix": "yc:", "columns": {"id": "id", "name": "name"}}


def _read(file: Path) -> pl.DataFrame:
    return pl.read_csv(file, infer_schema=False)
