"""The issuer's name inside a security's name, as exchanges, data vendors and brokers list it.

Lists append what kind of paper it is ("Class A Ordinary Shares"), German ones the par value ("DL-,01" is
USD 0.01, "EO 1" EUR 1, "O.N." none), Brazilian ones cut the name to 12 letters and glue "DRN" to it.
"""

import re
from functools import lru_cache

_CURRENCY = "DL|EO|LS|SF|HD|CD|AD|SD|ND|YN|YC|NK|SK|DK|RC|ZY|KC|TN|MN|IS"
_CLASS = r"(?:(?:class|cl\.?|series|ser\.?)\s?[a-z0-9]\b\s*)"
_KIND = (
    "common|ordinary|capital|registered|american|depositary|depository|voting|preferred|cumulative|beneficial"
)
_PAPER = "stock|shares?|units?|warrants?|rights?|notes?|debentures?|bonds?|depositary|depository|ads|adr"


def _patterns(*patterns: str) -> tuple[re.Pattern[str], ...]:
    return tuple(re.compile(pattern, re.IGNORECASE) for pattern in patterns)


# The kind of paper, its par value, its class.
_PAPERS = _patterns(
    rf"\s+-\s+(?:.*\b(?:{_PAPER})\b.*|{_CLASS}.*|\d.*)$",
    # A field may be cut off within "Stock".
    rf"[\s,]+{_CLASS}?(?:{_KIND})\s(?:stoc?k?|sha?r?e?s?|units?|interests?|depositary)(?:\s.*)?$",
    r"\s\d+(?:\.\d+)?\s?%.*$",
    # Par value: after a break, or glued to the name where a comma or hyphen shows that it is no word.
    rf"(?:(?<![^\W_])(?:{_CURRENCY})[\s,-]*\d[\d,./]*|(?:{_CURRENCY})\s?[-,]+\d[\d,./]*|\s-?,\d+)$",
    r"(?<![^\W_])O\.\s?N\.?$",
    r"(?<=\w)\s?(?-i:DRN)(?:\s(?-i:ED|[A-C]))?$",
    r"(?<![^\W_])(?:sp(?:ons)?\.?\s?)?(?:ADRs?|ADS|GDRs?|CDIs?|CUFS)(?:\s?/?\d+(?:[:/]\d+)?)?$",
    r"(?:(?<=\w)\s+registered\s+sha?r?e?s?|(?<=\.)\s+regi(?:s|st|ste|ster|stere|stered)?)(?:\s.*)?$",
    r"(?:[\s.,]+(?:class\s|cl\.?\s?)|-\s?(?:class\s)?)[ABC]-?$",
    r"[\s-]+(?:non[\s-])?(?:voting|vtg)(?:\s.*)?$",
)
# What else follows a name: an article put last, a bracket or dash where a field was cut off.
_ASIDES = _patterns(
    r"[\s,/.]+\(?(?:the|new|sbi|shrs|cons|reit)\.?\)?$",
    r"\s\([^)]{0,5}$",
    r"\s\d+\.\d*$",
    r"(?<=[\w.])\s-\s?\w*$",
)
# No list has longer names, and the patterns take long on pages of spaces.
_LONGEST = 300
# Behind one of the above, a letter is a class of shares.
_CLASS_LETTER = re.compile(r"(?:[\s.]+(?:[A-CN]|new))+$", re.IGNORECASE)


def issuer_name(listed: str) -> str:
    """The text without what follows the issuer's name; unchanged where nothing of the kind follows.

    A word of two letters or digits stays, so that a company named like a kind of paper keeps its name.
    """
    return _issuer(listed)[0]


def names_security(text: str) -> bool:
    """Whether the text is a paper's name rather than a company's: only a listed company can be meant."""
    return _issuer(text)[1]


@lru_cache(1 << 16)
def _issuer(listed: str) -> tuple[str, bool]:
    if len(listed) > _LONGEST:
        return listed, False
    text, paper = listed.strip().replace("+", " & "), False
    for tail in (*_PAPERS, *_ASIDES, *_PAPERS):
        shorter = _cut(tail, text)
        if shorter != text:
            paper = paper or tail in _PAPERS
            text = shorter
    return (_cut(_CLASS_LETTER, text) if paper else text), paper


def _cut(tail: re.Pattern[str], text: str) -> str:
    cut = tail.sub("", text)
    if cut == text:
        return text
    cut = cut.rstrip(" ,-/(")
    return cut if re.search(r"[^\W_]{2}", cut) else text
