"""Where phone numbers stand in a text. Possible ones, not only assigned ones: missing one costs more."""

import ipaddress
import re
from collections.abc import Iterable, Iterator

from phonenumbers import Leniency, PhoneNumberMatcher

# At least 7 digits, with at most 4 characters of the usual punctuation between two of them.
_NUMBER = re.compile(r"(?<![^\W_])[+(\[]{0,2}\d(?:[\s().\[\]/*_-]{0,4}\d){6,40}(?![^\W_])")
_DIGIT_WORD = "zero|oh|nought|one|two|three|four|five|six|seven|eight|nine|double|triple|plus"
_SPOKEN = re.compile(rf"\b(?:(?:{_DIGIT_WORD})\b[\s,.-]{{0,3}}){{7,30}}", re.IGNORECASE)
# Seven digits wherever they stand: a text without them cannot hold a number written in digits.
_SEVEN_DIGITS = re.compile(r"(?:\d\D{0,4}){6}\d")

_MONEY = r"(?:[$€£¥₹]|\b(?:USD|EUR|GBP|CHF|JPY|INR|AUD|CAD)\b)"
_YEAR = r"(?:19|20)\d\d"
_MONTH = r"(?:0?[1-9]|1[0-2])"
_DAY = r"(?:0?[1-9]|[12]\d|3[01])"
_SERIAL = r"(?:order|invoice|ticket|case|ref|reference|id|sku|item|po|booking|tracking)"
# Numbers that say themselves what they are.
_OTHER_NUMBERS = re.compile(
    rf"{_MONEY}\s?\d[\d,.]{{0,20}}"
    rf"|(?<![\d,.])\d[\d,.]{{0,20}}\s?{_MONEY}"
    rf"|(?<!\d){_YEAR}(?P<a>[-/.]){_MONTH}(?P=a){_DAY}(?!\d)(?:[T ]\d\d:?\d\d(?::?\d\d)?)?"
    rf"|(?<!\d){_YEAR}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])(?!\d)"
    rf"|(?<!\d){_DAY}(?P<b>[-/.]){_DAY}(?P=b){_YEAR}(?!\d)"
    rf"|(?<![\d.-]){_YEAR}(?:\s?[-/,]\s?{_YEAR}|\s{_YEAR})+(?![\d-])"
    r"|(?<![\d.])\d{1,3}(?:\.\d{3}){1,4}(?![\d.-])"
    rf"|(?:\#\s?|\b{_SERIAL}\b\s?(?:number\b|no\b|nr\b|id\b)?[.:]?\s?\#?)\d{{5,}}(?![\d-]|\s\d)",
    re.IGNORECASE,
)


def phone_spans(text: str, countries: Iterable[str]) -> Iterator[tuple[int, int]]:
    """(start, end) of what reads as a phone number in at least one of these countries (ISO 3166 codes)."""
    yield from (match.span() for match in _SPOKEN.finditer(text))
    if not _SEVEN_DIGITS.search(text):
        return
    # A letter in the place of each: what is left of a number next to it is no number either.
    rest = _OTHER_NUMBERS.sub(lambda match: "x" * len(match.group()), text)
    for match in _NUMBER.finditer(rest):
        if not _is_ip_address(match.group()) and _is_possible(match.group(), countries):
            yield match.span()


def _is_possible(candidate: str, countries: Iterable[str]) -> bool:
    return any(PhoneNumberMatcher(candidate, c, Leniency.POSSIBLE, 10).has_next() for c in countries)


def _is_ip_address(candidate: str) -> bool:
    try:
        ipaddress.ip_address(candidate)
    except ValueError:
        return False
    return True
