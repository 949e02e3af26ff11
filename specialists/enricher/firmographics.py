"""The values of one company, each with its citation, and what must be said about those that are not used."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import get_args

from resources.directory.hits import Hit
from specialists.enricher.policy import FieldName, policy
from specialists.enricher.resolution import Position, Resolution, resolve
from specialists.enricher.schema import Firmographics
from specialists.enricher.tickers import passed_on
from specialists.records import Cited

# More digits than any employer needs; int() of a megabyte of them would take for ever.
_MOST_DIGITS = 9
FIELDS: tuple[FieldName, ...] = get_args(FieldName)
# Why a row's value must not be used, the reason that is nearest to having one first.
WHY_UNUSABLE = ("reassigned", "stale", "future", "unreadable", "missing")


@dataclass(frozen=True, slots=True)
class Known:
    """The values to use, a flag for each field that is empty or disputed, and the disputes in words."""

    values: Firmographics
    flags: list[str]
    disagreements: list[str]


def firmographics(hits: Sequence[Hit], partition: date, confidence: float) -> Known:
    """What a company's rows, in the order of their directories, say on this date.

    `confidence` (0..1) is the match's; no value is surer.
    """
    values: dict[str, Cited] = {}
    words = [f"tickers: {text}" for text in _passed_on(hits, partition)]
    flags = ["reassigned:tickers"] if words else []
    for field in FIELDS:
        usable = usable_rows(field, hits, partition)
        if not usable:
            why = f"{why_none(field, hits, partition)}:{field}"
            flags += [why] if why not in flags else []
            continue
        found = resolve(field, usable)
        if found.disputed:
            words.append(found.in_words())
            flags.append(f"{'conflict' if found.taken else 'unresolved'}:{field}")
        if found.taken is not None:
            values[field] = _cited(found, found.taken, confidence)
    return Known(Firmographics.model_validate(values), flags, words)


def usable_rows(field: FieldName, hits: Sequence[Hit], partition: date) -> list[Hit]:
    """The rows whose value may be used on this date, in order.

    Industries in another scheme than the first one's can neither agree with it nor contradict it.
    """
    usable = [hit for hit in hits if unusable(field, hit, partition) is None]
    if field != "industry" or not usable:
        return usable
    scheme = usable[0].industry_scheme
    return [hit for hit in usable if None in (scheme, hit.industry_scheme) or hit.industry_scheme == scheme]


def unusable(field: FieldName, hit: Hit, partition: date) -> str | None:
    """Why this row's value must not be used on this date (one of WHY_UNUSABLE)."""
    value: str | None = getattr(hit, field)
    if value is None or not value.strip():
        return "missing"
    if field == "employees" and not (value.isascii() and value.isdecimal() and len(value) <= _MOST_DIGITS):
        return "unreadable"
    if hit.as_of > partition:
        return "future"
    if field == "tickers" and passed_on(hit, partition):
        return "reassigned"
    if (partition - hit.as_of).days > policy().max_age_days[field]:
        return "stale"
    return None


def why_none(field: FieldName, hits: Sequence[Hit], partition: date) -> str:
    """The reason that is nearest to having a value."""
    reasons = {unusable(field, hit, partition) for hit in hits}
    return next(why for why in WHY_UNUSABLE if why in reasons)


def most_sure(taken: Position, disputed: bool, confidence: float) -> float:
    """How sure a value may be: as its match and its sources together, less where others say otherwise."""
    sure = min(confidence, round(confidence * taken.trust, 4))
    return min(sure, policy().conflict_confidence) if disputed else sure


def _cited(found: Resolution, taken: Position, confidence: float) -> Cited:
    best = taken.rows[0]
    return Cited(
        value=getattr(best, taken.field),
        source=best.cited_as,
        as_of=best.as_of,
        confidence=most_sure(taken, found.disputed, confidence),
    )


def _passed_on(hits: Sequence[Hit], partition: date) -> list[str]:
    return [
        f"{told.ticker!r} ({hit.cited_as} as of {hit.as_of}) now belongs to {told.name!r} "
        f"({told.to} as of {told.as_of}), so it is not used"
        for hit in hits
        for told in passed_on(hit, partition)[:1]
    ]
