"""Text as a reader sees it: look-alike digits and signs made plain, invisible characters gone."""

import unicodedata
from dataclasses import dataclass

# NFKC leaves these alone, although readers and mail clients take them for a dot, a dash or nothing at all.
_SAME_AS = str.maketrans(
    {"\u3002": ".", "\u30fb": ".", "\u00b7": ".", "\u034f": "", "\u115f": "", "\u1160": ""}
    | dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2015\u2212\u30fc", "-")
)
_INVISIBLE = frozenset({"Cf", "Mn", "Me"})


@dataclass(frozen=True, slots=True)
class PlainText:
    """`text` with, for each of its characters, the offset it stood at in the original."""

    text: str
    offsets: range | tuple[int, ...]
    original_length: int

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Where [start, end) of the plain text stands in the original."""
        after = self.offsets[end] if end < len(self.offsets) else self.original_length
        return self.offsets[start], max(after, self.offsets[end - 1] + 1)


def plain(text: str) -> PlainText:
    """Compatibility forms (NFKC), all digits as 0-9, one kind of dot and dash, nothing invisible."""
    if text.isascii():
        return PlainText(text, range(len(text)), len(text))
    characters = [(c, offset) for offset, char in enumerate(text) for c in _plain_character(char)]
    offsets = tuple(offset for _, offset in characters)
    return PlainText("".join(c for c, _ in characters), offsets, len(text))


def squashed(text: str) -> str:
    """Letters and digits only, plain and case-folded: what is left when all disguise by spacing is undone."""
    return "".join(filter(str.isalnum, plain(text).text.casefold()))


def one_line(text: str) -> str:
    """One line without control or invisible characters: a value that cannot add a line or a header."""
    seen = "".join(" " if unicodedata.category(c) in ("Cc", "Zl", "Zp") else c for c in text)
    return " ".join("".join(c for c in seen if unicodedata.category(c) not in ("Cf", "Cs", "Co")).split())


def _plain_character(character: str) -> str:
    if character.isascii():
        return character
    if unicodedata.category(character) in _INVISIBLE:
        return ""
    digit = unicodedata.decimal(character, None)
    if digit is not None:
        return str(digit)
    return unicodedata.normalize("NFKC", character).translate(_SAME_AS)
