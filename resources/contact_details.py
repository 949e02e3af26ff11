"""Contact details in free text: e-mail addresses and phone numbers, also lightly disguised ones, and the
account numbers that a check digit gives away (IBAN, payment card).

Names and postal addresses are not looked for: no pattern finds them. A long number that nothing explains
counts as a phone number; dates, years, amounts of money, and numbers called an order or the like do not.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from resources.phone_numbers import phone_spans
from resources.plain_text import plain

MARKER = "[contact detail]"
# Between them their numbering plans allow every usual length of a national number.
COUNTRIES = ("DE", "US", "GB", "FR", "IN", "AU", "BR", "AT", "NO", "CN")

Kind = Literal["email", "phone", "iban", "card"]
Spans = Iterator[tuple[int, int]]


@dataclass(frozen=True, slots=True)
class ContactDetail:
    """`text` is what stands in the original at `span` = (start, end)."""

    kind: Kind
    text: str
    span: tuple[int, int]


_OPEN, _CLOSE = r"[(\[{<*]\s{0,2}", r"\s{0,2}[)\]}>*]"
_AT_SIGN = r"\s{0,3}(?:@|&\#0{0,4}64;|&\#x0{0,4}40;|&commat;|%40)\s{0,3}"
_AT_IN_BRACKETS = rf"[\s_-]{{0,3}}{_OPEN}(?:at|a|@){_CLOSE}[\s_-]{{0,3}}"
_DOT_WORD = rf"(?:\s{{0,3}}{_OPEN}(?:dot|\.){_CLOSE}\s{{0,3}}|[\s_-]{{1,3}}dot[\s_-]{{1,3}})"
_LOCAL = r"[\w.!#$%&'*+/=?^`{|}~\"-]{1,64}"
_LABEL = r"[^\W_](?:[\w-]{0,61}[^\W_])?"
_TLD = r"(?:xn--[a-z0-9-]{2,59}|[^\W\d_]{2,24})(?![^\W_])"
_EMAIL = re.compile(
    rf"{_LOCAL}(?:{_AT_SIGN}|{_AT_IN_BRACKETS})(?:{_LABEL}(?:\.|\s\.\s|{_DOT_WORD})){{1,6}}{_TLD}",
    re.IGNORECASE,
)
# With a bare word "at" only a spelled-out dot makes an address: "meet us at example.com" holds none.
_SPOKEN_EMAIL = re.compile(
    rf"[\w.+-]{{1,64}}[\s_-]{{1,3}}at[\s_-]{{1,3}}(?:[^\W_](?:[^\W_]|-){{0,61}}{_DOT_WORD}){{1,6}}{_TLD}",
    re.IGNORECASE,
)
_AT = re.compile(rf"{_AT_SIGN}|{_AT_IN_BRACKETS}", re.IGNORECASE)
_IBAN = re.compile(r"(?<![^\W_])[A-Z]{2}\d{2}(?:[ -]?[A-Z0-9]){11,30}(?![^\W_])", re.IGNORECASE)
_GAP = re.compile(r"[ -]")
_CARD = re.compile(r"(?<!\d)\d(?:[ -]?\d){12,18}(?!\d)")


def find(text: str, countries: Iterable[str] = COUNTRIES) -> list[ContactDetail]:
    """Every contact detail in the text, in order and without overlap. Never raises.

    `countries`: ISO 3166 codes, whose numbering is tried for phone numbers without a +.
    """
    seen = plain(text)
    rest, found = seen.text, list[tuple[int, int, Kind]]()
    kinds: tuple[tuple[Kind, Callable[[str], Spans]], ...] = (
        ("email", _emails),
        ("iban", _ibans),
        ("card", _cards),
        ("phone", lambda text: phone_spans(text, tuple(countries))),
    )
    for kind, spans in kinds:
        for start, end in list(spans(rest)):
            found.append((start, end, kind))
            rest = rest[:start] + "x" * (end - start) + rest[end:]
    details = [(kind, seen.span(start, end)) for start, end, kind in sorted(found)]
    return [ContactDetail(kind, text[slice(*span)], span) for kind, span in details]


def mask(text: str) -> str:
    """The text with `MARKER` in the place of every contact detail."""
    parts, position = [], 0
    for detail in find(text):
        parts += [text[position : detail.span[0]], MARKER]
        position = detail.span[1]
    return "".join([*parts, text[position:]])


def _emails(text: str) -> Spans:
    if _AT.search(text):
        yield from (match.span() for match in _EMAIL.finditer(text))
    elif "dot" in (lowered := text.casefold()) and "at" in lowered:
        yield from (match.span() for match in _SPOKEN_EMAIL.finditer(text))


def _ibans(text: str) -> Spans:
    for match in _IBAN.finditer(text):
        # What follows may look like more of it, so the longest part that checks counts.
        ends = [match.end(), *(match.start() + gap.start() for gap in _GAP.finditer(match.group()))]
        end = max((end for end in ends if _iban_checks(text[match.start() : end])), default=None)
        if end is not None:
            yield match.start(), end


def _iban_checks(candidate: str) -> bool:
    """ISO 13616: the first four characters moved to the end, letters as 10..35, the remainder by 97 is 1."""
    iban = _GAP.sub("", candidate).upper()
    return len(iban) >= 15 and int("".join(str(int(c, 36)) for c in iban[4:] + iban[:4])) % 97 == 1


def _cards(text: str) -> Spans:
    return (match.span() for match in _CARD.finditer(text) if _luhn_checks(match.group()))


def _luhn_checks(candidate: str) -> bool:
    """ISO/IEC 7812-1 annex B: every second digit from the right doubled, the digits' sum divides by 10."""
    digits = [int(c) for c in reversed(candidate) if c.isdigit()]
    return sum(digits[0::2]) % 10 == -sum(sum(divmod(2 * d, 10)) for d in digits[1::2]) % 10
