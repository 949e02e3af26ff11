"""The issuer's name inside a security's name, as exchanges, data vendors and brokers list it.

Lists append what kind of paper it is ("Class A Ordinary Shares"), German ones the par value ("DL-,01" is
USD 0.01, "EO 1" EUR 1, "O.N." none), Brazilian ones cut the name to 12 letters and glue "DRN" to it.
"""

import re

_CURRENCY = "DL|EO|LS|SF|HD|CD|AD|SD|ND|YN|YC|NK|SK|DK|RC|ZY|KC|TN|MN|IS"
_CLASS = r"(?:(?:class|cl\.?|series|ser\.?)\s?[a-z0-9]\b\s*)"
_KIND = "common|ordinary|capital|registered|american|beneficial|depositary|depository|voting|preferred|cumulative"
_PAPER = "stock|shares?|units?|warrants?|rights?|notes?|debentures?|bonds?|depositary|depository|ads|adr"
_TAILS = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"\s+-\s+(?:.*\b(?:{_PAPER})\b.*|{_CLASS}.*|\d.*)$",
        rf"[\s,]+{_CLASS}?(?:{_KIND})\s(?:sto|sha|uni|dep|inter|pref)[a-z]*\b.*$",
        r"\s\d+(?:\.\d+)?\s?%.*$",
        # Par value: after a break, or glued to the name where a comma or hyphen shows that it is no word.
        rf"(?:(?<![^\W_])(?:{_CURRENCY})\s?-?\s?,?\d[\d,./]*|(?:{_CURRENCY})\s?-,?\d[\d,./]*|\s-?,\d+)$",
        r"(?<![^\W_])O\.\s?N\.?$",
        r"(?<=\w)\s?(?-i:DRN)(?:\s(?-i:ED))?$",
        r"(?<![^\W_])(?:sp(?:ons)?\.?\s?)?(?:ADRs?|ADS|GDRs?|CDIs?|CUFS)(?:\s?/?\d+(?:[:/]\d+)?)?$",
        r"(?<=[\w.])\s+regis[a-z]*(?:\s.*)?$",
        r"(?:[\s.,]+(?:class\s|cl\.?\s?)|-\s?(?:class\s)?)[ABC]-?$",
        r"[\s-]+(?:non[\s-])?(?:voting|vtg)(?:\s.*)?$",
        r"[\s,/]+\(?(?:the|new|sbi|shrs|cons|reit)\.?\)?$",
        r"\s\([^)]{0,5}$",
        r"\s\d+\.\d*$",
        r"(?<=[\w.])\s-\s?\w*$",
    )
)


def issuer_name(listed: str) -> str:
    """The text without what follows the issuer's name; unchanged where nothing of the kind follows.

    A word of two letters or digits stays, so that a company named like a kind of paper keeps its name.
    """
    text = listed.strip().replace("+", " & ")
    for _ in range(4):
        shorter = next((cut for cut in (_cut(tail, text) for tail in _TAILS) if cut != text), text)
        if shorter == text:
            break
        text = shorter
    return text


def _cut(tail: re.Pattern[str], text: str) -> str:
    cut = tail.sub("", text)
    if cut == text:
        return text
    cut = cut.rstrip(" ,-/(")
    return cut if re.search(r"[^\W_]{2}", cut) else text
