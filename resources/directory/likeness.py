"""How alike two names are, word by word: abbreviations, truncations, initials and glued words understood."""

from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from typing import NamedTuple

from rapidfuzz.distance import JaroWinkler

Rarity = Callable[[str], float]

# Below this two words that merely resemble each other are two words.
_TYPO = 0.9
# A word of which one beginning letter, two, three, more are written.
_BEGINNING = (0.35, 0.6, 0.8, 0.9)


class Shared(NamedTuple):
    """Of one name's words: the share, by rarity, that another has too, and the rarity of the most telling one
    it lacks. 0..1."""

    share: float
    lacking: float


def comparable(words: Sequence[str]) -> tuple[str, ...]:
    """Single letters in a row are initials and become one word: `j p morgan` and `jp morgan` are written
    alike."""
    joined: list[str] = []
    after_initial = False
    for word in words:
        initial = len(word) == 1 and word.isalpha()
        if initial and after_initial:
            joined[-1] += word
        else:
            joined.append(word)
        after_initial = initial
    return tuple(joined)


@lru_cache(1 << 18)
def same_word(one: str, other: str) -> float:
    """How surely two words mean one, 0..1: equal 1, a beginning, an abbreviation, a slip of the pen."""
    if one == other:
        return 1.0
    if one[:1] != other[:1]:
        return 0.0
    short, long = sorted((one, other), key=len)
    if long.startswith(short):
        return _BEGINNING[min(len(short), 4) - 1]
    if 2 <= len(short) < len(long) and _abbreviates(short, long):
        return 0.75 if len(short) > 2 else 0.6
    alike = JaroWinkler.similarity(one, other)
    return float(alike) * 0.85 if alike >= _TYPO and len(short) > 3 else 0.0


def _abbreviates(short: str, long: str) -> bool:
    """`hldgs` for holdings, `natl` for national: letters left out, the order kept."""
    letters = iter(long)
    return all(letter in letters for letter in short)


def shared(ours: Sequence[str], theirs: Sequence[str], rarity: Rarity) -> Shared:
    """How much of our words, by rarity, theirs have too. (0, 0) where there are none."""
    total = found = lacking = 0.0
    for word in ours:
        weight = rarity(word)
        best = max((same_word(word, other) for other in theirs), default=0.0)
        total += weight
        found += weight * best
        lacking = max(lacking, weight * (1 - best))
    return Shared(found / total if total else 0.0, lacking)


def spelled(
    readings: Iterable[tuple[str, float]], words: tuple[str, ...], rarity: Rarity
) -> tuple[float, float]:
    """How far a domain's label can be spelled from a name: (share of its letters, share of the words, by
    rarity).

    `readings` of the label, each with the letters that were left out of it: they count half. The best one is
    told. A reading goes from left to right as beginnings of the words in their order; words may be skipped,
    letters too.
    """
    return max((_spelled(*reading, words, rarity) for reading in readings), default=(0.0, 0.0), key=sum)


def _spelled(text: str, left_out: float, words: tuple[str, ...], rarity: Rarity) -> tuple[float, float]:
    letters, used = _spell(text, words)
    total = sum(map(rarity, words))
    told = sum(rarity(words[at]) * share for at, share in used)
    return (letters + left_out / 2) / (len(text) + left_out), told / total if total else 0.0


@lru_cache(1 << 14)
def _spell(label: str, words: tuple[str, ...]) -> tuple[int, tuple[tuple[int, float], ...]]:
    """Letters that the best reading explains, and the (word, share of it) it uses."""
    best: dict[tuple[int, int], tuple[float, int, tuple[tuple[int, float], ...]]] = {}

    def read(at: int, word: int) -> tuple[float, int, tuple[tuple[int, float], ...]]:
        if at == len(label) or word == len(words):
            return 0.0, 0, ()
        if (at, word) in best:
            return best[at, word]
        found = max(read(at + 1, word), read(at, word + 1), key=lambda reading: reading[0])
        for length in _beginnings(label, at, words[word]):
            value, letters, used = read(at + length, word + 1)
            whole = length == len(words[word])
            value += length - (0.0 if whole else 0.5 if length > 2 else 0.8)
            if value > found[0]:
                share = 1.0 if whole else min(0.9, 0.5 + 0.1 * length)
                found = value, length + letters, ((word, share), *used)
        best[at, word] = found
        return found

    _, letters, used = read(0, 0)
    return letters, used


def _beginnings(label: str, at: int, word: str) -> range:
    """How many of the word's first letters the label may have at this place."""
    length = 0
    while length < len(word) and at + length < len(label) and word[length] == label[at + length]:
        length += 1
    return range(1, length + 1)
