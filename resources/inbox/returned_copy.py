"""What a mail system wrote, apart from the copy of the message that it returns in the same text."""

import re

from resources.inbox.wordings import wording

_HEADER = re.compile(
    r"^[> \t]*(received|return-path|message-id|subject|mime-version|date|from|to|content-type):", re.I
)
_MESSAGE_ID = re.compile(r"^[> \t]*message-id:\s*(<[!-;=?-~]{3,900}>)", re.IGNORECASE | re.MULTILINE)


def without_copy(text: str) -> str:
    """The text up to a line that announces the copy, or to the first three header lines in a row."""
    lines = text.split("\n")
    headers = 0
    for number, line in enumerate(lines):
        if wording("a copy begins", r"^[-=*_# ]{0,70}(?:{})\b.{0,60}$").match(line):
            return "\n".join(lines[:number])
        if _HEADER.match(line):
            headers += 1
        elif not line.startswith((" ", "\t")):
            headers = 0
        if headers == 3:
            first = next(n for n in range(number + 1) if _HEADER.match(lines[n]) and _rest(lines, n, number))
            return "\n".join(lines[:first])
    return text


def message_ids_in_copy(text: str) -> tuple[str, ...]:
    """Message-IDs that stand as header lines in the text."""
    return tuple(_MESSAGE_ID.findall(text))


def _rest(lines: list[str], start: int, end: int) -> bool:
    """Whether all lines from start to end are header lines or their continuations."""
    return all(_HEADER.match(line) or line.startswith((" ", "\t")) for line in lines[start:end])
