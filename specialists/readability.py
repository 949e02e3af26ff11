"""How hard a text is to read."""

import re
from functools import cache, lru_cache

import pyphen

from resources.plain_text import plain

_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")
# A line break ends a sentence too: a greeting or a list line has no full stop.
_SENTENCE_END = re.compile(r"[.!?:](?=\s|$)|\n+")


@lru_cache(maxsize=1_000)
def reading_grade(text: str) -> float:
    """The US school grade needed to read an English text: the Flesch-Kincaid grade level
    (Kincaid, Fishburne, Rogers and Chissom 1975): 0.39 words/sentence + 11.8 syllables/word - 15.59.

    Syllables are pyphen's hyphenation points plus one, which is a little low for words like "area".
    A text without words is 0.
    """
    text = plain(text).text
    words = _WORD.findall(text)
    if not words:
        return 0.0
    sentences = sum(1 for part in _SENTENCE_END.split(text) if _WORD.search(part))
    syllables = sum(map(_syllables, words))
    return 0.39 * len(words) / sentences + 11.8 * syllables / len(words) - 15.59


@lru_cache(maxsize=10_000)
def _syllables(word: str) -> int:
    return len(_english().positions(word)) + 1


@cache
def _english() -> pyphen.Pyphen:
    return pyphen.Pyphen(lang="en_US", left=1, right=1)
