"""The HTML alternative, made from the plain text by code: the same words, and no link the campaign lacks."""

import re
from collections.abc import Collection
from functools import lru_cache
from html import escape

_HEAD = '<!DOCTYPE html>\n<html><head><meta charset="utf-8"></head><body>\n'
_FOOT = "</body></html>\n"
# What would make an allowed link part of a longer one that is not allowed.
_BEFORE, _AFTER = r"(?<![\w@/.:=-])", r"(?![\w/?#=%~+@:-]|&amp;|\.\w)"


def html_of(text: str, links: tuple[str, ...], lines: Collection[str] = ()) -> str:
    """Every character of `text` escaped, LF line ends. Links are made of exact occurrences of `links` alone,
    and of whole lines that are one of `lines`."""
    paragraphs = [part for part in re.split(r"\n{2,}", text.strip("\n")) if part]
    made = ("<br>\n".join(_linked(line, links, lines) for line in part.split("\n")) for part in paragraphs)
    return _HEAD + "".join(f"<p>{part}</p>\n" for part in made) + _FOOT


def _linked(line: str, links: tuple[str, ...], lines: Collection[str]) -> str:
    escaped = escape(line)
    if line in lines:
        return f'<a href="{escaped}">{escaped}</a>'
    return _pattern(links).sub(r'<a href="\g<0>">\g<0></a>', escaped) if links else escaped


@lru_cache(maxsize=1024)
def _pattern(links: tuple[str, ...]) -> re.Pattern[str]:
    longest_first = sorted(links, key=len, reverse=True)
    any_of = "|".join(re.escape(escape(link)) for link in longest_first)
    return re.compile(f"{_BEFORE}(?:{any_of}){_AFTER}")
