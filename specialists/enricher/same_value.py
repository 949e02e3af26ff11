"""Whether two directories say the same in other words, field by field."""

import re
from collections.abc import Callable
from functools import lru_cache
from unicodedata import combining, normalize

import pycountry

from resources.company_names import name_key, name_words, ticker_key, visible, web_host
from resources.directory.hits import Hit
from resources.directory.likeness import same_word
from specialists.enricher.policy import FieldName, policy

# Words at least so alike (`same_word`) are one: a plural, an ending.
_ONE_WORD = 0.8
_WORD = re.compile(r"[^\W\d_]+")
# "Miami, FL", "Tampa (Florida)", "Dublin [3]", "Miami-Dade County": what stands behind a place's own name.
_BEHIND = re.compile(r"[,(\[/].*$|-\w+ county\b")


def same_value(field: FieldName, one: Hit, other: Hit) -> bool:
    """Whether the two rows agree on a field that both have."""
    if field == "region":
        return _same_region(one, other)
    return _SAME[field](getattr(one, field), getattr(other, field))


def country_code(text: str) -> str:
    """The ISO 3166 code (2 letters) of a country by name or code; a text that is none, as a key."""
    return _country_code(visible(text).strip()[:60])


@lru_cache(1 << 12)
def _country_code(text: str) -> str:
    plain = " ".join(re.sub(r"[^\w\s]", "", text.casefold()).split())
    known = policy().country_names.get(plain)
    if known is not None:
        return known
    try:
        return str(pycountry.countries.lookup(plain).alpha_2)
    except LookupError:
        return name_key(text)


def place_words(text: str) -> tuple[str, ...]:
    """A place's own words: abbreviations written out, without region, district number and `City`."""
    return _place_words(visible(text)[:120].casefold())


@lru_cache(1 << 14)
def _place_words(text: str) -> tuple[str, ...]:
    short = policy().place_words
    words = [short.get(word, word) for word in _WORD.findall(_unaccented(_BEHIND.sub("", text)))]
    joined = f" {' '.join(words)} "
    for around in sorted(policy().around_places, key=len, reverse=True):
        bare = joined.replace(f" {around} ", " ")
        joined = bare if bare.strip() else joined
    return tuple(joined.split())


def _unaccented(text: str) -> str:
    return re.sub(r"['\u2018\u2019`]", "", _folded(text))


def _folded(text: str) -> str:
    return "".join(c for c in normalize("NFKD", text) if not combining(c))


def _same_place(one: str, other: str) -> bool:
    ours, theirs = place_words(one), place_words(other)
    return ours == theirs if ours or theirs else one.strip() == other.strip()


def _same_region(one: Hit, other: Hit) -> bool:
    country = country_code(one.country or other.country or "")
    return _region(country, one.region or "") == _region(country, other.region or "")


@lru_cache(1 << 12)
def _region(country: str, text: str) -> tuple[str, ...]:
    """A region's own words, by ISO 3166-2 where its country and code are known."""
    known = pycountry.subdivisions.get(code=f"{country}-{text.strip().upper()}") if country else None
    return place_words(known.name if known else text)


def _same_country(one: str, other: str) -> bool:
    return country_code(one) == country_code(other)


def _same_name(one: str, other: str) -> bool:
    return (name_key(one) or one) == (name_key(other) or other)


@lru_cache(1 << 14)
def _same_industry(one: str, other: str) -> bool:
    ours, theirs = (
        [word for word in name_words(text) if word not in policy().industry_words] for text in (one, other)
    )
    if not ours or not theirs:
        return _same_name(one, other)
    few, many = sorted((ours, theirs), key=len)
    return all(any(same_word(word, its) >= _ONE_WORD for its in many) for word in few)


def _same_tickers(one: str, other: str) -> bool:
    """One in common is enough: directories list different share classes."""
    ours, theirs = ({ticker_key(part) for part in text.split("|")} - {""} for text in (one, other))
    return bool(ours & theirs) if ours or theirs else one == other


def _same_site(one: str, other: str) -> bool:
    """The same host, or one of a company's own: `investors.acme.example` is Acme's."""
    ours, theirs = web_host(one), web_host(other)
    if ours is None or theirs is None:
        return one == other
    return ours == theirs or ours.endswith(f".{theirs}") or theirs.endswith(f".{ours}")


def _same_headcount(one: str, other: str) -> bool:
    low, high = sorted((int(one), int(other)))
    return high - low <= policy().employees_tolerance * high


_SAME: dict[FieldName, Callable[[str, str], bool]] = {
    "name": _same_name,
    "city": _same_place,
    "country": _same_country,
    "industry": _same_industry,
    "tickers": _same_tickers,
    "website": _same_site,
    "employees": _same_headcount,
}
