"""What graders look for in words: money, claims nobody can check, links, leftovers of other notations.

Every function takes plain text (resources/plain_text.py) and answers with the offending words, or None.
"""

import re
from collections.abc import Iterable
from functools import cache, lru_cache

from specialists.writer.grading.vocabulary import any_of, entries

_DIGITS = re.compile(r"\d+(?:[.,]\d+)*")
_NAME = re.compile(r"[\w&'-]+")
_LINK = re.compile(
    r"[a-z][a-z0-9+.-]{1,20}:\S+"  # any scheme
    r"|\bwww\b\S*|\]\(|<\s?a\b|\bhref\b"
    r"|\b[^\W_](?:[\w-]{0,61}[^\W_])?(?:\.|\s?[(\[{]\s?(?:dot|\.)\s?[)\]}]\s?)[^\W\d_]{2,24}\b"
    r"|\b\w+ dot [a-z]{2,6}\b"
    r"|\b\d{1,3}(?:\.\d{1,3}){3}\b"
    r"|\bxn--\S+",
    re.IGNORECASE,
)
_LEFTOVER = re.compile(
    r"\[[^\]\n]*\]|<[^>\n]*>|%[A-Za-z_]+%|\$\{?[A-Za-z_]\w*|__\w+__|\b(?:TODO|TBD|XXX+)\b|lorem ipsum",
    re.IGNORECASE,
)
# Every currency sign: Unicode category Sc.
_SIGN = "$\u00a2-\u00a5\u058f\u060b\u0e3f\u17db\u20a0-\u20cf\ufdfc"


# Templates give thousands of records the same text.
_remembered = lru_cache(maxsize=1_000)


@_remembered
def money(text: str) -> str | None:
    """An amount of money, or a word or sign for a currency."""
    if found := _money().search(text):
        return found.group().strip()
    codes = _code_beside_number().finditer(text)
    return next((m.group() for m in codes if (m[1] or m[2]) in _currency_codes()), None)


@_remembered
def price_promise(text: str) -> str | None:
    """A price in other words: free, cheaper, so many percent off."""
    kept = re.sub(any_of("not_a_price"), " ", text, flags=re.IGNORECASE)
    return _first(_price_promise(), kept)


@_remembered
def claim(text: str) -> str | None:
    """A claim about customers, results or rank."""
    return _first(re.compile(any_of("claims"), re.IGNORECASE), text)


def number(text: str, known: Iterable[str]) -> str | None:
    """A number, in digits or in words, that stands in none of the known texts."""
    counts = re.compile(any_of("counts"), re.IGNORECASE)
    source = "\n".join(known)
    digits = {_bare(found) for found in _DIGITS.findall(source)}
    words = {found.casefold() for found in counts.findall(source)}
    odd_digits = (found for found in _DIGITS.findall(text) if _bare(found) not in digits)
    odd_words = (found for found in counts.findall(text) if found.casefold() not in words)
    return next(odd_digits, None) or next(odd_words, None)


def named_company(text: str, known: Iterable[str]) -> str | None:
    """A name, as of a company or a product, with a word that stands in none of the known texts."""
    words = entries("calendar") | {word.casefold() for source in known for word in _NAME.findall(source)}
    names = (match[1] or match[2] for match in _named().finditer(text))
    return next((name for name in names if not {w.casefold() for w in _NAME.findall(name)} <= words), None)


@_remembered
def link(text: str) -> str | None:
    """A link, a domain, or markup that makes one. Two words joined by a full stop read as a domain too."""
    return _first(_LINK, text)


@_remembered
def leftover(text: str) -> str | None:
    """A placeholder in a notation that nothing fills in, or a note to oneself."""
    return _first(_LEFTOVER, text)


def _first(pattern: re.Pattern[str], text: str) -> str | None:
    found = pattern.search(text)
    return found.group().strip() if found else None


def _bare(digits: str) -> str:
    return re.sub(r"[.,]", "", digits)


@cache
def _number() -> str:
    return rf"(?:\d+(?:[.,]\d+)*|(?:{any_of('counts')}[\s-]*)+)"


@cache
def _money() -> re.Pattern[str]:
    per_unit = rf"\b{_number()}\s?(?:/|\b(?:per|an?|each)\s)\s?{any_of('priced_units')}"
    return re.compile(rf"[{_SIGN}].{{0,12}}|{any_of('currencies')}|{per_unit}", re.IGNORECASE)


@cache
def _code_beside_number() -> re.Pattern[str]:
    number = f"(?i:{_number()})"
    return re.compile(rf"\b([A-Z]{{3}})\s?{number}|{number}\s?([A-Z]{{3}})\b")


@cache
def _price_promise() -> re.Pattern[str]:
    percent = rf"\b{_number()}\s?(?:%|‰|per\s?-?cent\b)"
    less = r"\b(?:off|less|lower|reduction|reduc\w+|sav\w+)\b"
    return re.compile(
        rf"{any_of('price_promises')}|(?<!-){any_of('free')}"
        rf"|{percent}(?=.{{0,30}}{less})|{less}.{{0,30}}?{percent}",
        re.IGNORECASE,
    )


@cache
def _named() -> re.Pattern[str]:
    """A name before a legal form, or a capitalised word after a word that a name would follow."""
    name = r"[A-Z][\w&'-]*"
    before = "like|such as|including|with|for|at|by|from|of|than|as|and|helped|unlike"
    return re.compile(
        rf"\b({name}(?: {name}){{0,4}}),? (?i:{any_of('legal_forms')})|\b(?:{before}) ((?!I\b){name})"
    )


@cache
def _currency_codes() -> frozenset[str]:
    import pycountry  # reads its tables at first use

    return frozenset(currency.alpha_3 for currency in pycountry.currencies)
