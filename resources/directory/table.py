"""Tables of companies and of their other names, read as text from CSV, JSONL or Parquet."""

import gzip
import io
import zlib
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

import polars as pl
from polars.exceptions import PolarsError

from resources.directory.spec import AliasColumns, Columns
from resources.errors import InputError

_FORMATS = ("csv", "jsonl", "parquet")


class CompanyRow(NamedTuple):
    """One company as its directory has it."""

    id: str
    name: str
    city: str | None
    region: str | None
    country: str | None
    industry: str | None
    tickers: str | None
    website: str | None
    employees: str | None
    same_as: str | None
    as_of: date | None


def read_rows(columns: Columns, file: Path) -> list[CompanyRow]:
    """All companies of a file. Raises InputError, also for a row without id or name, an id given twice and a
    date that is none."""
    table = _read_table(file, columns.model_dump())
    for field in ("id", "name"):
        _refuse(file, table[field].is_null(), "is empty", f"give every company its {field}", field)
    again = ~table["id"].is_first_distinct()
    _refuse(file, again, "this id stands above already", "keep one row a company", "id")
    return [CompanyRow(*row) for row in _with_dates(file, table, "as_of").iter_rows()]


def read_aliases(columns: AliasColumns, file: Path) -> list[tuple[str, str, date | None, date | None]]:
    """(id, name, start, end) of every other name. Raises InputError, also for a date that is none."""
    table = _read_table(file, columns.model_dump())
    for field in ("id", "name"):
        _refuse(file, table[field].is_null(), "is empty", "fill it or drop the row", field)
    return _with_dates(file, table, "start_date", "end_date").rows()


def _with_dates(file: Path, table: pl.DataFrame, *fields: str) -> pl.DataFrame:
    for field in fields:
        dates = table[field].str.to_date("%Y-%m-%d", strict=False)
        odd = dates.is_null() & table[field].is_not_null()
        _refuse(file, odd, "is not a date", "write YYYY-MM-DD or leave it empty", field)
        table = table.with_columns(dates)
    return table


def _refuse(file: Path, wrong: pl.Series, problem: str, remedy: str, field: str) -> None:
    """Raise InputError for the first row that is wrong."""
    first = wrong.arg_max() if wrong.any() else None
    if first is not None:
        raise InputError(file, f"column {field}: {problem}", remedy, row=_file_row(file, first), field=field)


def _read_table(file: Path, columns: Mapping[str, str | None]) -> pl.DataFrame:
    """The named columns as stripped text under their canonical names; an empty cell or absent column is null.

    CSV, JSONL (both also .gz) or Parquet. Raises InputError for a file that is missing, empty, of another
    kind or broken, and for a column it does not have.
    """
    frame = _read(file)
    if frame.is_empty():
        raise InputError(file, "has no rows", "give a file with at least one company")
    for canonical, column in columns.items():
        if column is not None and column not in frame.columns:
            raise InputError(
                file,
                f"has no column {column!r} (for {canonical}); it has {', '.join(frame.columns)}",
                "correct the spec's columns",
                field=column,
            )
    return frame.select(
        (pl.lit(None, pl.String) if column is None else _as_text(frame[column])).alias(canonical)
        for canonical, column in columns.items()
    )


def _file_row(file: Path, index: int) -> int:
    """The row a person sees in the file for the table's row `index` (from 0): a CSV's header is row 1."""
    return index + (2 if ".csv" in file.suffixes else 1)


def _read(file: Path) -> pl.DataFrame:
    kind = file.name.removesuffix(".gz").rsplit(".", 1)[-1].casefold()
    if kind not in _FORMATS:
        raise InputError(file, "is neither .csv, .jsonl (each also .gz) nor .parquet", "convert or rename it")
    try:
        content = gzip.decompress(file.read_bytes()) if file.name.endswith(".gz") else file.read_bytes()
        if not content.strip():
            raise InputError(file, "is empty", "give a file with at least one company")
        if kind == "csv":
            return pl.read_csv(io.BytesIO(content), infer_schema=False)
        if kind == "jsonl":
            return pl.read_ndjson(io.BytesIO(content), infer_schema_length=None)
        return pl.read_parquet(io.BytesIO(content))
    except FileNotFoundError:
        raise InputError(file, "no such file", "paths in a spec are relative to the spec") from None
    except (OSError, EOFError, zlib.error, PolarsError) as error:
        first_line = (str(error).splitlines() or [type(error).__name__])[0]
        raise InputError(
            file, f"cannot be read as {kind}: {first_line}", "repair or export it again"
        ) from None


def _as_text(column: pl.Series) -> pl.Series:
    kind: Any = column.dtype
    if kind.is_float() and column.drop_nans().drop_nulls().map_elements(float.is_integer, pl.Boolean).all():
        # A whole-number column with gaps comes out of many tools as 250.0.
        column = column.cast(pl.Int64, strict=False)
    if kind == pl.List:
        column = column.cast(pl.List(pl.String)).list.join("|", ignore_nulls=True)
    text = column.cast(pl.String).str.strip_chars()
    return text.set(text == "", None)
