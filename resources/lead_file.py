"""Lead files: CSV, TSV, JSONL and Parquet, each also gzipped, read as a stream of rows."""

from collections.abc import Iterator, Mapping
from pathlib import Path

from resources.errors import InputError
from resources.lead_columns import CANONICAL_COLUMNS, RawLead, check_mapping, parse_columns
from resources.lead_parsing import csv_leads, jsonl_leads

__all__ = ["CANONICAL_COLUMNS", "RawLead", "parse_columns", "read_leads"]

_NO_COLUMNS: Mapping[str, str] = {}


def read_leads(path: Path, columns: Mapping[str, str] = _NO_COLUMNS) -> Iterator[RawLead]:
    """Every data row of a lead file, in order; the format follows from the name's suffix.

    `columns` maps names of CANONICAL_COLUMNS to the file's own; the others are found by their canonical name
    and further columns are ignored. Blank lines are no rows. A row that cannot be read comes as a RawLead
    with a problem. Raises InputError, in one line, for what concerns the file: missing, empty, without rows,
    not UTF-8 or UTF-16, not the format its name says, no usable column.
    """
    check_mapping(path, columns)
    row = 0
    for lead in _reader(path, columns):
        row = lead.row
        yield lead
    if row == 0:
        raise InputError(path, "has no rows", "give a file with at least one lead")


def _reader(path: Path, columns: Mapping[str, str]) -> Iterator[RawLead]:
    suffixes = [suffix.lower() for suffix in path.suffixes]
    match [suffix for suffix in suffixes if suffix != ".gz"][-1:]:
        case [".csv"]:
            return csv_leads(path, columns, ",")
        case [".tsv"]:
            return csv_leads(path, columns, "\t")
        case [".jsonl" | ".ndjson"]:
            return jsonl_leads(path, columns)
        case [".parquet"]:
            # pyarrow takes half a second to import, so only where it is needed.
            from resources.lead_parquet import parquet_leads

            return parquet_leads(path, columns)
    if not path.exists():
        raise InputError(path, "no such file", "check the path given to --leads")
    raise InputError(
        path,
        "its name does not say which format it has",
        "rename it to end in .csv, .tsv, .jsonl, .ndjson or .parquet, with .gz where gzipped",
    )
