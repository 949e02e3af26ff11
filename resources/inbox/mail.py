"""One message as it came in, read without ever raising on what its sender got wrong.

The standard library's parser keeps defective mail as far as it can; what it cannot decode is replaced here.
"""

import email
from collections.abc import Iterator
from dataclasses import dataclass
from email.header import decode_header
from email.message import Message
from functools import cached_property
from typing import Any, TypeAlias

from resources.inbox.html_text import visible_text

# A message beyond these is held unread. The largest mail that relays commonly take is 50 MB.
MAX_OCTETS = 50_000_000
_MAX_PARTS = 2_000

Part: TypeAlias = "Message[Any, Any]"


class UnreadableMail(ValueError):
    """Nothing can be made of these bytes; a person must look."""


@dataclass(frozen=True)
class Mail:
    """A parsed message. `own` parts were written for us; `returned` ones are (part of) what we sent."""

    message: Part

    @classmethod
    def parse(cls, content: bytes) -> "Mail":
        """Raises UnreadableMail, and nothing else."""
        if len(content) > MAX_OCTETS:
            raise UnreadableMail(f"larger than {MAX_OCTETS} octets")
        try:
            return cls(email.message_from_bytes(content))
        except Exception as error:  # parts nested too deeply raise RecursionError, and others have been seen
            raise UnreadableMail(f"cannot be parsed: {type(error).__name__}") from None

    def header(self, name: str) -> str:
        """The first header of that name, decoded, on one line; '' where there is none."""
        return next(iter(self.headers(name)), "")

    def headers(self, name: str) -> list[str]:
        return headers_of(self.message, name)

    @cached_property
    def own(self) -> tuple[Part, ...]:
        return tuple(part for part, returned in _walk(self.message) if not returned)

    @cached_property
    def returned(self) -> tuple[Part, ...]:
        return tuple(part for part, returned in _walk(self.message) if returned)

    @cached_property
    def text(self) -> str:
        """What its sender wrote: plain text parts, or the visible text of HTML where there is none."""
        for kind in ("text/plain", "text/html"):
            texts = [text_of(part) for part in self.own if part.get_content_type() == kind]
            if any(text.strip() for text in texts):
                return "\n".join(texts)
        return "\n".join(_unparsed(part) for part in self.own if part.is_multipart() or part is self.message)


def headers_of(part: Part, name: str) -> list[str]:
    """All headers of that name in one part, decoded, each on one line."""
    # The raw value: the policy's own would replace every octet that is not ASCII, also good UTF-8.
    raw = [value for given, value in part.raw_items() if given.lower() == name.lower()]
    return [decoded(_bytes_text(str(value).encode("utf-8", "surrogateescape"), None)) for value in raw]


def decoded(value: str) -> str:
    """A header's value with its encoded words decoded as far as they can be, on one line."""
    try:
        pieces = decode_header(value)
    except Exception:  # binascii.Error, ValueError and others on broken encoded words
        return " ".join(value.split())
    texts = [piece if isinstance(piece, str) else _bytes_text(piece, charset) for piece, charset in pieces]
    return " ".join("".join(texts).split())


def text_of(part: Part) -> str:
    """A text part's content with unix line ends; HTML without what a reader does not see."""
    try:
        payload = part.get_payload(decode=True)
        charset = part.get_content_charset()
    except Exception:  # broken transfer encodings and charset parameters raise half a dozen kinds
        return ""
    if not isinstance(payload, bytes):
        return ""
    text = _bytes_text(payload, charset).replace("\r\n", "\n").replace("\r", "\n")
    return visible_text(text) if part.get_content_type() == "text/html" else text


def _unparsed(part: Part) -> str:
    """Text outside all parts: a wrong boundary leaves a whole report there."""
    payload = part.get_payload()
    pieces = (part.preamble, payload if isinstance(payload, str) else None, part.epilogue)
    return "\n".join(piece for piece in pieces if isinstance(piece, str)).replace("\r\n", "\n")


def _bytes_text(content: bytes, charset: str | None) -> str:
    for name in (charset, "utf-8"):
        try:
            return content.decode(name or "utf-8")
        except (LookupError, ValueError):
            continue
    return content.decode("latin-1")


def _walk(message: Part) -> Iterator[tuple[Part, bool]]:
    """Every part with whether it belongs to a message that is attached; without recursion, and bounded."""
    waiting: list[tuple[Part, bool]] = [(message, False)]
    for _ in range(_MAX_PARTS):
        if not waiting:
            return
        part, returned = waiting.pop()
        kind = part.get_content_type()
        inside = returned or kind in ("message/rfc822", "message/global", "text/rfc822-headers")
        yield part, inside
        payload = part.get_payload()
        if isinstance(payload, list) and kind != "message/delivery-status":
            waiting += [(child, inside) for child in reversed(payload) if isinstance(child, Message)]
