"""What a real set gives: figures for a program, tables for a person."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Table:
    """Rows with the same meaning; the columns are the keys, in the order in which they first appear."""

    title: str
    rows: Sequence[Mapping[str, Any]]

    @property
    def columns(self) -> list[str]:
        return list(dict.fromkeys(column for row in self.rows for column in row))


@dataclass(frozen=True)
class Figures:
    """`by_candidate`: everything, for JSON."""

    by_candidate: Mapping[str, Any]
    tables: tuple[Table, ...]


def beside(title: str, by_candidate: Mapping[str, Mapping[str, Any]]) -> Table:
    """One row a figure, one column a candidate."""
    figures = dict.fromkeys(name for found in by_candidate.values() for name in found)
    return Table(
        title, [{"figure": f, **{n: found.get(f) for n, found in by_candidate.items()}} for f in figures]
    )


def share(of: int, among: int) -> float | None:
    return round(of / among, 4) if among else None
