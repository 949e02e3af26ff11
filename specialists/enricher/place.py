"""Whether a company lies where the lead says."""

from collections.abc import Iterable
from functools import lru_cache
from typing import Literal

import pycountry

from resources.company_names import name_key
from resources.directory.hits import Hit
from specialists.enricher.schema import Reads

Place = Literal["agrees", "differs", "abroad", "unknown"]


def place_of(record: Reads, hits: Iterable[Hit]) -> Place:
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
