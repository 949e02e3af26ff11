"""The company directory: what registers say about companies, found by domain, name, former name or ticker.

Several directories may be given, in order. Rows of different directories with the same web host are one
company, unless a directory has that host twice; so are rows with the same source and id.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from datetime import date
from functools import cached_property
from pathlib import Path

from resources.company_names import name_key, name_words, ticker_key, web_host
from resources.directory.hits import Hit, How, Similar
from resources.directory.similarity import (
    MEASURES,
    Likeness,
    Name,
    NameSimilarity,
    domain_label,
    written_words,
)
from resources.directory.spec import Aliases, DirectorySpec, load_spec
from resources.directory.table import CompanyRow, read_aliases, read_rows
from resources.security_names import issuer_name


class Directory:
    """Look-up over all rows of the directories given. Built by `load_directory`."""

    def __init__(self) -> None:
        self._rows: list[CompanyRow] = []
        self._spec_of: list[DirectorySpec] = []
        self._first: dict[int, int] = {}
        self._members: dict[int, list[int]] = {}
        self._by_host: dict[str, list[int]] = defaultdict(list)
        self._by_name: dict[str, list[int]] = defaultdict(list)
        self._by_ticker: dict[str, list[int]] = defaultdict(list)
        self._first_words: Counter[str] = Counter()
        self._plain_hits: dict[int, Hit] = {}
        self._by_alias: dict[str, list[Name]] = defaultdict(list)

    def __len__(self) -> int:
        """Rows, of all directories."""
        return len(self._rows)

    def hits(self, company: str | None, domains: Sequence[str], ticker: str | None) -> list[Hit]:
        """All rows of every company that a domain, the name or the ticker points at, in the order given."""
        how: dict[int, list[How]] = {}
        for host in dict.fromkeys(map(web_host, domains)):
            for row in self._by_host.get(host or "", ()):
                how.setdefault(row, []).append("domain")
        if ticker:
            for row in self._by_ticker.get(ticker_key(ticker), ()):
                how.setdefault(row, []).append("ticker")
        aliases = self._named(company.strip(), how) if company else {}
        found = sorted({self._first.get(row, row) for row in how})
        return [
            self._hit(row, how.get(row, []), aliases.get(row))
            for first in found
            for row in self._members.get(first, (first,))
        ]

    def beginning_with(self, company: str) -> int:
        """How many rows' present names go on after the one word written; 0 where more than a word is
        written."""
        words = company.split()
        return self._first_words[name_key(words[0])] if len(words) == 1 else 0

    def similar(self, company: str | None, domains: Sequence[str]) -> list[Similar]:
        """At most 6 companies with a name like the written one, or a name or ticker like the domains' own
        part, or with the written name as its ticker.

        Those with the ticker first, then the most alike.
        """
        labels = [label for label in map(domain_label, domains) if label]
        short = written_words(company) if company else ()
        codes = [*labels, *short] if len(short) == 1 else labels
        also = {self._first.get(row, row) for code in codes for row in self._by_ticker.get(code.upper(), ())}
        like = self._similarity.like(company, labels, also)
        return [self._similar(first, likeness) for first, likeness in like]

    def _similar(self, first: int, likeness: Likeness) -> Similar:
        name = likeness.name
        rows = [self._plain(row) for row in self._members.get(first, (first,))]
        return Similar.model_construct(
            same_as=rows[0].same_as,
            compared=name.text,
            former=name.former,
            since=name.start,
            until=name.end,
            **{measure: round(getattr(likeness, measure), 3) for measure in MEASURES},
            rows=rows,
        )

    def _plain(self, row: int) -> Hit:
        """The row, hit by nothing exact. Built once: companies with common words are offered again and
        again."""
        if row not in self._plain_hits:
            self._plain_hits[row] = self._hit(row, [], None)
        return self._plain_hits[row]

    @cached_property
    def _similarity(self) -> NameSimilarity:
        """Built at the first question: leads that exact look-up finds need none."""
        names = (Name(number, row.name) for number, row in enumerate(self._rows))
        aliases = (alias for found in self._by_alias.values() for alias in found)
        return NameSimilarity(
            [*names, *aliases], lambda row: self._first.get(row, row), lambda row: self._rows[row].region
        )

    def _named(self, company: str, how: dict[int, list[How]]) -> dict[int, Name]:
        """Add the rows that bear the name now, then those that bore it; of several such, the latest."""
        key = name_key(company)
        if key not in self._by_name and key not in self._by_alias:
            key = name_key(issuer_name(company))
        for row in self._by_name.get(key, ()):
            exact = self._rows[row].name == company
            how.setdefault(row, []).append("exact name" if exact else "normalised name")
        aliases: dict[int, Name] = {}
        for alias in sorted(self._by_alias.get(key, ()), key=lambda a: a.end or date.max):
            aliases[alias.row] = alias
        for row in aliases:
            how.setdefault(row, []).append("alias")
        return aliases

    def _hit(self, row: int, how: list[How], alias: Name | None) -> Hit:
        spec, first = self._spec_of[row], self._first.get(row, row)
        return Hit.model_construct(
            source=spec.source,
            same_as=f"{self._spec_of[first].source}:{self._rows[first].id}",
            as_of=spec.as_of,
            how=how,
            alias=alias.text if alias else None,
            alias_start=alias.start if alias else None,
            alias_end=alias.end if alias else None,
            **self._rows[row]._asdict(),
        )

    def add(
        self, spec: DirectorySpec, rows: Iterable[CompanyRow], aliases: Iterable[tuple[Aliases, Path]]
    ) -> None:
        """Index one directory's rows and the other names of its companies."""
        numbers: dict[str, int] = {}
        for row in rows:
            numbers[row.id] = number = len(self._rows)
            self._rows.append(row)
            self._spec_of.append(spec)
            if words := name_words(row.name):
                self._by_name["".join(words)].append(number)
                self._first_words[words[0]] += len(words) > 1
            if host := row.website and web_host(row.website):
                self._by_host[host].append(number)
            for ticker in dict.fromkeys(map(ticker_key, (row.tickers or "").split("|"))):
                if ticker:
                    self._by_ticker[ticker].append(number)
        for layout, file in aliases:
            self._add_aliases(layout, file, numbers)

    def _add_aliases(self, layout: Aliases, file: Path, numbers: dict[str, int]) -> None:
        for identifier, name, start, end in read_aliases(layout.columns, file):
            number, key = numbers.get(layout.id_prefix + identifier), name_key(name)
            if number is not None and key and key != name_key(self._rows[number].name):
                self._by_alias[key].append(Name(number, name, True, start, end))

    def join(self) -> None:
        """Say which rows of different directories are one company. Called once, after the last `add`."""
        by_id: dict[tuple[str, str], list[int]] = defaultdict(list)
        for number, row in enumerate(self._rows):
            by_id[self._spec_of[number].source, row.id].append(number)
        for rows in (*by_id.values(), *self._by_host.values()):
            specs = [id(self._spec_of[row]) for row in rows]
            if len(rows) > 1 and len(set(specs)) == len(specs):
                self._unite(rows)

    def _unite(self, rows: Sequence[int]) -> None:
        firsts = {self._first.get(row, row) for row in rows}
        members = sorted({row for first in firsts for row in self._members.pop(first, [first])})
        self._members[members[0]] = members
        self._first.update(dict.fromkeys(members, members[0]))


def load_directory(specs: Sequence[Path]) -> Directory:
    """Read the directories that the spec files describe, in the order given.

    Raises InputError (one line: file, row, column, remedy) for a spec or file that cannot be used.
    """
    directory = Directory()
    for path in specs:
        spec = load_spec(path)
        aliases = [(layout, path.parent / layout.file) for layout in spec.alias_files()]
        directory.add(spec, read_rows(spec.columns, path.parent / spec.file), aliases)
    directory.join()
    return directory
