"""Leads about companies of the held-out directory, written as people write them. The label is the company."""

import random
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from itertools import count

from evals.generators.companies import Company, strangers
from evals.generators.making import AT, Made, made

# A later clock, at which the directory's headcounts and tickers are too old to be used.
LATER = datetime(2027, 6, 1, 10, tzinfo=UTC)
_BY = "construction: the lead was made from this company of the invented directory"
_NONE = "construction: no company of the invented directory has this name"
_BOTH = "construction: two companies of the invented directory bear this name"
_FREE_MAIL = "someone@gmail.com"


def enricher_cases(rng: random.Random, unique: Sequence[Company], twins: Sequence[Company]) -> list[Made]:
    """Rules: exact, normalised, former names, domains, tickers, namesakes. Judgement: strangers, typos."""
    numbers = count(1)
    cases = [*_written(rng, unique, numbers), *_namesakes(twins, numbers)]
    return [*cases, *_strangers(rng, numbers), *_typos(rng, unique, numbers)]


def _written(rng: random.Random, unique: Sequence[Company], numbers: "count[int]") -> list[Made]:
    ways: dict[str, Callable[[Company], Made]] = {
        "name": lambda c: {"company": c.name},
        "name and website": lambda c: {"company": c.name, "domain": c.host},
        "name, city and free mail": lambda c: {"company": c.name, "city": c.city, "email": _FREE_MAIL},
        "other case, no legal form": lambda c: {"company": c.stem.upper()},
        "website as a link": lambda c: {"domain": f"https://www.{c.host}/contact"},
        "work address": lambda c: {"company": c.stem, "email": f"a.person@{c.host}"},
    }
    chosen = [(c, way) for c in unique for way in rng.sample(list(ways), 2)]
    cases = [_lead(numbers, f"{way}: {c.name}", ways[way](c), c) for c, way in chosen]
    listed = [c for c in unique if c.ticker]
    cases += [
        _lead(numbers, f"name and ticker: {c.name}", {"company": c.name, "ticker": c.ticker}, c)
        for c in listed
    ]
    renamed = [c for c in unique if c.former]
    cases += [_lead(numbers, f"former name {c.former}", {"company": c.former}, c) for c in renamed]
    later = rng.sample(list(unique), 150)
    return cases + [_lead(numbers, f"next year: {c.name}", {"company": c.name}, c, at=LATER) for c in later]


def _namesakes(twins: Sequence[Company], numbers: "count[int]") -> list[Made]:
    cases = []
    for one in twins:
        cases.append(_lead(numbers, f"namesake with its city: {one.stem}, {one.city}", _placed(one), one))
    for one in twins[::2]:
        expect = _expect(None, "ambiguous")
        cases.append(_case(numbers, f"namesake: {one.stem}", {"company": one.stem}, expect, _BOTH))
    return cases


def _placed(one: Company) -> Made:
    return {"company": one.stem, "city": one.city, "region": one.region, "country": one.country}


def _strangers(rng: random.Random, numbers: "count[int]") -> list[Made]:
    """Their trades are words of other names, so that judgement is asked, and must find nobody."""
    expect = {"disposition": "done", "output": {"company_id": None}}
    return [
        _case(numbers, f"stranger {name}", {"company": name}, expect, _NONE, decider="judgement")
        for name in strangers(rng)
    ]


def _typos(rng: random.Random, unique: Sequence[Company], numbers: "count[int]") -> list[Made]:
    """One slip in a long name, with nothing else but now and then the city."""
    cases = []
    for company in unique:
        slip = _slip(rng, company.stem)
        lead = {"company": slip} | ({"city": company.city} if rng.random() < 0.4 else {})
        name = f"{slip} for {company.name}"
        cases.append(_lead(numbers, name, lead, company, decider="judgement"))
    return cases


def _slip(rng: random.Random, stem: str) -> str:
    """Two letters swapped, one dropped, one doubled or one mistaken, in the first word, not at its start."""
    head, _, rest = stem.partition(" ")
    at = rng.randrange(2, len(head) - 1)
    kinds = (
        head[:at] + head[at + 1] + head[at] + head[at + 2 :],
        head[:at] + head[at + 1 :],
        head[:at] + head[at] + head[at:],
        head[:at] + rng.choice("bcdfghklmnprstvz") + head[at + 1 :],
    )
    slipped = rng.choice([kind for kind in kinds if kind != head])
    return f"{slipped} {rest}"


def _lead(
    numbers: "count[int]", name: str, lead: Made, company: Company, at: datetime = AT, decider: str = "rules"
) -> Made:
    return _case(numbers, name, lead, _expect(company.id, "matched"), _BY, at, decider)


def _expect(company_id: str | None, status: str) -> Made:
    return {"disposition": "done", "output": {"company_id": company_id, "match_status": status}}


def _case(
    numbers: "count[int]",
    name: str,
    lead: Made,
    expect: Made,
    provenance: str,
    at: datetime = AT,
    decider: str = "rules",
) -> Made:
    number = next(numbers)
    world = {"email": lead.pop("email", None)}
    record = {"record_id": f"HE{number:05}", **lead}
    return made(f"{number:04} {name}", record, expect, provenance, decider, at=at, world=world)
