"""Unsubscribing by reply: only what can mean nothing else, in the reply's own words."""

import re
import unicodedata
from functools import cache
from importlib import resources

import yaml
from pydantic import BaseModel, ConfigDict

from resources.inbox.mail import Mail
from resources.inbox.new_text import new_text

# A signature under the request: this many short lines at most, none of them a sentence.
_SIGNATURE_LINES, _SIGNATURE_WORDS = 6, 6
_NUMBER_OR_ADDRESS = re.compile(r"\d{3}|\S@\S|www\.|https?:")
_KEY = re.compile(r"\b[0-9a-z._-]{40,}", re.IGNORECASE)


class Wordings(BaseModel):
    """The word list, each entry folded as `_folded` does."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    courtesy: frozenset[str]
    phrases: frozenset[str]
    neutral: frozenset[str]


@cache
def wordings() -> Wordings:
    text = resources.files(__package__).joinpath("unsubscribe_words.yaml").read_text("utf-8")
    found = yaml.safe_load(text)
    courtesy = frozenset(_folded(str(word)) for word in found["courtesy"])
    lists = {
        name: frozenset(_plainly(wording, courtesy) for line in found[name] for wording in line.split("|"))
        for name in ("phrases", "neutral")
    }
    return Wordings(courtesy=courtesy, **lists)


def asks_to_unsubscribe(mail: Mail) -> bool:
    """Whether the text above the quote, or where that is empty the subject, says so unmistakably."""
    own = new_text(mail.text)
    return _text_says_it(own) if own else _says_it(mail.header("Subject"))


def unsubscribes_by_subject(mail: Mail) -> bool:
    """Whether the subject is just the word and a key, as List-Unsubscribe writes it: it needs no text."""
    subject = mail.header("Subject")
    return bool(_KEY.search(subject)) and _says_it(_KEY.sub("", subject))


def _text_says_it(text: str) -> bool:
    asked, below = False, 0
    for line in (line.strip() for line in text.split("\n")):
        if not line:
            continue
        said = _line_says(line)
        if said == "request":
            asked = True
        elif said == "other":
            below += 1
            if not asked or below > _SIGNATURE_LINES or not _signature_line(line):
                return False
    return asked


def _line_says(line: str) -> str:
    """request, nothing (courtesy, neutral) or other."""
    if "?" in line or "？" in line:
        return "other"
    if _says_it(line):
        return "request"
    parts = [part for part in re.split(r"[.!,;:。！，、]+|\s[-–—]+\s", line) if part.strip()]
    if all(_says_it(part) or _says_nothing(part) for part in parts):
        return "request" if any(_says_it(part) for part in parts) else "nothing"
    return "other"


def _says_it(text: str) -> bool:
    return "?" not in text and _plainly(text, wordings().courtesy) in wordings().phrases


def _says_nothing(text: str) -> bool:
    return _plainly(text, wordings().courtesy) in wordings().neutral | {""}


def _signature_line(line: str) -> bool:
    """A name, a title, a number or an address: names are written with capitals, sentences are not."""
    words = line.split()
    if len(words) > _SIGNATURE_WORDS or line[-1] in ".!?…":
        return False
    return bool(_NUMBER_OR_ADDRESS.search(line)) or all(word[0].isupper() for word in words if len(word) > 3)


def _plainly(text: str, courtesy: frozenset[str]) -> str:
    return " ".join(word for word in _folded(text).split() if word not in courtesy)


def _folded(text: str) -> str:
    """Case-folded words without accents, apostrophes and punctuation."""
    plain = unicodedata.normalize("NFKD", text.casefold().replace("'", "").replace("’", ""))
    return " ".join(re.findall(r"\w+", "".join(c for c in plain if unicodedata.category(c) != "Mn")))
