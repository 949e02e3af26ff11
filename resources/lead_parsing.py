"""CSV and JSONL, row by row: a bad row says so and leaves the rows after it alone."""

import csv
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from resources.errors import InputError
from resources.lead_columns import CANONICAL_COLUMNS, RawLead, fitting, header_columns, object_columns
from resources.lead_encoding import UTF8
from resources.lead_layout import Delimiter, Layout, find_delimiter
from resources.lead_text import BadByte, Lines, kept, open_text

# The longest field, in characters. csv's own default of 131,072 is less than one long e-mail thread.
_FIELD_LIMIT = 1 << 26

Values = dict[str, str | None]


def csv_layout(path: Path, given: Mapping[str, str], encoding: str, usual: Delimiter) -> Layout:
    """How a delimited file is to be read. Raises InputError as lay_out does, BadByte."""
    _raise_field_limit()
    with open_text(path, encoding, newline="") as stream:
        delimiter = find_delimiter(_whole(Lines(stream)), given, usual)
    with open_text(path, encoding, newline="") as stream:
        header = _header(path, csv.reader(Lines(stream), delimiter=delimiter, strict=True))
    return Layout(encoding=encoding, delimiter=delimiter, columns=header_columns(path, header, given))


def csv_leads(path: Path, layout: Layout) -> Iterator[RawLead]:
    """Rows of a delimited file (RFC 4180, multi-line quoted fields). Raises InputError as read_leads does,
    BadByte with the row."""
    _raise_field_limit()
    with open_text(path, layout.encoding or UTF8, newline="") as stream:
        lines, row = Lines(stream), -1
        reader = csv.reader(lines, delimiter=layout.delimiter or ",", strict=True)
        try:
            header, row = _header(path, reader), 0
            found = {column: places[0] for column, places in fitting(header, layout.columns).items()}
            while (lead := _next_csv(reader, lines, row + 1, header, found)) is not None:
                row = lead.row
                yield lead
        except BadByte as bad:
            bad.row = row + 1
            raise


def _whole(lines: Lines) -> Iterator[str]:
    """The lines before a bad byte, which is for the reader of rows to report."""
    try:
        yield from lines
    except BadByte:
        return


def _raise_field_limit() -> None:
    # The limit is one per process. Only ever raised, so that readers running side by side do not disturb
    # each other by putting it back.
    csv.field_size_limit(max(_FIELD_LIMIT, csv.field_size_limit()))


def _header(path: Path, reader: Iterator[list[str]]) -> list[str]:
    try:
        header = [kept(cell) for cell in next((cells for cells in reader if cells), [])]
    except csv.Error as error:
        raise InputError(path, f"header row: is not CSV: {error}", "save the file as CSV in UTF-8") from None
    if not any(cell.strip() for cell in header):
        raise InputError(path, "is empty", "give a file with a header row and one row per lead")
    if any("\0" in cell for cell in header):
        raise InputError(path, "header row: is binary, not text", "save the file as CSV in UTF-8")
    return header


def _next_csv(
    reader: Iterator[list[str]], lines: Lines, row: int, header: list[str], found: Mapping[str, int]
) -> RawLead | None:
    """The next row that is not blank, or None at the end of the file."""
    while True:
        line = lines.start_record()
        try:
            cells = next(reader)
        except StopIteration:
            return None
        except csv.Error as error:
            lines.give_back()
            return RawLead(row, line, dict.fromkeys(CANONICAL_COLUMNS), f"is not CSV: {error}")
        if cells:
            return _csv_lead(row, line, cells, header, found)


def _csv_lead(row: int, line: int, cells: list[str], header: list[str], found: Mapping[str, int]) -> RawLead:
    values: Values = dict.fromkeys(CANONICAL_COLUMNS)
    for column, position in found.items():
        if position < len(cells):
            values[column] = kept(cells[position])
    problem = None
    if len(cells) != len(header):
        problem = f"has {len(cells)} cells where the header has {len(header)}"
    return RawLead(row, line, values, problem)


def jsonl_layout(path: Path, given: Mapping[str, str], encoding: str) -> Layout:
    """How a JSONL file is to be read: what a header row would tell is known at its end. Raises InputError as
    lay_out does, BadByte with the row."""
    names = dict[str, None]()
    last: tuple[str, ...] = ()
    row = 0
    for row, _, content in _objects(path, encoding):  # noqa: B007 - the last one tells whether there was any
        if not isinstance(content, str) and (keys := tuple(content)) != last:
            names.update(dict.fromkeys(keys))
            last = keys
    if row == 0:
        raise InputError(path, "has no rows", "give a file with at least one lead")
    if not names:
        raise InputError(path, "no line is a JSON object with columns", "write one object on each line")
    return Layout(encoding=encoding, columns=object_columns(path, tuple(map(kept, names)), given))


def jsonl_leads(path: Path, layout: Layout) -> Iterator[RawLead]:
    """One lead per line, each a JSON object. Raises InputError as read_leads does, BadByte with the row."""
    last, found = tuple[str, ...](), dict[str, list[int]]()
    for row, line, content in _objects(path, layout.encoding or UTF8):
        if isinstance(content, str):
            yield RawLead(row, line, dict.fromkeys(CANONICAL_COLUMNS), content)
            continue
        if (keys := tuple(content)) != last:
            last, found = keys, fitting(tuple(map(kept, keys)), layout.columns)
        yield _jsonl_lead(row, line, content, found)


def _objects(path: Path, encoding: str) -> Iterator[tuple[int, int, dict[str, Any] | str]]:
    """Row, line, and the object on it or what is wrong with it, of each line that is not blank."""
    row = 0
    with open_text(path, encoding, newline="\n") as stream:
        lines = Lines(stream)
        try:
            for line in lines:
                number = lines.start_record() - 1
                if line.strip():
                    row += 1
                    yield row, number, _object(line)
        except BadByte as bad:
            bad.row = row + 1
            raise


def _object(line: str) -> dict[str, Any] | str:
    """The object on a line, its numbers as they are written; or what is wrong with it."""
    try:
        content = json.loads(
            line, parse_float=str, parse_int=str, parse_constant=_refuse, object_pairs_hook=_unique
        )
    except RecursionError:
        return "is nested too deeply"
    except ValueError as error:
        return f"is not JSON: {error}"
    return content if isinstance(content, dict) else "is not a JSON object"


def _refuse(name: str) -> None:
    raise ValueError(f"{name} is not a JSON number")


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    content = dict(pairs)
    if len(content) != len(pairs):
        raise ValueError("an object names the same key twice")
    return content


def _jsonl_lead(row: int, line: int, content: dict[str, Any], found: Mapping[str, list[int]]) -> RawLead:
    values: Values = dict.fromkeys(CANONICAL_COLUMNS)
    cells = tuple(content.values())
    problem = None
    for column, positions in found.items():
        if len(positions) > 1:
            problem = problem or f"has {len(positions)} values for column {column}"
            continue
        value = cells[positions[0]]
        if isinstance(value, dict | list):
            problem = problem or f"column {column} holds a nested value, not a text"
        else:
            values[column] = as_text(value)
    return RawLead(row, line, values, problem)


def as_text(value: Any) -> str | None:
    """A scalar as text that can be stored: true and false in small letters, the rest as Python writes it."""
    if value is None:
        return None
    if isinstance(value, str):
        return kept(value)
    return str(value).lower() if isinstance(value, bool) else str(value)
