"""Finding phrases in text that people typed: case, punctuation, width and accents' encoding do not matter."""

import re
import unicodedata
from collections.abc import Iterable
from functools import cache, lru_cache

_NOT_WORD = re.compile(r"[\W_]+")
_ANY_ENDING = r"\w*"
_QUOTED_CHARACTERS = 80


# Titles and sources repeat within a cohort, and a record is read by rules, graders and checks.
_KEPT = 1 << 14


@lru_cache(_KEPT)
def normalised(text: str) -> str:
    """NFKC, case-folded, every run of other than letters and digits one space."""
    return _NOT_WORD.sub(" ", unicodedata.normalize("NFKC", text).casefold()).strip()


def phrases_in(text: str, phrases: Iterable[str]) -> tuple[str, ...]:
    """Those of `phrases` that stand in `text` as whole words, in order of appearance.

    A phrase ending in `*` matches any ending of its last word. At one place the longest phrase wins and uses
    up its words, so "vice president" is not also a "president".
    """
    return _phrases_in(text, tuple(phrases))


@lru_cache(_KEPT)
def _phrases_in(text: str, known: tuple[str, ...]) -> tuple[str, ...]:
    found = _pattern(known).finditer(normalised(text)) if known else ()
    by_length = _longest_first(known)
    return tuple(by_length[match.lastindex - 1] for match in found if match.lastindex)


def quoted(text: str) -> str:
    """The text on one line in quotation marks, cut where it is long."""
    line = " ".join(text.split())
    return f'"{line[: _QUOTED_CHARACTERS - 1]}…"' if len(line) > _QUOTED_CHARACTERS else f'"{line}"'


def _longest_first(phrases: tuple[str, ...]) -> list[str]:
    return sorted(phrases, key=len, reverse=True)


@cache
def _pattern(phrases: tuple[str, ...]) -> re.Pattern[str]:
    alternatives = (
        f"({re.escape(normalised(phrase))}{_ANY_ENDING if phrase.endswith('*') else ''})"
        for phrase in _longest_first(phrases)
    )
    return re.compile(rf"\b(?:{'|'.join(alternatives)})\b")
