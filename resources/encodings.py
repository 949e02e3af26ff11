"""Which encoding bytes are in that are not UTF-8: the one in which they are words, if there is just one.

charset-normalizer alone was measured to take Polish and Turkish names for Western ones and to be undecided on
French and Spanish ones (docs/decisions), so it has the last word only among those in which all words fit.
"""

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import islice, pairwise
from pathlib import Path
from typing import Any

import yaml

_FILE = Path(__file__).with_suffix(".yaml")
# What stands between words in any language, beside ASCII's own signs.
_BETWEEN = re.compile(r"[\x00-\x40\x5b-\x60\x7b-\x7f\xa0§©«®°·»¿¡ªº€„‚‘’“”–—…•™№、。・（）]+")
# Between texts to tell an encoding by. No encoding here uses these bytes for part of a character, but for
# gb18030's rarest.
_GAPS = re.compile(rb"[\x00-\x25\x28-\x3f]+")
# A sign inside a word is a misread letter, unless it is the apostrophe of O’Neill, d’Or or Jo’s.
_INSIDE = re.compile(r"(?<=[^\W\d_])[^\w\s\x00-\x7f](?=[^\W\d_])")
_APOSTROPHE = re.compile(r"\b(\w{1,2}|[Qq]u)’(?=\w)|(?<=\w)’(?=(s|t|d|m|ll|re|ve)\b)")
_EAST_ASIAN = {
    "japanese": re.compile(r"[\u3040-\u30ff\u3005\u4e00-\u9fff]+|[\u4e00-\u9fff]+"),
    "chinese": re.compile(r"[\u4e00-\u9fff]+"),
    "korean": re.compile(r"[\uac00-\ud7a3]+|[\u4e00-\u9fff]+"),
}
# Words of the Latin script go on in ASCII letters; Greek and Cyrillic ones, which come after it, do not.
_ASCII, _GREEK = frozenset("abcdefghijklmnopqrstuvwxyz"), "\u0370"
_FITS, _LIKELY, _MARGIN, _FOREIGN = 0.9, 0.5, 0.1, 3
# Below this difference charset-normalizer's measure of disorder says nothing.
_DISORDER_MARGIN = 0.05
_ENOUGH_BYTES = 2048
# Enough to tell by. Random bytes without a bound took half a minute.
_CHUNKS, _LONGEST = 2000, 1000


@dataclass(frozen=True, slots=True)
class Doubt:
    """No encoding is sure. `readings` are the likely ones, each with one word as it would read."""

    readings: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class _Reading:
    """`fit` is the share of `texts` that are words; `foreign` counts those beyond the one
    language that most of them are of."""

    encoding: str
    texts: tuple[str, ...]
    fits: tuple[bool, ...]
    fit: float
    foreign: int

    def beats(self, other: "_Reading") -> bool:
        """Whether it makes words of clearly more texts (of all, or of those that both read differently) or
        needs one language for what the other needs several."""
        both = zip(self.texts, other.texts, self.fits, other.fits, strict=True)
        apart = [(mine, theirs) for my_text, their_text, mine, theirs in both if my_text != their_text]
        mine, theirs = (sum(fits) for fits in zip(*apart, strict=True)) if apart else (0, 0)
        if self.foreign == 0 and other.foreign >= _FOREIGN:
            return True
        return self.fit >= other.fit + _MARGIN or 2 * theirs < mine


def detect(lines: Iterable[bytes]) -> str | Doubt:
    """The encoding of lines that each hold bytes beyond ASCII."""
    found = (chunk for line in lines for chunk in _GAPS.split(line) if not chunk.isascii())
    chunks = list(islice(dict.fromkeys(chunk for chunk in found if len(chunk) <= _LONGEST), _CHUNKS))
    readings = sorted(_readings(chunks), key=lambda reading: -reading.fit)
    if not readings or readings[0].fit < _LIKELY:
        return Doubt({})
    best = readings[0]
    likely = [reading for reading in readings if not best.beats(reading)]
    common = [reading for reading in likely if reading.encoding not in _content()["rare"]]
    likely = common if common and common[0].fit == best.fit else likely
    apart = list({reading.texts: reading for reading in reversed(likely)}.values())[::-1]
    if apart[0].fit >= _FITS:
        if len(apart) == 1:
            return apart[0].encoding
        if clear := _clearest(b"\n".join(chunks), apart):
            return clear
    different = next((i for i in range(len(chunks)) if len({r.texts[i] for r in apart}) > 1), 0)
    return Doubt({reading.encoding: reading.texts[different][:30] for reading in apart[:3]})


def _readings(chunks: Sequence[bytes]) -> list[_Reading]:
    readings: list[_Reading] = []
    if not chunks:
        return readings
    for encoding, languages in _content()["encodings"].items():
        try:
            texts = tuple(chunk.decode(encoding) for chunk in chunks)
        except UnicodeDecodeError:
            continue
        each = [[_makes_sense(text, _word_of(language)) for text in texts] for language in _listed(languages)]
        fits = tuple(map(any, zip(*each, strict=True)))
        foreign = len(texts) - max(map(sum, each))
        readings.append(_Reading(encoding, texts, fits, sum(fits) / len(fits), foreign))
    return readings


def _clearest(sample: bytes, readings: Sequence[_Reading]) -> str | None:
    """Of East Asian readings the least disordered, if by a margin. Of others disorder is noise."""
    if any(not isinstance(_content()["encodings"][reading.encoding], str) for reading in readings):
        return None
    from charset_normalizer import from_bytes

    names = [reading.encoding for reading in readings]
    enough = (sample + b"\n") * max(1, _ENOUGH_BYTES // len(sample))
    matches = from_bytes(enough, cp_isolation=names, threshold=1)
    ranked = sorted((match.chaos - match.coherence, match.encoding) for match in matches)
    if not ranked or (len(ranked) > 1 and ranked[1][0] < ranked[0][0] + _DISORDER_MARGIN):
        return None
    return ranked[0][1]


def _makes_sense(text: str, is_word: Callable[[str], bool]) -> bool:
    """Whether a text is words of the encoding and signs where signs stand."""
    if _INSIDE.search(_APOSTROPHE.sub("'", text)) or any(unicodedata.category(c) == "Cc" for c in text):
        return False
    return all(map(is_word, (word for word in _BETWEEN.split(text) if not word.isascii())))


@cache
def _content() -> dict[str, Any]:
    content: dict[str, Any] = yaml.safe_load(_FILE.read_text("utf-8"))
    return content


def _listed(languages: str | list[str]) -> list[str]:
    return [languages] if isinstance(languages, str) else languages


@cache
def _word_of(language: str) -> Callable[[str], bool]:
    """Whether something with letters beyond ASCII may be a word of a language."""
    if script := _EAST_ASIAN.get(language):
        return lambda word: script.fullmatch(word) is not None
    alphabet = frozenset(_content()["languages"][language])
    if min(alphabet) < _GREEK:
        alphabet |= _ASCII
    return lambda word: not _upper_inside(word) and {letter.lower()[0] for letter in word} <= alphabet


def _upper_inside(word: str) -> bool:
    """Whether a capital beyond ASCII follows a small letter, as in most misreadings and hardly any name."""
    return any(a.islower() and b.isupper() and not b.isascii() for a, b in pairwise(word))
