"""Which rows of several directories are one company: by what they declare, then by a website they share."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence

from resources.directory.spec import DirectorySpec
from resources.directory.table import CompanyRow

_LEADING_ZEROS = re.compile(r"^(\D*)0+(?=\d)")


class Companies:
    """Rows, by number, grouped into companies. A row that was never joined is a company of its own."""

    def __init__(self) -> None:
        self._first: dict[int, int] = {}
        self._members: dict[int, list[int]] = {}

    def first(self, row: int) -> int:
        """The company's first row, in the order the directories were given: what names it."""
        return self._first.get(row, row)

    def members(self, first: int) -> Sequence[int]:
        """All rows of the company that `first` names, in order."""
        return self._members.get(first, (first,))

    def unite(self, rows: Iterable[int]) -> None:
        """These rows, and all that were joined with them, are one company."""
        firsts = {self.first(row) for row in rows}
        members = sorted({row for first in firsts for row in self._members.pop(first, [first])})
        self._members[members[0]] = members
        self._first.update(dict.fromkeys(members, members[0]))


class Joining:
    """All rows, each with the spec of its directory, about to be grouped."""

    def __init__(self, rows: Sequence[CompanyRow], specs: Sequence[DirectorySpec]) -> None:
        self._rows, self._specs = rows, specs
        self._companies = Companies()

    def join(self, by_host: Mapping[str, Sequence[int]]) -> tuple[Companies, Mapping[str, int]]:
        """The companies, and for each source how many `same_as` name no row of another directory.

        One company are: rows with the same source and id in two editions; a row and the one it declares to be
        the same; then rows of different directories with the same web host, unless that would make one of
        two companies that one directory tells apart.
        """
        editions: dict[tuple[str, str], list[int]] = defaultdict(list)
        by_id: dict[tuple[str, str], list[int]] = defaultdict(list)
        for number, row in enumerate(self._rows):
            editions[self._specs[number].source, row.id].append(number)
            by_id[self._specs[number].source, _without_zeros(row.id)].append(number)
        for edited in editions.values():
            self._unite_apart(edited)
        unknown = self._join_declared(by_id)
        for rows in by_host.values():
            self._unite_apart(rows)
        return self._companies, unknown

    def _join_declared(self, by_id: Mapping[tuple[str, str], Sequence[int]]) -> Mapping[str, int]:
        unknown: Counter[str] = Counter()
        for number, row in enumerate(self._rows):
            if row.same_as is None:
                continue
            target = self._target(number, f"{self._specs[number].same_as_prefix}{row.same_as}", by_id)
            if target is None:
                unknown[self._specs[number].source] += 1
            else:
                self._companies.unite((number, target))
        return unknown

    def _target(
        self, number: int, same_as: str, by_id: Mapping[tuple[str, str], Sequence[int]]
    ) -> int | None:
        """The row of another directory that is named; spreadsheets take leading zeros off ids."""
        source, _, identifier = same_as.partition(":")
        rows = by_id.get((source, _without_zeros(identifier)), ())
        others = [row for row in rows if self._specs[row] is not self._specs[number]]
        exact = [row for row in others if self._rows[row].id == identifier]
        found = {self._companies.first(row) for row in exact or others}
        return found.pop() if len(found) == 1 else None

    def _unite_apart(self, rows: Sequence[int]) -> None:
        """Unite rows of different directories, unless one directory has two of these companies."""
        firsts = {self._companies.first(row) for row in rows}
        specs = [
            spec
            for first in firsts
            for spec in {id(self._specs[row]) for row in self._companies.members(first)}
        ]
        if len(firsts) > 1 and len(set(specs)) == len(specs):
            self._companies.unite(rows)


def _without_zeros(identifier: str) -> str:
    return _LEADING_ZEROS.sub(r"\1", identifier)
