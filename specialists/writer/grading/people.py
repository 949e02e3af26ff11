"""Whether a draft names a person, in particular the one it is for."""

import re
import unicodedata
from collections.abc import Iterable

from resources.crm import Contact
from resources.plain_text import plain, squashed
from specialists.writer.template_text import template_words

_GREETED = re.compile(
    r"\b(?i:hi|hello|hey|dear|good (?:morning|afternoon|day)),? (?!I\b)([^\W\d_a-z][\w'-]+)"
)
_TITLED = re.compile(
    r"\b(?:Mr|Mrs|Ms|Miss|Mx|Dr|Prof|Herr|Frau|Mme|Madame|Monsieur|Sir|Madam)\.? ([A-Z][\w'-]+)"
)
_JOINED = re.compile(r"[._\d-]")
_NO_LETTER = re.compile(r"[\W_]")
_ANYBODY = frozenset({"Team", "All", "Everyone", "Everybody", "There", "Colleagues", "Sir", "Madam"})


def names_person(text: str) -> bool:
    """Whether plain text greets somebody by name, or has a name after Mr, Dr and the like."""
    found = [*_GREETED.finditer(text), *_TITLED.finditer(text)]
    return any(match[1] not in _ANYBODY for match in found)


def gives_away(contact: Contact, text: str, known: Iterable[str]) -> str | None:
    """What of the contact plain text holds, however spelt or spaced: the address, the part before the @, or
    the last name (unless that is an ordinary word, or stands in one of the known texts)."""
    address = (contact.email or "").strip()
    if address and squashed(address) in squashed(text):
        return "address"
    local = plain(address.partition("@")[0]).text
    # A pattern for each contact takes long to compile, so first a test that it cannot pass without.
    if _JOINED.search(local) and local.casefold() in text.casefold() and _stands_in(re.escape(local), text):
        return "part of the address before the @"
    name = _bare_letters(contact.last_name or "")
    if not name or _words(name) <= template_words() | _words(" ".join(known)):
        return None
    letters, bare = name.replace(" ", ""), _bare_letters(text)
    if _NO_LETTER.sub("", letters) not in _NO_LETTER.sub("", bare):
        return None
    return "last name" if _stands_in(r"[\W_]*".join(map(re.escape, letters)), bare) else None


def _stands_in(pattern: str, text: str) -> bool:
    return re.search(rf"(?<!\w)(?:{pattern})(?!\w)", text, re.IGNORECASE) is not None


def _bare_letters(text: str) -> str:
    """Case-folded, without accents, runs of spaces as one."""
    folded = plain(text).text.casefold()
    if not folded.isascii():
        folded = "".join(c for c in unicodedata.normalize("NFKD", folded) if not unicodedata.combining(c))
    return " ".join(folded.split())


def _words(text: str) -> set[str]:
    return set(re.findall(r"\w+", _bare_letters(text)))
