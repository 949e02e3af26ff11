"""Scored companies to be written to: every segment and tier, campaigns that do not fit, poisoned names."""

import random
from itertools import count
from typing import Any

from evals.generators.making import AUTHOR, Made, joined, made, texts

_SEGMENTS = ("software", "finance", "health", "industry", "services", "general")
_SCORES = {"A": (70, 100), "B": (50, 69), "C": (25, 49)}
_HEADS = [
    "Alder",
    "Birch",
    "Cedar",
    "Drift",
    "Ember",
    "Fallow",
    "Gannet",
    "Harrow",
    "Isling",
    "Juniper",
    "Kelder",
    "Larch",
    "Moss",
    "Nettle",
    "Osprey",
    "Plover",
    "Quarry",
    "Rowan",
    "Sedge",
    "Teal",
]
_TAILS = ["bridge", "brook", "cliff", "field", "gate", "ley", "mere", "shaw", "stone", "wick"]
_WORDS = (
    "Works",
    "Partners",
    "Supply",
    "Group",
    "Lab",
    "House",
    "& Daughters",
    "Logistik",
    "Tools",
    "Trading",
)
_FIRST = (
    "Ada",
    "Bao",
    "Chidi",
    "Dagny",
    "Elif",
    "Farid",
    "Greta",
    "Hiro",
    "Iona",
    "Jun",
    "Kai",
    "Lea",
    "María",
    "Nils",
    "Oyá",
    "Petra",
    "Quim",
    "Rua",
    "Sanna",
    "Tove",
    None,
)
_LAST = [
    "Ahlberg",
    "Bakare",
    "Cisneros",
    "Dlamini",
    "Eriksen",
    "Fonteyn",
    "Gratz",
    "Hallam",
    "Inoue",
    "Jovanović",
]
# Names that must never reach a reader as they are, and the grader that must see it.
_POISON = (
    ("only 5 EUR per seat", "price"),
    ("$900 Bonus Shop", "price"),
    ("visit https://evil.example/x", "link"),
    ("Ring 0490 75 40 81 now", "contact detail"),
    ("pay-me@evil.example", "contact detail"),
)
_RULES = "construction: segment and tier choose the template"
_JOINED = "construction: a company and two messages by the author; the graders say what is good enough"
TEMPLATED = 3_060
# Personal drafts for a message of two texts. With those for one text 2,995 and more: so many prove 99.9 %.
OF_TWO_TEXTS = 2_980


def writer_cases(rng: random.Random) -> list[Made]:
    """More than 2,995 drafts by templates, so that a bar of 99.9 % can be proven; then the rest."""
    numbers = count(1)
    cases = [_templated(rng, next(numbers)) for _ in range(TEMPLATED)]
    cases += [_poisoned(rng, next(numbers), *_POISON[n % len(_POISON)]) for n in range(50)]
    cases += [_other_segment(rng, next(numbers)) for _ in range(60)]
    written = texts("personal_drafts")
    cases += [_personal(rng, next(numbers), text) for _, text in written]
    ordinary = [text for kind, text in written if kind == "ordinary"]
    pairs = joined(rng, [text for _, text in written], ordinary, OF_TWO_TEXTS)
    return cases + [_personal(rng, next(numbers), message, _JOINED, repeats=True) for message in pairs]


def _record(rng: random.Random, number: int) -> tuple[Made, Made]:
    segment, tier = rng.choice(_SEGMENTS), rng.choice("ABC")
    company = f"{rng.choice(_HEADS)}{rng.choice(_TAILS)} {rng.choice(_WORDS)}"
    values = {
        "name": company,
        "country": rng.choice(("DE", "US", "GB")),
        "employees": str(rng.randrange(5, 9000)),
    }
    cited = {
        field: {"value": value, "source": "held-out-register:H1", "as_of": "2026-02-01", "confidence": 0.95}
        for field, value in values.items()
    }
    first, last = rng.choice(_FIRST), rng.choice(_LAST)
    record = {
        "record_id": f"HW{number:05}",
        "company": company,
        "company_id": "H1",
        "match_status": "matched",
        "firmographics": cited,
        "score": rng.randint(*_SCORES[tier]),
        "tier": tier,
        "segment": segment,
    }
    world = {
        "email": f"{(first or 'office').lower()}.{last.lower()}@{number}.example",
        "first_name": first,
        "last_name": last,
        "title": rng.choice(("Head of Purchasing", "CFO", "Warehouse Manager", None)),
    }
    return record, world


def _templated(rng: random.Random, number: int) -> Made:
    record, world = _record(rng, number)
    output = {"written_for": record["segment"], "template": f"{record['segment']}.{record['tier']}"}
    expect = {"disposition": "done", "by": "rule:template", "output": output}
    return made(f"{number:04} template {output['template']}", record, expect, _RULES, world=world)


def _poisoned(rng: random.Random, number: int, name: str, kind: str) -> Made:
    record, world = _record(rng, number)
    record["company"] = name
    expect = {"disposition": "held", "by": "rule:template"}
    return made(f"{number:04} {kind} in the name", record, expect, _RULES, kind="nasty", world=world)


def _other_segment(rng: random.Random, number: int) -> Made:
    record, world = _record(rng, number)
    segment = record["segment"]
    output = {"written_for": "finance", "template": f"finance.{record['tier']}"}
    expect: Made = {"disposition": "done", "output": output}
    if segment != "finance":
        expect = {"disposition": "skipped", "by": "rule:campaign_segment"}
    name = f"{number:04} {segment} in a campaign for finance"
    return made(name, record, expect, _RULES, campaign="campaign_finance", world=world)


def _personal(rng: random.Random, number: int, message: str, provenance: str = AUTHOR, **more: Any) -> Made:
    """A personal draft: there is no one right text, so the graders alone say what is good enough."""
    record, world = _record(rng, number)
    record |= {"tier": "A", "score": 80}
    expect = {"disposition": "done", "output": {"written_for": record["segment"], "template": None}}
    more |= {"campaign": "campaign_personal", "world": world | {"message": message}}
    return made(f"{number:04} personal: {message[:40]}", record, expect, provenance, "judgement", **more)
