"""Which column of a lead file is which, and the one shape every row takes whatever its format."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from resources.errors import InputError

CANONICAL_COLUMNS = (
    "lead_id",
    "company",
    "domain",
    "email",
    "first_name",
    "last_name",
    "title",
    "city",
    "region",
    "country",
    "ticker",
    "message",
    "source",
    "consent",
    "timezone",
)
# A lead needs at least one of these: nothing else can say which company it belongs to.
IDENTIFYING = ("company", "domain", "email", "ticker")


@dataclass(frozen=True, slots=True)
class RawLead:
    """One row as the file has it. `row` counts data rows from 1, `line` is where it starts in the file
    (the same as `row` in Parquet). `values` has every canonical column. A row that cannot be read says why
    in `problem`; its values are then what could be made out."""

    row: int
    line: int
    values: dict[str, str | None]
    problem: str | None = None


def text_problem(text: str) -> str | None:
    """Why a text cannot be stored, if it cannot: PostgreSQL refuses NUL, UTF-8 a lone surrogate."""
    if "\0" in text:
        return "holds a NUL character"
    if not text.isascii():
        try:
            text.encode("utf-8")
        except UnicodeEncodeError:
            return "holds half of a surrogate pair, which is not a character"
    return None


def parse_columns(text: str) -> dict[str, str]:
    """`company=Account,domain=Web site` as a mapping from canonical columns to a file's own.

    Raises InputError for a part without `=`, an unknown or repeated column.
    """
    columns: dict[str, str] = {}
    for part in filter(None, map(str.strip, text.split(","))):
        column, _, theirs = (piece.strip() for piece in part.partition("="))
        if not column or not theirs:
            raise InputError("--lead-columns", f"{part!r} is no mapping", "write company=<your column>")
        if column in columns:
            raise InputError("--lead-columns", f"{column} is mapped twice", "map it once", field=column)
        columns[column] = theirs
    check_mapping("--lead-columns", columns)
    return columns


def check_mapping(path: Path | str, columns: Mapping[str, str]) -> None:
    """Raises InputError where a mapping names something that is not a canonical column."""
    for name in columns:
        if name not in CANONICAL_COLUMNS:
            raise InputError(
                path,
                f"no lead column is called {name!r}",
                f"map one of {', '.join(CANONICAL_COLUMNS)}",
                field=name,
            )


def fitting(names: Sequence[str], columns: Mapping[str, str]) -> dict[str, list[int]]:
    """Canonical column -> the positions among `names` that fit it, where any does.

    `columns` says what a column is called here. Names compare as written, else without case, spaces,
    `_` and `-`.
    """
    exact, plain = defaultdict[str, list[int]](list), defaultdict[str, list[int]](list)
    for position, name in enumerate(names):
        exact[name].append(position)
        plain[_plain(name)].append(position)
    wanted = {column: columns.get(column, column) for column in CANONICAL_COLUMNS}
    found = {column: exact.get(name) or plain.get(_plain(name)) for column, name in wanted.items()}
    return {column: positions for column, positions in found.items() if positions}


def find_columns(path: Path, names: Sequence[str], columns: Mapping[str, str]) -> dict[str, int]:
    """Canonical column -> its position in a header row.

    Raises InputError where a mapped column is missing, two fit equally well, or none identifies a company.
    """
    found = fitting(names, columns)
    for column, wanted in columns.items():
        if column not in found:
            raise missing_column(path, wanted, names)
    for column, positions in found.items():
        if len(positions) > 1:
            raise InputError(
                path,
                f"header row: {len(positions)} columns are called {names[positions[0]]!r}",
                f"rename all but one, or say which is {column} with --lead-columns",
                field=column,
            )
    if not any(column in found for column in IDENTIFYING):
        raise no_usable_column(path, names)
    return {column: positions[0] for column, positions in found.items()}


def missing_column(path: Path, wanted: str, names: Iterable[str]) -> InputError:
    return InputError(
        path, f"header row: no column is called {wanted!r}", f"name one of {_listed(names)}", field=wanted
    )


def no_usable_column(path: Path, names: Iterable[str]) -> InputError:
    return InputError(
        path,
        f"header row: none of the columns {', '.join(IDENTIFYING)} is there, but {_listed(names)}",
        "rename one, or say which is which with --lead-columns company=<your column>",
        field="company",
    )


def _plain(name: str) -> str:
    return "".join(name.casefold().split()).replace("_", "").replace("-", "")


def _listed(names: Iterable[str]) -> str:
    shown = [repr(name[:40]) for name in names]
    return ", ".join(shown[:20]) + (f" and {len(shown) - 20} more" if len(shown) > 20 else "")
