"""What speaks for which company: the hits of one record, grouped by company and weighed."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

import pycountry

from resources.company_names import alike, name_key, ticker_key
from resources.directory import Hit, How
from resources.security_names import names_security
from specialists.enricher.policy import Evidence, policy
from specialists.enricher.schema import Reads

Kind = Literal["domain", "name", "ticker"]
Place = Literal["agrees", "differs", "abroad", "unknown"]

_KIND: dict[How, Kind] = {
    "domain": "domain",
    "exact name": "name",
    "normalised name": "name",
    "alias": "name",
    "ticker": "ticker",
}


@dataclass(frozen=True, slots=True)
class Candidate:
    """One company that the record points at: its directory rows, and the evidence for it.

    `like_name`: whether its name has anything in common with the written one; None when none is written.
    """

    same_as: str
    hits: Sequence[Hit]
    hows: frozenset[How]
    kinds: frozenset[Kind]
    like_name: bool | None
    place: Place

    @property
    def listed(self) -> bool:
        """Whether any of its rows has a ticker."""
        return any(hit.tickers for hit in self.hits)

    @property
    def company_id(self) -> str:
        return company_id(self.hits)

    def beats(self, other: "Candidate") -> bool:
        """All that speaks for the other speaks for this one and more, or two kinds stand against one."""
        return self.kinds > other.kinds or (len(self.kinds) > 1 and len(other.kinds) == 1)

    def only_by_foreign_ticker(self) -> bool:
        """Only the ticker points here, and the written name is quite another: tickers get reassigned."""
        return self.kinds == {"ticker"} and self.like_name is False


@dataclass(frozen=True, slots=True)
class Weighed:
    """The candidates of one record, and the one that the evidence singles out, where it does."""

    candidates: Sequence[Candidate]
    winner: Candidate | None
    by: Literal["place", "listing"] | None = None


def weigh(record: Reads) -> Weighed:
    """Who wins: the one that beats every other; among equals, the only one whose place agrees, or the only listed
    one where a security is named."""
    found = candidates(record)
    for one in found:
        if all(one is other or one.beats(other) for other in found):
            return Weighed(found, one)
    local = [one for one in found if one.place == "agrees"]
    if len(local) == 1 and all(local[0].kinds >= other.kinds for other in found):
        return Weighed(found, local[0], "place")
    listed = [one for one in found if one.listed]
    if len(listed) == 1 and record.company and names_security(record.company):
        return Weighed(found, listed[0], "listing")
    return Weighed(found, None)


def candidates(record: Reads) -> list[Candidate]:
    """The companies among the hits that something valid on the partition's date points at."""
    rows: dict[str, list[Hit]] = {}
    for hit in record.companies:
        rows.setdefault(hit.same_as, []).append(hit)
    found = (_candidate(record, same_as, hits) for same_as, hits in rows.items())
    return [candidate for candidate in found if candidate.kinds]


def company_id(hits: Sequence[Hit]) -> str:
    """A company's id in the first directory given that has it."""
    return next((hit.id for hit in hits if hit.cited_as == hit.same_as), hits[0].id)


def offered(record: Reads) -> dict[str, list[Hit]]:
    """All companies that a judgement may choose: `same_as` -> their directory rows."""
    rows: dict[str, list[Hit]] = {one.same_as: list(one.rows) for one in record.similar}
    for hit in record.companies:
        known = rows.setdefault(hit.same_as, [])
        if all(hit.cited_as != other.cited_as for other in known):
            known.append(hit)
    return rows


def written_name(company: str | None, ticker: str | None) -> str | None:
    """The company as written; None where nothing is, or only the ticker once more."""
    name = (company or "").strip()
    if not name or (ticker and ticker_key(name) == ticker_key(ticker)):
        return None
    return name


def evidence(candidate: Candidate) -> Evidence:
    """The line of policy.yaml's confidence table that fits."""
    match sorted(candidate.kinds):
        case ["domain"]:
            return _by_name(candidate, "domain", "domain_like_name", "domain_other_name")
        case ["ticker"]:
            return _by_name(candidate, "ticker", "ticker_like_name", "ticker")
        case ["domain", "ticker"]:
            return "domain_and_ticker"
        case ["name", "ticker"]:
            return "name_and_ticker"
        case ["name"]:
            return _by_spelling(candidate)
        case _:
            return "domain_and_name"


def _by_name(candidate: Candidate, none: Evidence, like: Evidence, other: Evidence) -> Evidence:
    if candidate.like_name is None:
        return none
    return like if candidate.like_name else other


def _by_spelling(candidate: Candidate) -> Evidence:
    if "exact name" in candidate.hows:
        return "exact_name"
    return "normalised_name" if "normalised name" in candidate.hows else "former_name"


def _candidate(record: Reads, same_as: str, hits: list[Hit]) -> Candidate:
    hows = frozenset(how for hit in hits for how in _valid(record, hit))
    name = written_name(record.company, record.ticker)
    like = None if name is None else any(alike(name, hit.name, policy().generic_words) for hit in hits)
    return Candidate(
        same_as, hits, hows, frozenset(_KIND[how] for how in hows), like, place_of(record, hits)
    )


def _valid(record: Reads, hit: Hit) -> list[How]:
    """A name that was not borne yet on the partition's date is no evidence on it."""
    if hit.alias_start is not None and hit.alias_start > record.partition:
        return [how for how in hit.how if how != "alias"]
    return hit.how


def place_of(record: Reads, hits: list[Hit]) -> Place:
    """The best that any row of the company says."""
    places = {_place(record, hit) for hit in hits}
    best: tuple[Place, ...] = ("agrees", "unknown", "differs", "abroad")
    return next(place for place in best if place in places)


def _place(record: Reads, hit: Hit) -> Place:
    """Cities decide; without a pair of them regions do. One region with two cities says nothing."""
    if not _same_country(record.country, hit.country):
        return "abroad"
    city, region = _same(record.city, hit.city), _same(record.region, hit.region)
    match city, region:
        case (True, None | True) | (None, True):
            return "agrees"
        case (None, None) | (False, True):
            return "unknown"
        case _:
            return "differs"


@lru_cache(1 << 16)
def _same(ours: str | None, theirs: str | None) -> bool | None:
    """None where one is missing, or a code stands beside a name and nothing can be said."""
    if not ours or not theirs:
        return None
    one, other = (name_key(text).removesuffix("city") for text in (ours, theirs))
    if one == other:
        return True
    return None if (len(one) <= 3) != (len(other) <= 3) else False


@lru_cache(1 << 12)
def _same_country(ours: str | None, theirs: str | None) -> bool:
    """False only where both are countries that ISO 3166 knows, by name or code, and they are two."""
    if not ours or not theirs:
        return True
    try:
        return bool(pycountry.countries.lookup(ours) == pycountry.countries.lookup(theirs))
    except LookupError:
        return True
