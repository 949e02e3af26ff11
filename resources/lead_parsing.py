"""CSV and JSONL, row by row: a bad row says so and leaves the rows after it alone."""

import csv
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from resources.errors import InputError
from resources.lead_columns import (
    CANONICAL_COLUMNS,
    IDENTIFYING,
    RawLead,
    find_columns,
    fitting,
    missing_column,
    no_usable_column,
    text_problem,
)
from resources.lead_text import BadByte, Lines, open_text

# The longest field, in characters. csv's own default of 131,072 is less than one long e-mail thread.
_FIELD_LIMIT = 1 << 26

Values = dict[str, str | None]


def csv_leads(path: Path, columns: Mapping[str, str], delimiter: str) -> Iterator[RawLead]:
    """Rows of a delimited file (RFC 4180, multi-line quoted fields). Raises InputError as read_leads does."""
    # The limit is one per process. Only ever raised, so that readers running side by side do not disturb
    # each other by putting it back.
    csv.field_size_limit(max(_FIELD_LIMIT, csv.field_size_limit()))
    with open_text(path, newline="") as stream:
        lines, row = Lines(stream), -1
        reader = csv.reader(lines, delimiter=delimiter, strict=True)
        try:
            header, row = _header(path, reader), 0
            found = find_columns(path, header, columns)
            while (lead := _next_csv(reader, lines, row + 1, header, found)) is not None:
                row = lead.row
                yield lead
        except BadByte as bad:
            raise bad.error(path, row + 1) from None


def _header(path: Path, reader: Iterator[list[str]]) -> list[str]:
    try:
        header = next((cells for cells in reader if cells), [])
    except csv.Error as error:
        raise InputError(path, f"header row: is not CSV: {error}", "save the file as CSV in UTF-8") from None
    if not any(cell.strip() for cell in header):
        raise InputError(path, "is empty", "give a file with a header row and one row per lead")
    if any("\0" in cell for cell in header):
        raise InputError(
            path,
            "header row: is binary, not text",
            "save the file as CSV in UTF-8, with a byte order mark if UTF-16",
        )
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
            values[column] = cells[position]
    problem = None
    if len(cells) != len(header):
        problem = f"has {len(cells)} cells where the header has {len(header)}"
    if "\0" in "".join(cells):
        unstorable, values = storable(values)
        problem = problem or unstorable
    return RawLead(row, line, values, problem)


def storable(values: Mapping[str, str | None]) -> tuple[str | None, Values]:
    """The first column whose text cannot be stored, with why; and the values without any such text."""
    problems = {
        column: problem for column, text in values.items() if text and (problem := text_problem(text))
    }
    first = next((f"column {column} {problem}" for column, problem in problems.items()), None)
    return first, {column: None if column in problems else text for column, text in values.items()}


def jsonl_leads(path: Path, columns: Mapping[str, str]) -> Iterator[RawLead]:
    """One lead per line, each a JSON object. Raises InputError as read_leads does."""
    with open_text(path, newline="\n") as stream:
        lines, row, keys = Lines(stream), 0, _Keys(columns)
        try:
            for line in lines:
                number = lines.start_record() - 1
                if not line.strip():
                    continue
                row += 1
                content = _object(line)
                if isinstance(content, str):
                    yield RawLead(row, number, dict.fromkeys(CANONICAL_COLUMNS), content)
                else:
                    yield _jsonl_lead(row, number, content, keys.find(tuple(content)))
        except BadByte as bad:
            raise bad.error(path, row + 1) from None
        if row:
            keys.check(path)


class _Keys:
    """Where the columns are in objects that may each have other keys; mostly they have the same."""

    def __init__(self, columns: Mapping[str, str]) -> None:
        self._columns = columns
        self._names: tuple[str, ...] = ()
        self._found: dict[str, list[int]] = {}
        self._seen: dict[str, None] = {}

    def find(self, names: tuple[str, ...]) -> dict[str, list[int]]:
        if names != self._names:
            self._names, self._found = names, fitting(names, self._columns)
            self._seen.update(dict.fromkeys(names))
        return self._found

    def check(self, path: Path) -> None:
        """What a header row would have told at the start is known of JSONL at the end."""
        names = tuple(self._seen)
        if not names:
            raise InputError(path, "no line is a JSON object with columns", "write one object on each line")
        found = fitting(names, self._columns)
        for column, wanted in self._columns.items():
            if column not in found:
                raise missing_column(path, wanted, names)
        if not any(column in found for column in IDENTIFYING):
            raise no_usable_column(path, names)


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
    unstorable, values = storable(values)
    return RawLead(row, line, values, problem or unstorable)


def as_text(value: Any) -> str | None:
    """A scalar as text: true and false in small letters, the rest as Python writes it."""
    if value is None or isinstance(value, str):
        return value
    return str(value).lower() if isinstance(value, bool) else str(value)
