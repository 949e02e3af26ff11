"""What speaks for which company: the hits of one record, grouped by company and weighed."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from resources.company_names import alike, ticker_key, web_host
from resources.directory.hits import Hit, How
from resources.security_names import names_security
from specialists.enricher.place import Place, place_of
from specialists.enricher.policy import Evidence, policy
from specialists.enricher.schema import Reads
from specialists.enricher.tickers import former_holders

Kind = Literal["domain", "name", "ticker"]

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
    """Who wins: the one that beats every other; among equals, the only one whose place agrees, or the only
    listed one where a security is named."""
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


def contradiction(record: Reads, hits: Sequence[Hit]) -> str | None:
    """What a like name does not outweigh: the company is abroad, or its website is not where the lead's mail
    is."""
    if place_of(record, hits) == "abroad":
        return "it is in another country"
    ours = {web_host(text) for text in (record.domain, record.email_domain) if text}
    hosts = {host for host in ours if host and host not in policy().free_mail}
    websites = {web_host(hit.website) for hit in hits if hit.website}
    return "its website is another" if hosts and websites and not hosts & websites else None


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
    if hows == {"ticker"} and _only_formerly(record, hits):
        hows = frozenset()
    return Candidate(same_as, hits, hows, frozenset(_KIND[how] for how in hows), like, place_of(record, hits))


def _only_formerly(record: Reads, hits: Sequence[Hit]) -> bool:
    """Whether every row that the ticker points at has lost it since: alone that is no evidence."""
    pointed_at = sum("ticker" in hit.how for hit in hits)
    return len(former_holders(hits, record.ticker, record.partition)) == pointed_at


def _valid(record: Reads, hit: Hit) -> list[How]:
    """A name that was not borne yet on the partition's date is no evidence on it."""
    if hit.alias_start is not None and hit.alias_start > record.partition:
        return [how for how in hit.how if how != "alias"]
    return hit.how
