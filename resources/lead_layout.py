"""How a lead file is to be read. Found once, when it is handed in; what reads it later finds nothing anew."""

import csv
from collections.abc import Iterable, Mapping
from itertools import islice
from typing import Literal

from pydantic import BaseModel, ConfigDict

from resources.lead_columns import recognised

Delimiter = Literal[",", ";", "\t", "|"]
DELIMITERS: dict[Delimiter, str] = {",": "comma", ";": "semicolon", "\t": "tab", "|": "pipe"}
# More than any header row takes, blank lines before it included.
_LINES = 100


class Layout(BaseModel):
    """`encoding` as Python names it (None in Parquet), `delimiter` of CSV, and every column that is there:
    canonical column -> its header."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    encoding: str | None = None
    delimiter: Delimiter | None = None
    columns: dict[str, str]


def find_delimiter(lines: Iterable[str], given: Mapping[str, str], usual: Delimiter) -> Delimiter:
    """The delimiter under which the first lines have a header row with most lead columns; where several have
    as many, `usual`, which the file's name stands for. Where none has any, the one with most columns at all,
    so that the error names the columns."""
    head = list(islice(lines, _LINES))
    others: list[Delimiter] = [delimiter for delimiter in DELIMITERS if delimiter != usual]

    def columns(delimiter: Delimiter) -> int:
        return recognised(_header(head, delimiter), given)

    best = max([usual, *others], key=columns)
    return best if columns(best) else max([usual, *others], key=lambda each: len(_header(head, each)))


def _header(lines: Iterable[str], delimiter: str) -> list[str]:
    try:
        return next((cells for cells in csv.reader(lines, delimiter=delimiter, strict=True) if cells), [])
    except csv.Error:
        return []
