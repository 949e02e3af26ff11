"""Drafts to be sent or not: consent, hours by a table of offsets, suppressions, duplicates. And free text."""

import hashlib
import json
import random
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

from evals.generators.making import AUTHOR, Made, joined, made, texts

# Where contacts are: zone, country, hours ahead of UTC in the first week of March 2026.
_ZONES = (
    ("Europe/London", "GB", 0),
    ("Europe/Berlin", "DE", 1),
    ("Europe/Paris", "FR", 1),
    ("Asia/Singapore", "SG", 8),
    ("Asia/Tokyo", "JP", 9),
    ("America/New_York", "US", -5),
    ("America/Chicago", "US", -6),
    ("America/Denver", "US", -7),
    ("America/Los_Angeles", "US", -8),
    ("Australia/Perth", "AU", 8),
)
_SAYS_NOTHING = (None, "", "Thanks", "n/a", "no comment", "Nothing.")
# A Sunday to a Saturday without a national holiday in any of these countries.
_DAYS = tuple(datetime(2026, 3, day, tzinfo=UTC) for day in range(1, 8))
_HOURS = (1, 9, 10, 15, 17, 22)
_WORKFORCE, _CAMPAIGN, _STEP, _DOMAIN = "evals", "harbourdesk-autumn", 1, "harbourdesk.example"
_RULES = "construction: consent, offset and weekday from tables of its own"
_JOINED = "construction: two texts by the author; one objection in them is an objection"
SENT, REFUSED = 3_050, 420
# Messages of two texts. With the texts alone 3,060 are sent if all are read rightly: 2,995 prove 99.9 %.
TWO_HARMLESS, ONE_OBJECTION = 2_910, 350


def sender_cases(rng: random.Random) -> list[Made]:
    """More than 2,995 sends that rules must make, so that a bar of 99.9 % can be proven; then refusals."""
    numbers = count(1)
    cases = [_permitted(rng, next(numbers)) for _ in range(SENT)]
    cases += [_refused(rng, next(numbers)) for _ in range(REFUSED)]
    for _ in range(40):
        cases += _twice(rng, numbers)
    cases += [_written(rng, next(numbers), label, text) for label, text in texts("reply_intent")]
    return cases + _of_two_texts(rng, numbers)


def _of_two_texts(rng: random.Random, numbers: "count[int]") -> list[Made]:
    """Harmless ones in great number, for the bars; and objections that come with something harmless."""
    found: dict[str, list[str]] = {"objection": [], "no_objection": []}
    for label, text in texts("reply_intent"):
        found[label].append(text)
    harmless = found["no_objection"]
    return [
        _written(rng, next(numbers), label, message, _JOINED, repeats=True)
        for label, size in (("no_objection", TWO_HARMLESS), ("objection", ONE_OBJECTION))
        for message in joined(rng, found[label], harmless, size)
    ]


def _open_at(at: datetime, offset: int) -> bool:
    local = at + timedelta(hours=offset)
    return local.weekday() < 5 and 9 <= local.hour < 17


def _when(rng: random.Random, is_open: bool) -> tuple[datetime, tuple[str, str, int]]:
    while True:
        at, zone = rng.choice(_DAYS) + timedelta(hours=rng.choice(_HOURS)), rng.choice(_ZONES)
        if _open_at(at, zone[2]) == is_open:
            return at, zone


def _contact(number: int, zone: tuple[str, str, int], consent: str = "opted_in") -> Made:
    address = f"person{number}@buyer{number % 97}.example"
    return {
        "email": address,
        "first_name": "Kim",
        "timezone": zone[0],
        "country": zone[1],
        "consent": consent,
    }


def _sent(world: Made, at: datetime) -> Made:
    parts = json.dumps([_WORKFORCE, _CAMPAIGN, _STEP, world["email"]])
    message_id = f"<{hashlib.sha256(parts.encode()).hexdigest()}@{_DOMAIN}>"
    return {
        "disposition": "done",
        "output": {"message_id": message_id, "sent_at": at.strftime("%Y-%m-%dT%H:%M:%SZ")},
    }


def _permitted(rng: random.Random, number: int) -> Made:
    at, zone = _when(rng, True)
    world = _contact(number, zone) | {"message": rng.choice(_SAYS_NOTHING)}
    return _case(number, "may be sent", world, at, _sent(world, at))


def _refused(rng: random.Random, number: int) -> Made:
    kinds = (
        "opted out",
        "no consent",
        "suppressed",
        "duplicate",
        "no contact",
        "invalid address",
        "gate",
        "hours",
        "unresolved",
        "nowhere",
    )
    kind = kinds[number % len(kinds)]
    at, zone = _when(rng, kind != "hours")
    world = _contact(number, zone)
    before = (at - timedelta(days=30)).strftime("%Y-%m-%dT%H:%M:%SZ")
    match kind:
        case "opted out":
            world["consent"], expect = "opted_out", _no("skipped", "opted out")
        case "no consent":
            world["consent"], expect = "unknown", _no("skipped", "no consent")
        case "suppressed":
            reason = rng.choice(("unsubscribed", "bounced", "complained"))
            world["suppressed"], expect = (
                {"reason": reason, "at": before},
                _no("skipped", f"suppressed: {reason}"),
            )
        case "duplicate":
            world["earlier"] = {"record_id": "HX1", "partition": "2026-02-01", "state": "sent", "at": before}
            expect = _no("skipped", "", "rule:duplicate")
        case "no contact":
            world["email"], expect = None, _no("skipped", "no contact")
        case "invalid address":
            world["email"], expect = f"person{number} at nowhere", _no("skipped", "invalid address")
        case "gate":
            world["gate_fails"], expect = "uses 'synergy'", _no("held", "send gate")
        case "hours":
            expect = _no("held", "until ", "rule:business_hours")
        case "unresolved":
            day = at.date().isoformat()
            state = rng.choice(("unknown", "failed"))
            own = {"record_id": _id(number), "partition": day, "state": state, "at": before}
            world["earlier"], expect = own, _no("held", "", "rule:unresolved")
        case _:
            world |= {"timezone": None, "country": "US"}
            expect = _no("held", "time zone unknown")
    return _case(number, kind, world, at, expect)


def _twice(rng: random.Random, numbers: "count[int]") -> list[Made]:
    """Two records of one contact in one partition: the first is sent, the second is not."""
    at, zone = _when(rng, True)
    first, second = next(numbers), next(numbers)
    world = _contact(first, zone)
    tagged = world | {"email": world["email"].replace("@", "+again@").upper().replace("BUYER", "buyer")}
    return [
        _case(first, "first of two", world, at, _sent(world, at)),
        _case(second, "second of two", tagged, at, _no("skipped", "", "rule:duplicate")),
    ]


def _written(
    rng: random.Random, number: int, label: str, message: str, provenance: str = AUTHOR, **more: Any
) -> Made:
    at, zone = _when(rng, True)
    world = _contact(number, zone) | {"message": message}
    expect = _sent(world, at) if label == "no_objection" else _no("held", "judgement vetoes")
    expect["judged"] = {"label": label}
    return _case(number, f"{label}: {message[:40]}", world, at, expect, provenance, "judgement", **more)


def _no(disposition: str, reason: str, by: str | None = None) -> Made:
    return {
        "disposition": disposition,
        **({"reason": reason} if reason else {}),
        **({"by": by} if by else {}),
    }


def _id(number: int) -> str:
    return f"HM{number:05}"


def _case(
    number: int,
    name: str,
    world: Made,
    at: datetime,
    expect: Made,
    provenance: str = _RULES,
    decider: str = "rules",
    **more: Any,
) -> Made:
    record = {
        "record_id": _id(number),
        "subject": "Delivery notes at {company}",
        "body": "Hi {first_name},\n\n{call_to_action}: {link}\n\n{sender_name}",
        "company": f"Buyer {number % 97}",
    }
    return made(f"{number:04} {name}", record, expect, provenance, decider, at=at, world=world, **more)
