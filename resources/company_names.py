"""What identifies a company in text: the name's key, its words, the web host, the ticker."""

import re
import unicodedata
from functools import cache, lru_cache

from cleanco.clean import prepare_default_terms, remove_accents

# "(The)" and "(formerly Acme)" say nothing about which company is meant now.
_ASIDE = re.compile(r"\(\s*(?:the|formerly|fka|f/k/a)\b[^)]*\)")
# Listing files append the security: "Acme Inc. - Class A Common Stock".
_SECURITY = re.compile(r"\s+-\s+(?=[^-]*\b(?:stock|shares?|units?|warrants?|rights?|notes?|depositary)\b).*$")
# Registers mark the state or the kind of paper behind the name: "ACME CORP /DE/", "ACME \NEW\", "LTD/ADR".
_MARK = re.compile(r"(?:\s+[/\\][a-z]{2,5}[/\\]?|[/\\][a-z]{2,5}[/\\]|/adr)\s*$")
_APOSTROPHE = re.compile("['\u2018\u2019\u02bc`\u00b4]")
_INITIALS = re.compile(r"(?<=\b\w)\.(?=\w\b)")
_WORD = re.compile(r"[^\W_]+")
_HOST = re.compile(r"[a-z0-9-]+(?:\.[a-z0-9-]+)+")
# A page on one of these is somebody's profile, not their domain.
_SHARED_HOSTS = frozenset(
    {
        "angel.co",
        "crunchbase.com",
        "facebook.com",
        "github.com",
        "instagram.com",
        "linkedin.com",
        "linktr.ee",
        "medium.com",
        "notion.site",
        "sites.google.com",
        "tiktok.com",
        "twitter.com",
        "x.com",
        "youtube.com",
    }
)
# Dictionaries of names repeat: a day's leads against one directory stay well below this.
_REMEMBERED = 1 << 18


# Letters of a name that are compared. No company's name is longer, and patterns over a megabyte of one
# take minutes (a field of 1,000,000 letters did).
_COMPARED = 500


def name_words(name: str) -> tuple[str, ...]:
    """The name's words without case, accents, punctuation, invisible characters and legal form.

    Legal forms are cleanco's list; a name that is nothing but legal forms keeps its last one. Of a text
    longer than 500 letters only the first 500 are read.
    """
    return _name_words(name[:_COMPARED])


@lru_cache(_REMEMBERED)
def _name_words(name: str) -> tuple[str, ...]:
    # Single spaces: the patterns below take quadratic time on pages of spaces.
    text = " ".join(visible(name).replace("&", " and ").split())
    text = text.casefold() if text.isascii() else remove_accents(text)
    text = _MARK.sub("", _SECURITY.sub("", _ASIDE.sub(" ", text)))
    words = _WORD.findall(_INITIALS.sub("", _APOSTROPHE.sub("", _without_place_mark(text))))
    if len(words) > 1 and words[0] == "the":
        del words[0]
    return _without_legal_form(words)


def name_key(name: str) -> str:
    """Equal for two spellings of one name. Empty when the text holds no letter and no digit."""
    return "".join(name_words(name))


def alike(one: str, other: str, generic: frozenset[str]) -> bool:
    """Whether two names have anything in common: a word that is not generic, a key inside the other,
    or one being the initials of the other."""
    ours, theirs = name_words(one), name_words(other)
    if set(ours) & set(theirs) - generic:
        return True
    key, other_key = "".join(ours), "".join(theirs)
    short, long = sorted((key, other_key), key=len)
    if len(short) >= 4 and short in long:
        return True
    return bool(key) and (key == _initials(theirs) or other_key == _initials(ours))


def web_host(text: str) -> str | None:
    """The lower-case host of a domain, web or e-mail address, without `www.`.

    None where there is none, and for a page on a host that many share (a profile on a social network).
    """
    rest = visible(text).strip().casefold().split("://")[-1]
    host, *page = re.split(r"[/?#]", rest, maxsplit=1)
    host = host.rsplit("@", 1)[-1].split(":")[0].strip(".").removeprefix("www.")
    if host in _SHARED_HOSTS and any(page):
        return None
    if not host.isascii():
        try:
            host = host.encode("idna").decode("ascii")
        except UnicodeError:
            return None
    return host if _HOST.fullmatch(host) else None


def ticker_key(text: str) -> str:
    """`nasdaq: brk.b` and `BRK-B` are one ticker: no exchange, upper case, a hyphen before the class."""
    return re.sub(r"[\s./]+", "-", visible(text).split(":")[-1].strip().upper())


def visible(text: str) -> str:
    """The text without control and format characters: what is hidden or reorders must not identify."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(" " if c.isspace() else c for c in text if c.isspace() or not _hidden(c))


def hides_something(text: str) -> bool:
    """Whether the text holds characters that a reader cannot see (bidi controls, zero width, escapes)."""
    return any(_hidden(c) and not c.isspace() for c in text)


def _hidden(character: str) -> bool:
    return unicodedata.category(character)[0] == "C"


def _without_place_mark(text: str) -> str:
    """Registers tell namesakes apart by a place behind the legal form: "Acme Corp/Cayman", "Acme Inc.
    (Ohio)"."""
    name, mark, _ = text.partition("/") if "/" in text else text.partition("(")
    words = _WORD.findall(name) if mark else []
    return name if len(words) > 1 and (words[-1],) in _legal_forms()[0] else text


def _initials(words: tuple[str, ...]) -> str:
    return "".join(word[0] for word in words) if len(words) > 1 else ""


def _without_legal_form(words: list[str]) -> tuple[str, ...]:
    forms, longest = _legal_forms()
    while len(words) > 1:
        for size in range(min(longest, len(words) - 1), 0, -1):
            if tuple(words[-size:]) in forms:
                del words[-size:]
                break
        else:
            break
    return tuple(words)


@cache
def _legal_forms() -> tuple[frozenset[tuple[str, ...]], int]:
    """Legal forms as word tuples, and the longest one's number of words."""
    terms = (" ".join(words).replace("&", " and ") for _, words in prepare_default_terms())
    forms = frozenset(tuple(_WORD.findall(term)) for term in terms) - {()}
    return forms, max(map(len, forms))
