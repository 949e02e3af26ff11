"""Hard or soft: whether the address itself is bad, from a status code and the report's own words.

The policy. Hard, so that nothing is sent there again: the mailbox or its domain does not exist, takes no
mail or has moved. Soft, so that it counts: all 4.x.x, a full mailbox though many call it 5.2.2, a message
refused for its content, size or sender, a rate, a loop, a fault on the way. All else is unclear.

Codes alone mislead: 5.1.1 is used for rates and 5.7.1 for unknown users, so words decide where they are
plain, and a code decides where they are not.
Enhanced codes: RFC 3463 and the IANA registry (5.1.10: null MX, RFC 7505).
"""

import re
from functools import cache
from importlib import resources
from typing import Literal

import yaml
from pydantic import BaseModel, ConfigDict

Hardness = Literal["hard", "soft", "unclear"]

_ENHANCED = re.compile(r"(?<![\d.])([245])\.(\d{1,3})\.(\d{1,3})(?![\d.]*\d)")
_REPLY = re.compile(r"(?<![\d.:/-])([45]\d\d)(?=[ -])(?! ?(?:bytes|octets|kb|mb|seconds|minutes|hours)\b)")
_HARD_CODES = frozenset({"1.1", "1.2", "1.3", "1.6", "1.10", "2.1", "4.4"})
_SOFT_CODES = re.compile(r"2\.[234]|3\.\d+|4\.[1235679]|6\.\d+|7\.\d+|5\.[12345]")
# Whatever the words: these are about the sender's address.
_OURS = frozenset({"1.7", "1.8", "1.9"})
# Codes that say no more than that it failed; a better one may stand in the diagnostic.
_VAGUE = frozenset({"0.0", "5.0", "1.0", "2.0", "3.0", "4.0"})


class Reason(BaseModel):
    """One reason with its wordings; `hardness` is what it means where no code speaks against it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    reason: str
    hardness: Literal["hard", "soft"]
    patterns: tuple[str, ...]

    def stands_in(self, text: str) -> bool:
        return any(_compiled(pattern).search(text) for pattern in self.patterns)


@cache
def reasons() -> tuple[Reason, ...]:
    text = resources.files(__package__).joinpath("bounce_reasons.yaml").read_text("utf-8")
    return tuple(Reason.model_validate(entry) for entry in yaml.safe_load(text))


def enhanced_codes(text: str) -> list[str]:
    """RFC 3463 codes of failures (4.x.x and 5.x.x) in order, addresses and versions left out."""
    return [".".join(found) for found in _ENHANCED.findall(text) if found[0] in "45"]


def reply_codes(text: str) -> list[str]:
    """SMTP reply codes of failures (4yz, 5yz) in order."""
    return _REPLY.findall(text)


def reason_in(text: str) -> Reason | None:
    """The first reason whose words stand in the text."""
    line = " ".join(text.split())
    return next((reason for reason in reasons() if reason.stands_in(line)), None)


def hardness(status: str | None, diagnostic: str) -> tuple[Hardness, str]:
    """What a failure means, and why. `status`: the report's code; `diagnostic`: the other side's words."""
    code = best_code(status, diagnostic)
    found = reason_in(diagnostic)
    if code is not None and code.startswith("4"):
        return "soft", f"{code}: {found.reason if found else 'a temporary failure'}"
    if code is not None and code.partition(".")[2] in _OURS:
        return "soft", f"{code}: our own address or domain"
    if found is not None:
        return found.hardness, f"{code or 'no code'}: {found.reason}"
    if code is None:
        replies = reply_codes(diagnostic)
        temporary = bool(replies) and all(reply.startswith("4") for reply in replies)
        return ("soft", f"{replies[0]}: a temporary failure") if temporary else ("unclear", "no reason given")
    subject = code.partition(".")[2]
    if subject in _HARD_CODES:
        return "hard", f"{code}: the address is bad"
    return ("soft" if _SOFT_CODES.fullmatch(subject) else "unclear"), f"{code}: not about the address"


def best_code(status: str | None, diagnostic: str) -> str | None:
    """The report's code, or the diagnostic's where the report's says nothing."""
    own = next(iter(enhanced_codes(status or "")), None)
    other = next((c for c in enhanced_codes(diagnostic) if c.partition(".")[2] not in _VAGUE), None)
    if own is None or own.partition(".")[2] in _VAGUE:
        if own is not None and other is not None and own[0] != other[0] and own[0] == "4":
            return own
        return other or own
    return own


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.IGNORECASE)
