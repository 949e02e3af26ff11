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
    if re.search(r"[._\d-]", local) and re.search(rf"(?<!\w){re.escape(local)}(?!\w)", text, re.IGNORECASE):
        return "part of the address before the @"
    name = _bare_letters(contact.last_name or "")
    if not name or _words(name) <= template_words() | _words(" ".join(known)):
        return None
    spaced = r"[\W_]*".join(map(re.escape, name.replace(" ", "")))
    return "last name" if re.search(rf"(?<!\w){spaced}(?!\w)", _bare_letters(text)) else None


def _bare_letters(text: str) -> str:
    """Case-folded, without accents, runs of spaces as one."""
    folded = plain(text).text.casefold()
    if not folded.isascii():
        folded = "".join(c for c in unicodedata.normalize("NFKD", folded) if not unicodedata.combining(c))
    return " ".join(folded.split())


def _words(text: str) -> set[str]:
    return set(re.findall(r"\w+", _bare_letters(text)))
