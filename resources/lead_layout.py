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
    as many, `usual`, which the file's name stands for."""
    head = list(islice(lines, _LINES))
    others: list[Delimiter] = [delimiter for delimiter in DELIMITERS if delimiter != usual]
    return max([usual, *others], key=lambda delimiter: recognised(_header(head, delimiter), given))


def _header(lines: Iterable[str], delimiter: str) -> list[str]:
    try:
        return next((cells for cells in csv.reader(lines, delimiter=delimiter, strict=True) if cells), [])
    except csv.Error:
        return []
