"""Parquet lead files, one batch of rows in memory at a time."""

import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from gzip import GzipFile
from pathlib import Path
from typing import IO, Any

import pyarrow as pa
import pyarrow.parquet as pq

from resources.errors import InputError
from resources.lead_columns import CANONICAL_COLUMNS, RawLead, header_columns
from resources.lead_layout import Layout
from resources.lead_parsing import as_text
from resources.lead_text import kept, open_bytes

_BATCH_ROWS = 10_000
_UNREADABLE = object()


def parquet_layout(path: Path, given: Mapping[str, str]) -> Layout:
    """How a Parquet file is to be read. Raises InputError as lay_out does."""
    with _open(path) as file:
        return Layout(columns=header_columns(path, _names(file), given))


def parquet_leads(path: Path, layout: Layout) -> Iterator[RawLead]:
    """Rows of a Parquet file. Raises InputError as read_leads does."""
    with _open(path) as file:
        theirs = dict(zip(_names(file), file.schema_arrow.names, strict=True))
        found = {column: theirs[header] for column, header in layout.columns.items() if header in theirs}
        row = 0
        for batch in file.iter_batches(_BATCH_ROWS, columns=list(found.values())):
            for cells in _rows(batch):
                row += 1
                yield _lead(row, {column: cells[name] for column, name in found.items()})


@contextmanager
def _open(path: Path) -> Iterator[Any]:
    with open_bytes(path) as stream, tempfile.TemporaryFile() as plain:
        # Parquet is read from its end, and gzip data cannot be.
        source: IO[bytes] | GzipFile = stream
        if path.suffix.lower() == ".gz":
            shutil.copyfileobj(stream, plain)
            source = plain
        try:
            yield pq.ParquetFile(source)
        except (pa.ArrowException, OSError) as error:
            raise InputError(path, f"is not a whole Parquet file: {error}", "export it again") from None


def _names(file: Any) -> list[str]:
    return [kept(name) for name in file.schema_arrow.names]


def _rows(batch: Any) -> Iterator[dict[str, Any]]:
    cells = {name: _cells(batch.column(name)) for name in batch.schema.names}
    for position in range(batch.num_rows):
        yield {name: column[position] for name, column in cells.items()}


def _cells(column: Any) -> list[Any]:
    try:
        return list(column.to_pylist())
    except (ValueError, OverflowError):  # one text that is not UTF-8, or one date out of range
        return [_cell(scalar) for scalar in column]


def _cell(scalar: Any) -> Any:
    try:
        return scalar.as_py()
    except UnicodeDecodeError:
        return _half_pairs(scalar.as_buffer().to_pybytes())
    except (ValueError, OverflowError):
        return _UNREADABLE


def _half_pairs(content: bytes) -> Any:
    try:
        return content.decode("utf-8", "surrogatepass")
    except UnicodeDecodeError:
        return _UNREADABLE


def _lead(row: int, cells: dict[str, Any]) -> RawLead:
    problem, values = None, dict[str, str | None].fromkeys(CANONICAL_COLUMNS)
    for column, value in cells.items():
        if value is _UNREADABLE:
            problem = problem or f"column {column} cannot be read as its type says"
        elif isinstance(value, dict | list | tuple | bytes):
            problem = problem or f"column {column} holds a nested value or bytes, not a text"
        else:
            values[column] = as_text(value)
    return RawLead(row, row, values, problem)
