"""Scored leads by arithmetic of their own: tables below, written from the rubric's text, and plain sums."""

import random
from itertools import count
from typing import Any

from evals.generators.making import AUTHOR, Made, joined, made, texts

# What a title, a source, a headcount and an industry are worth, by hand from rubric.yaml. 100 points in all.
_TITLES: dict[str | None, int] = {
    None: 0,
    "CFO": 20,
    "Chief Operating Officer": 20,
    "Co-Founder & CEO": 20,
    "Managing Director": 20,
    "Geschäftsführerin": 20,
    "Vice President Sales": 15,
    "Head of Procurement": 15,
    "Finance Director": 15,
    "Operations Manager": 10,
    "Financial Controller": 10,
    "Team Lead Billing": 10,
    "Accountant": 5,
    "Systems Analyst": 5,
    "Product Owner": 5,
    "Wizard of Light Bulb Moments": 2,
    "Former CEO": 0,
    "Retired President": 0,
    "Assistant to the CFO": 4,
}
_SOURCES: dict[str | None, int] = {
    None: 0,
    "Referral": 10,
    "demo request": 8,
    "Pricing page": 8,
    "Trade show": 6,
    "webinar": 6,
    "Newsletter": 4,
    "LinkedIn": 4,
    "purchased list": 1,
    "import": 1,
    "carrier pigeon": 2,
}
_SIZES: dict[str | None, int] = {
    None: 0,
    "1": 3,
    "9": 3,
    "10": 8,
    "49": 8,
    "50": 14,
    "249": 14,
    "250": 20,
    "999": 20,
    "1000": 25,
    "40000": 25,
}
_INDUSTRIES: dict[str | None, tuple[str, int]] = {
    None: ("general", 0),
    "Regional Banks": ("finance", 20),
    "Property & Casualty Insurance": ("finance", 20),
    "Biotechnology": ("health", 15),
    "Health Care Facilities": ("health", 15),
    "Application Software": ("software", 20),
    "Systems Software": ("software", 20),
    "Industrial Machinery": ("industry", 15),
    "Steel Works": ("industry", 15),
    "Air Freight & Logistics": ("services", 10),
    "Management Consulting Services": ("services", 10),
    "Astrology": ("general", 5),
}
_INTENTS = {"buying": 15, "curious": 8, "support": 4, "not_interested": 0, "unrelated": 0}
_COURTESIES = (None, "Hello", "Thanks!", "https://www.example.com/page")
_STUDENTS = ("Student at Exampleton", "Marketing Intern", "Werkstudentin")
_THESES = ("I need some figures for my thesis.", "This is for a school project, can you help?")
_RULES = "construction: sums from tables of its own"
_JOINED = "construction: a text by the author, beside a sentence that says nothing of intent"
# Messages of each intent in a context. With the texts alone a thousand: 299 that are answered prove 99 %, and
# local candidates answer few.
WITH_CONTEXT = 140


def scorer_cases(rng: random.Random) -> list[Made]:
    numbers = count(1)
    cases = [_scored(rng, numbers) for _ in range(640)]
    cases += [_disqualified(rng, numbers) for _ in range(60)]
    cases += [_without_firmographics(rng, numbers) for _ in range(40)]
    cases += [_written(rng, numbers, label, text) for label, text in texts("message_intent")]
    return cases + _in_context(rng, numbers)


def _in_context(rng: random.Random, numbers: "count[int]") -> list[Made]:
    """Intents as they were, in a message that says more."""
    contexts = [text for _, text in texts("contexts")]
    return [
        _written(rng, numbers, label, message, _JOINED, repeats=True)
        for label in _INTENTS
        for message in joined(
            rng, [one for found, one in texts("message_intent") if found == label], contexts, WITH_CONTEXT
        )
    ]


def _lead(rng: random.Random) -> tuple[Made, Made, int, str]:
    """(record, world, points of what is known, segment)."""
    title, source = rng.choice(list(_TITLES)), rng.choice(list(_SOURCES))
    size, industry = rng.choice(list(_SIZES)), rng.choice(list(_INDUSTRIES))
    website, ticker = rng.random() < 0.6, rng.random() < 0.3
    values = {
        "name": "Oakhollow Group",
        "country": rng.choice(("US", "GB", "DE", "FR")),
        "employees": size,
        "industry": industry,
        "website": "https://www.oakhollow.example" if website else None,
        "tickers": "ZOAK" if ticker else None,
    }
    segment, fit = _INDUSTRIES[industry]
    presence = 10 if ticker else 5 if website else 0
    points = _TITLES[title] + _SOURCES[source] + _SIZES[size] + fit + presence
    return _record(values), {"title": title, "source": source}, points, segment


def _record(values: dict[str, str | None]) -> Made:
    found = {
        field: {"value": value, "source": "held-out-register:H1", "as_of": "2026-02-01", "confidence": 0.95}
        for field, value in values.items()
        if value is not None
    }
    return {
        "company": "Oakhollow",
        "company_id": "H1",
        "match_status": "matched",
        "match_confidence": 0.95,
        "flags": [],
        "firmographics": found,
    }


def _tier(score: int) -> str:
    return "A" if score >= 70 else "B" if score >= 50 else "C" if score >= 25 else "D"


def _expect(score: int, segment: str, **more: Any) -> Made:
    output = {"score": score, "tier": _tier(score), "segment": segment}
    return {"disposition": "done", "output": output, **more}


def _scored(rng: random.Random, numbers: "count[int]") -> Made:
    record, world, points, segment = _lead(rng)
    world["message"] = rng.choice(_COURTESIES)
    return _case(numbers, "sum of points", record, world, _expect(points, segment))


def _disqualified(rng: random.Random, numbers: "count[int]") -> Made:
    record, world, _, segment = _lead(rng)
    kind = rng.choice(("title", "message", "country"))
    match kind:
        case "title":
            world["title"] = rng.choice(_STUDENTS)
        case "message":
            world["message"] = rng.choice(_THESES)
        case _:
            record["country"] = rng.choice(("CU", "Iran", "KP", "Syria"))
    return _case(numbers, f"not scored by {kind}", record, world, _expect(0, segment, by="rule:disqualify"))


def _without_firmographics(rng: random.Random, numbers: "count[int]") -> Made:
    record, world, _, _ = _lead(rng)
    if rng.random() < 0.5:
        record |= {"match_status": "ambiguous", "company_id": None, "firmographics": None}
    else:
        record["firmographics"] = {"name": record["firmographics"]["name"]}
    expect = {"disposition": "held", "reason": "no firmographics"}
    return _case(numbers, "nothing known of the company", record, world, expect)


def _written(
    rng: random.Random,
    numbers: "count[int]",
    label: str,
    message: str,
    provenance: str = AUTHOR,
    **more: Any,
) -> Made:
    record, world, points, segment = _lead(rng)
    world["message"] = message
    expect = _expect(points + _INTENTS[label], segment, judged={"label": label})
    name = f"{label}: {message[:40]}"
    return _case(numbers, name, record, world, expect, provenance, "judgement", **more)


def _case(
    numbers: "count[int]",
    name: str,
    record: Made,
    world: Made,
    expect: Made,
    provenance: str = _RULES,
    decider: str = "rules",
    **more: Any,
) -> Made:
    number = next(numbers)
    record = {"record_id": f"HS{number:05}", **record}
    return made(f"{number:04} {name}", record, expect, provenance, decider, world=world, **more)
