"""The word lists of words.yaml, as patterns over plain text."""

import re
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any

import yaml

_FILE = Path(__file__).parent / "words.yaml"


@cache
def any_of(name: str) -> str:
    """A regular expression for any entry of one list, to be used with IGNORECASE."""
    return _any(_lists()[name])


@cache
def segment_words() -> dict[str, re.Pattern[str]]:
    """For each segment, what only its text says."""
    return {name: re.compile(_any(words), re.IGNORECASE) for name, words in _lists()["segments"].items()}


def entries(name: str) -> frozenset[str]:
    """One list as it stands."""
    return frozenset(_lists()[name])


def foreign_word(text: str, segment: str, known: str) -> tuple[str, str] | None:
    """The first (segment, word) in plain text that is another segment's; the known text's words are not."""
    for other, words in segment_words().items():
        for found in () if other == segment else words.findall(text):
            if not re.search(rf"\b{re.escape(found)}\b", known, re.IGNORECASE):
                return other, found
    return None


def _any(phrases: Iterable[str]) -> str:
    longest_first = sorted(phrases, key=len, reverse=True)
    return rf"\b(?:{'|'.join(map(_phrase, longest_first))})\b"


def _phrase(phrase: str) -> str:
    spaced = r"[\s-]+".join(map(re.escape, phrase.removesuffix("*").split()))
    return spaced + (r"\w*" if phrase.endswith("*") else "")


@cache
def _lists() -> dict[str, Any]:
    content: dict[str, Any] = yaml.safe_load(_FILE.read_text("utf-8"))
    return content
