"""Which of many names are worth comparing with a written one: a sparse product over parts of names.

A name's parts are its words, their first four letters, their initials, and the trigrams of all its letters
without spaces; each part weighs log(names / names with it), squared and normalised: the cosine of Salton's
vector space model.
"""

import math
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

import numpy as np
import numpy.typing as npt

# Words tell more than prefixes, prefixes more than trigrams, which overlap.
_WORD, _PREFIX, _TRIGRAM = 1.0, 0.7, 0.45
_PREFIX_LENGTH = 4
_LONGEST_INITIALS = 6
# A part in more than this share of the names says next to nothing and costs the most. Never below 200 names.
_COMMON = 0.08

# A name with less than this share of the best one's cosine is not worth comparing.
_WORTH = 0.25

_Ints = npt.NDArray[np.int32]
_Floats = npt.NDArray[np.float32]


class SimilarityIndex:
    """Inverted lists over the parts of names, each name a tuple of words."""

    def __init__(self, names: Sequence[tuple[str, ...]]) -> None:
        numbers: dict[str, int] = {}
        postings: list[list[int]] = []
        for number, words in enumerate(names):
            for part in _parts(words):
                at = numbers.setdefault(part, len(postings))
                if at == len(postings):
                    postings.append([])
                postings[at].append(number)
        self._size = len(names)
        self._words_in = Counter(word for words in names for word in set(words))
        self._numbers = numbers
        self._weights = [
            _kind(part) * math.log(1 + self._size / len(postings[at])) for part, at in numbers.items()
        ]
        lengths = np.zeros(self._size, np.float64)
        for at, names_with in enumerate(postings):
            lengths[names_with] += self._weights[at] ** 2
        scale = 1 / np.sqrt(np.maximum(lengths, 1e-9))
        most = max(200, int(_COMMON * self._size))
        self._lists: list[tuple[_Ints, _Floats] | None] = [
            (np.array(names_with, np.int32), (scale[names_with] * self._weights[at]).astype(np.float32))
            if len(names_with) <= most
            else None
            for at, names_with in enumerate(postings)
        ]

    def rarity(self, word: str) -> float:
        """How much a word tells, 0..1: 1 for a word of no name, 0 for one of every name."""
        return 1 - math.log(1 + self._words_in[word]) / math.log(2 + self._size)

    def most_alike(self, words: tuple[str, ...], limit: int) -> list[tuple[int, float]]:
        """At most `limit` (number of the name, cosine 0..1), the most alike first."""
        length, numbers, values = 0.0, [], []
        for part in _parts(words):
            at = self._numbers.get(part)
            weight = self._weights[at] if at is not None else _kind(part) * math.log(1 + self._size)
            length += weight**2
            found = self._lists[at] if at is not None else None
            if found is not None:
                numbers.append(found[0])
                values.append(found[1] * np.float32(weight))
        if not numbers:
            return []
        scores = np.bincount(np.concatenate(numbers), np.concatenate(values), self._size) / math.sqrt(length)
        best = np.flatnonzero(scores > _WORTH * scores.max())
        best = best[np.lexsort((best, -scores[best]))][:limit]
        return [(int(number), float(scores[number])) for number in best]


def _parts(words: tuple[str, ...]) -> Iterable[str]:
    return dict.fromkeys(_each_part(words))


def _each_part(words: tuple[str, ...]) -> Iterator[str]:
    for word in words:
        yield f"w{word}"
        yield f"p{word[:_PREFIX_LENGTH]}"
    if initials := _initials(words):
        yield f"i{initials}"
    letters = f"^{''.join(words)}"
    yield f"p{letters[1 : _PREFIX_LENGTH + 1]}"
    for start in range(len(letters) - 2):
        yield f"t{letters[start : start + 3]}"


def _initials(words: tuple[str, ...]) -> str:
    """Of several words; a single short one may itself be initials."""
    if len(words) == 1:
        return words[0] if len(words[0]) <= _LONGEST_INITIALS else ""
    return "".join(word[0] for word in words)


def _kind(part: str) -> float:
    return {"w": _WORD, "p": _PREFIX, "i": _PREFIX, "t": _TRIGRAM}[part[0]]
