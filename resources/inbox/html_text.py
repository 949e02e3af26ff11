"""The text of an HTML mail as a reader sees it: what is hidden may be meant to deceive."""

import re
from html.parser import HTMLParser

_NO_TEXT = frozenset({"script", "style", "head", "title", "template", "noscript", "object"})
_VOID = frozenset({"br", "hr", "img", "input", "meta", "link", "wbr", "col", "area", "base", "source"})
_LINES = frozenset({"br", "p", "div", "tr", "li", "table", "h1", "h2", "h3", "h4", "hr", "pre"})
_QUOTES = frozenset({"blockquote"})
_HIDING = re.compile(
    r"display:none|visibility:hidden|opacity:0(?:\.0+)?(?:;|$)|font-size:0(?:px|pt|em|%)?(?:;|$)|mso-hide:all"
)


def visible_text(html: str) -> str:
    """Text with unix line ends; quoted blocks begin with `>` as in plain mail. Never raises."""
    reader = _Reader()
    try:
        reader.feed(html)
        reader.close()
    except Exception:  # the parser asserts on a few malformed declarations
        pass
    return re.sub(r"[ \t]+", " ", "".join(reader.pieces)).strip()


class _Reader(HTMLParser):
    """Depths are counted, not recursed into: 20,000 nested tags are as good as ten."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.pieces: list[str] = []
        self._hidden: list[str] = []
        self._quotes = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _LINES | _QUOTES:
            self._new_line()
        if tag in _VOID:
            return
        if tag == "body":  # ends a head that nobody closed
            self._hidden.clear()
        if self._hidden or tag in _NO_TEXT or _hides(attrs):
            self._hidden.append(tag)
        elif tag in _QUOTES:
            self._quotes += 1
            self._new_line()

    def handle_endtag(self, tag: str) -> None:
        if self._hidden:
            if tag in self._hidden:
                while self._hidden.pop() != tag:
                    pass
        elif tag in _QUOTES and self._quotes:
            self._quotes -= 1
            self._new_line()
        elif tag in _LINES:
            self._new_line()

    def handle_data(self, data: str) -> None:
        if not self._hidden:
            self.pieces.append(re.sub(r"\s+", " ", data))

    def _new_line(self) -> None:
        self.pieces.append("\n" + "> " * min(self._quotes, 1))


def _hides(attributes: list[tuple[str, str | None]]) -> bool:
    named = {name: (value or "") for name, value in attributes}
    style = re.sub(r"\s", "", named.get("style", "")).lower()
    return "hidden" in named or named.get("aria-hidden") == "true" or bool(_HIDING.search(style))
