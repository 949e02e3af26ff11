"""The company directory: what registers say about companies, found by domain, name, former name or ticker.

Several directories may be given, in order; `resources.directory.joining` says which rows are one company.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from functools import cached_property
from pathlib import Path

from resources.company_names import name_key, name_words, ticker_key, web_host
from resources.directory.hits import Hit, How, Reassigned, Similar
from resources.directory.joining import Companies, Joining
from resources.directory.reassigned import reassigned_tickers
from resources.directory.similarity import (
    MEASURES,
    Likeness,
    Name,
    NameSimilarity,
    domain_label,
    written_words,
)
from resources.directory.spec import Aliases, DirectorySpec
from resources.directory.table import CompanyRow, read_aliases
from resources.security_names import issuer_name


class Directory:
    """Look-up over all rows of the directories given. Built by `resources.directory.loading`."""

    def __init__(self) -> None:
        self._rows: list[CompanyRow] = []
        self._spec_of: list[DirectorySpec] = []
        self._companies = Companies()
        self._reassigned: Mapping[int, tuple[Reassigned, ...]] = {}
        self.unknown_same_as: Mapping[str, int] = {}
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
        found = sorted({self._companies.first(row) for row in how})
        return [
            self._hit(row, how.get(row, []), aliases.get(row))
            for first in found
            for row in self._companies.members(first)
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
        also = {self._companies.first(row) for code in codes for row in self._by_ticker.get(code.upper(), ())}
        like = self._similarity.like(company, labels, also)
        return [self._similar(first, likeness) for first, likeness in like]

    def _similar(self, first: int, likeness: Likeness) -> Similar:
        name = likeness.name
        rows = [self._plain(row) for row in self._companies.members(first)]
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
        return NameSimilarity([*names, *aliases], self._companies.first, lambda row: self._rows[row].region)

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
        spec = self._spec_of[row]
        values = self._rows[row]._asdict() | {"as_of": self._as_of(row)}
        del values["same_as"]
        return Hit.model_construct(
            source=spec.source,
            same_as=self._cited_as(self._companies.first(row)),
            trust=spec.trust,
            industry_scheme=spec.industry_scheme,
            how=how,
            alias=alias.text if alias else None,
            alias_start=alias.start if alias else None,
            alias_end=alias.end if alias else None,
            reassigned=self._reassigned.get(row, ()),
            **values,
        )

    def _cited_as(self, row: int) -> str:
        return f"{self._spec_of[row].source}:{self._rows[row].id}"

    def _as_of(self, row: int) -> date:
        return self._rows[row].as_of or self._spec_of[row].as_of

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
        """Say which rows of different directories are one company. Called once, after the last `add`.

        Then `unknown_same_as` tells for each source how many of its rows name a company that is in no other
        directory given.
        """
        joining = Joining(self._rows, self._spec_of)
        self._companies, self.unknown_same_as = joining.join(self._by_host)
        self._reassigned = reassigned_tickers(self._by_ticker, self._companies, self._as_of, self._holds)

    def _holds(self, row: int, ticker: str) -> Reassigned:
        about, to = self._rows[row], self._cited_as(row)
        return Reassigned(
            ticker=ticker, to=to, name=about.name, country=about.country, as_of=self._as_of(row)
        )
