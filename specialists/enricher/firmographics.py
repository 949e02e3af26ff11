"""The values of one company, each with its citation, and what must be said about those that are not used."""

from collections.abc import Sequence
from datetime import date
from typing import get_args

from resources.company_names import name_key, web_host
from resources.directory.hits import Hit
from specialists.enricher.policy import FieldName, policy
from specialists.enricher.schema import Firmographics
from specialists.records import Cited

FIELDS: tuple[FieldName, ...] = get_args(FieldName)


def firmographics(hits: Sequence[Hit], partition: date, confidence: float) -> tuple[Firmographics, list[str]]:
    """The values to use and the flags, from a company's rows in the order of their directories.

    Where directories disagree the fresher as_of wins, ties go to the first given, and the flag says so.
    """
    values: dict[str, Cited] = {}
    flags: list[str] = []
    for field in FIELDS:
        usable = [hit for hit in hits if unusable(field, hit, partition) is None]
        if not usable:
            flags.append(f"{_why_none(field, hits, partition)}:{field}")
            continue
        best = freshest(usable)
        disputed = differ(field, usable)
        if disputed:
            flags.append(f"conflict:{field}")
        sure = min(confidence, policy().conflict_confidence) if disputed else confidence
        values[field] = Cited(
            value=getattr(best, field), source=best.cited_as, as_of=best.as_of, confidence=sure
        )
    return Firmographics.model_validate(values), flags


def unusable(field: FieldName, hit: Hit, partition: date) -> str | None:
    """Why this row's value must not be used on this date (`missing`, `unreadable`, `future`, `stale`)."""
    value: str | None = getattr(hit, field)
    if value is None or not value.strip():
        return "missing"
    if field == "employees" and not (value.isascii() and value.isdecimal()):
        return "unreadable"
    if hit.as_of > partition:
        return "future"
    if (partition - hit.as_of).days > policy().max_age_days[field]:
        return "stale"
    return None


def freshest(hits: Sequence[Hit]) -> Hit:
    """The row with the latest as_of; of several such, the first."""
    return max(hits, key=lambda hit: hit.as_of)


def differ(field: FieldName, hits: Sequence[Hit]) -> bool:
    """Whether rows disagree in more than spelling."""
    return len({_comparable(field, getattr(hit, field)) for hit in hits}) > 1


def _comparable(field: FieldName, value: str) -> object:
    if field == "website":
        return web_host(value) or value
    if field == "tickers":
        return frozenset(value.upper().split("|"))
    return name_key(value) or value


def _why_none(field: FieldName, hits: Sequence[Hit], partition: date) -> str:
    """The reason that is nearest to having a value."""
    reasons = {unusable(field, hit, partition) for hit in hits}
    return next(why for why in ("stale", "future", "unreadable", "missing") if why in reasons)
