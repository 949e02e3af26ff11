"""The smallest candidate for short texts: a label where one of its words stands, and silence elsewhere."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

from resources.gateway.answers import Answer, Answered, Refused
from resources.gateway.ports import Question


class KeywordCandidate:
    """Answers `{"label": ...}` if the text under `path` has words of exactly one label.

    `words`: label -> words or phrases; a `*` at the end is any ending.
    """

    def __init__(self, words: Mapping[str, Sequence[str]], path: tuple[str, ...]) -> None:
        self._path = path
        self._patterns = {label: re.compile("|".join(map(_pattern, found))) for label, found in words.items()}

    def ask(self, question: Question) -> Answer:
        text = _plain(_text(question.record, self._path))
        labels = [label for label, pattern in self._patterns.items() if pattern.search(text)]
        if len(labels) != 1:
            return Refused("no word tells" if not labels else f"words for {' and '.join(labels)}")
        return Answered({"label": labels[0]})


def load_words(path: Path) -> dict[str, list[str]]:
    """Label -> words, from a YAML file."""
    words: dict[str, list[str]] = yaml.safe_load(path.read_text("utf-8"))
    return words


def _pattern(phrase: str) -> str:
    ending = r"\w*" if phrase.endswith("*") else r"\b"
    return r"\b" + r"\s+".join(map(re.escape, _plain(phrase.removesuffix("*")).split())) + ending


def _plain(text: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", text).casefold().replace("’", "'").split())


def _text(record: Any, path: tuple[str, ...]) -> str:
    for name in path:
        record = (record or {}).get(name)
    return str(record or "")
