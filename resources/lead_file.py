"""Lead files: CSV, TSV, JSONL and Parquet, each also gzipped, read as a stream of rows."""

from collections import deque
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Literal

from resources.encodings import Doubt
from resources.errors import InputError
from resources.lead_columns import CANONICAL_COLUMNS, RawLead, check_mapping, parse_columns
from resources.lead_encoding import OPTION, UTF8, check_encoding, find_encoding
from resources.lead_layout import Delimiter, Layout
from resources.lead_parsing import csv_layout, csv_leads, jsonl_layout, jsonl_leads
from resources.lead_text import BadByte

__all__ = ["CANONICAL_COLUMNS", "Layout", "RawLead", "lay_out", "parse_columns", "read_leads"]

_NO_COLUMNS: Mapping[str, str] = {}
_DELIMITERS: dict[str, Delimiter] = {"csv": ",", "tsv": "\t"}

_WORKBOOKS = frozenset({".xlsx", ".xlsm", ".xlsb", ".xls", ".ods", ".numbers"})

_Format = Literal["csv", "tsv", "jsonl", "parquet"]


def lay_out(path: Path, columns: Mapping[str, str] = _NO_COLUMNS, encoding: str | None = None) -> Layout:
    """How a lead file is to be read; the format follows from the name's suffix.

    `columns` maps names of CANONICAL_COLUMNS to the file's own; the others are found by their canonical name
    or an alias, and further columns are ignored. Raises InputError, in one line, for what concerns the file:
    missing, empty, in no encoding that is sure, not the format its name says, no or an ambiguous column.
    """
    check_mapping(path, columns)
    kind = _format(path)
    if kind == "parquet":
        if encoding is not None:
            raise InputError(OPTION, f"{path} is Parquet, which is always UTF-8", "leave the option out")
        # pyarrow takes half a second to import, so only where it is needed.
        from resources.lead_parquet import parquet_layout

        return parquet_layout(path, columns)
    known = check_encoding(encoding) if encoding else find_encoding(path)
    try:
        layout = _text_layout(path, kind, columns, UTF8 if isinstance(known, Doubt) else known)
        if isinstance(known, Doubt):
            deque(_rows(path, layout), maxlen=0)
    except BadByte as bad:
        raise _not_text(path, bad, known) from None
    return layout


def read_leads(path: Path, layout: Layout | None = None) -> Iterator[RawLead]:
    """Every data row of a lead file, in order, read as `layout` says (None: as `lay_out` finds).

    Blank lines are no rows. A row that cannot be read comes as a RawLead with a problem. Raises InputError as
    lay_out does, and for a file without rows or with a byte that its encoding does not know.
    """
    layout = layout or lay_out(path)
    row = 0
    try:
        for lead in _rows(path, layout):
            row = lead.row
            yield lead
    except BadByte as bad:
        raise _not_text(path, bad, layout.encoding or UTF8) from None
    if row == 0:
        raise InputError(path, "has no rows", "give a file with at least one lead")


def _text_layout(path: Path, kind: _Format, columns: Mapping[str, str], encoding: str) -> Layout:
    if kind == "jsonl":
        return jsonl_layout(path, columns, encoding)
    return csv_layout(path, columns, encoding, _DELIMITERS[kind])


def _rows(path: Path, layout: Layout) -> Iterator[RawLead]:
    match _format(path):
        case "parquet":
            from resources.lead_parquet import parquet_leads

            return parquet_leads(path, layout)
        case "jsonl":
            return jsonl_leads(path, layout)
        case _:
            return csv_leads(path, layout)


def _not_text(path: Path, bad: BadByte, encoding: str | Doubt) -> InputError:
    header = "" if bad.row else "header row: "
    remedy = f"save the file in UTF-8, or name its encoding with {OPTION}"
    if not isinstance(encoding, Doubt):
        said = "UTF-8" if encoding == UTF8 else encoding
        return InputError(path, f"{header}{bad} is not {said} text", remedy, row=bad.row or None)
    if not encoding.readings:
        problem = f"{bad} is not UTF-8 text, and no other encoding fits the whole file"
        return InputError(path, header + problem, remedy, row=bad.row or None)
    ways = " or ".join(f"{text!r} ({name})" for name, text in encoding.readings.items())
    problem = f"{header}{bad} is not UTF-8 text; the file could say {ways}"
    remedy = f"say which, or another, with {OPTION} {next(iter(encoding.readings))}, or save it in UTF-8"
    return InputError(path, problem, remedy, row=bad.row or None)


def _format(path: Path) -> _Format:
    suffixes = [suffix.lower() for suffix in path.suffixes]
    match [suffix for suffix in suffixes if suffix != ".gz"][-1:]:
        case [".csv"]:
            return "csv"
        case [".tsv"]:
            return "tsv"
        case [".jsonl" | ".ndjson"]:
            return "jsonl"
        case [".parquet"]:
            return "parquet"
    if not path.exists():
        raise InputError(path, "no such file", "check the path given to --leads")
    if path.is_dir():
        raise InputError(path, "is a folder", "give one file; run the command once for each")
    if path.suffix.lower() in _WORKBOOKS:
        remedy = "save its sheet as CSV in UTF-8 and give that file"
        raise InputError(path, "is a spreadsheet workbook, which may hold several tables", remedy)
    raise InputError(
        path,
        "its name does not say which format it has",
        "rename it to end in .csv, .tsv, .jsonl, .ndjson or .parquet, with .gz where gzipped",
    )
