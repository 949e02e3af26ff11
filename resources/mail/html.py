"""The HTML alternative, made from the plain text by code: the same words, and no link the campaign lacks."""

import re
from collections.abc import Sequence
from functools import lru_cache
from html import escape

_HEAD = '<!DOCTYPE html>\n<html><head><meta charset="utf-8"></head><body>\n'
_FOOT = "</body></html>\n"
# What would make an allowed link part of a longer one that is not allowed.
_BEFORE, _AFTER = r"(?<![\w@/.:=-])", r"(?![\w/?#&=%~+@:-]|\.\w)"


def html_of(text: str, links: Sequence[str]) -> str:
    """Every character of `text` escaped; only exact occurrences of `links` become links. LF line ends."""
    paragraphs = [part for part in re.split(r"\n{2,}", text.strip("\n")) if part]
    return _HEAD + "".join(f"<p>{_linked(part, tuple(links))}</p>\n" for part in paragraphs) + _FOOT


def _linked(paragraph: str, links: tuple[str, ...]) -> str:
    escaped = escape(paragraph)
    if links:
        escaped = _pattern(links).sub(r'<a href="\g<0>">\g<0></a>', escaped)
    return escaped.replace("\n", "<br>\n")


@lru_cache(maxsize=1024)
def _pattern(links: tuple[str, ...]) -> re.Pattern[str]:
    longest_first = sorted(links, key=len, reverse=True)
    any_of = "|".join(re.escape(escape(link)) for link in longest_first)
    return re.compile(f"{_BEFORE}(?:{any_of}){_AFTER}")
