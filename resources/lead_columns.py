"""Which column of a lead file is which, and the one shape every row takes whatever its format."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from resources.errors import InputError
from resources.lead_aliases import aliases, plain_name

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


def fitting(names: Sequence[str], wanted: Mapping[str, str]) -> dict[str, list[int]]:
    """Canonical column -> the positions among `names` of what `wanted` calls it, where there are any.

    Names compare as written, else by `plain_name`.
    """
    exact, plain = defaultdict[str, list[int]](list), defaultdict[str, list[int]](list)
    for position, name in enumerate(names):
        exact[name].append(position)
        plain[plain_name(name)].append(position)
    found = {column: exact.get(name) or plain.get(plain_name(name)) for column, name in wanted.items()}
    return {column: positions for column, positions in found.items() if positions}


def header_columns(path: Path, names: Sequence[str], given: Mapping[str, str]) -> dict[str, str]:
    """Canonical column -> the header it stands under, of those that a header row has.

    What is given goes first, then the canonical names, then their aliases. Raises InputError where a given
    header is missing, several headers could be one column, or no column identifies a company.
    """
    found = fitting(names, _own_names(given))
    for column, positions in found.items():
        if len(positions) > 1:
            raise _ambiguous(path, column, [names[position] for position in positions])
    return _settled(path, names, given, {column: names[places[0]] for column, places in found.items()})


def object_columns(path: Path, names: Sequence[str], given: Mapping[str, str]) -> dict[str, str]:
    """The same for the keys of all objects together. Each object may write them in another way, and whether
    one has two that fit is that row's matter; so a column keeps the name that all of them are ways to write.
    """
    own_names = _own_names(given)
    return _settled(path, names, given, {column: own_names[column] for column in fitting(names, own_names)})


def recognised(names: Sequence[str], given: Mapping[str, str]) -> int:
    """How many of the headers are lead columns under some name."""
    known = {plain_name(name) for name in _own_names(given).values()}
    known.update(*(group for groups in aliases().values() for group in groups))
    return sum(plain_name(name) in known for name in names)


def _own_names(given: Mapping[str, str]) -> dict[str, str]:
    return {column: given.get(column, column) for column in CANONICAL_COLUMNS}


def _settled(
    path: Path, names: Sequence[str], given: Mapping[str, str], found: dict[str, str]
) -> dict[str, str]:
    for column, header in given.items():
        if column not in found:
            raise missing_column(path, header, names)
    taken = {plain_name(header) for header in found.values()}
    for column in CANONICAL_COLUMNS:
        if column not in found and (alias := _by_alias(path, column, names, taken)):
            found[column] = alias
    if not any(column in found for column in IDENTIFYING):
        raise InputError(
            path,
            f"no column is a company, domain, e-mail address or ticker, only {_listed(names)}",
            "say which is which with --lead-columns company=<your column>",
            field="company",
        )
    return found


def _by_alias(path: Path, column: str, names: Sequence[str], taken: set[str]) -> str | None:
    for group in aliases().get(column, ()):
        headers = [name for name in names if plain_name(name) in group - taken]
        if len({plain_name(header) for header in headers}) > 1:
            raise _ambiguous(path, column, headers)
        if headers:
            return headers[0]
    return None


def _ambiguous(path: Path, column: str, headers: Sequence[str]) -> InputError:
    if len(set(headers)) == 1:
        return InputError(
            path,
            f"{len(headers)} columns are called {headers[0]!r}",
            f"rename all but the one that is the {column}",
            field=column,
        )
    return InputError(
        path,
        f"{' and '.join(map(repr, headers))} could each be the {column}",
        f'say which with --lead-columns "{column}={headers[0]}"',
        field=column,
    )


def missing_column(path: Path, wanted: str, names: Iterable[str]) -> InputError:
    return InputError(
        path,
        f"no column is called {wanted!r}, but there is {_listed(names)}",
        "name one of these with --lead-columns",
        field=wanted,
    )


def _listed(names: Iterable[str]) -> str:
    shown = [repr(name[:40]) for name in names]
    return ", ".join(shown[:20]) + (f" and {len(shown) - 20} more" if len(shown) > 20 else "")
