"""Header fields: written as one RFC 5322 line each, and read back by a parser that did not write them."""

import re
import unicodedata
from email.errors import HeaderParseError
from email.header import Header, decode_header, make_header
from email.headerregistry import Address
from email.parser import BytesParser
from email.policy import compat32
from email.utils import parseaddr
from functools import lru_cache

# 998 octets without the line end is RFC 5322's limit for a line (section 2.1.1).
LINE = 998
_ENCODED_WORD = re.compile(r"=\?.*\?=", re.DOTALL)
_FOLD = re.compile(r"\r?\n(?=[ \t])")
_PARSER = BytesParser(policy=compat32)


class MessageError(ValueError):
    """A message that must not be sent, with the header or part that is wrong."""


def refuse_controls(name: str, value: str) -> None:
    """Raises MessageError at a line break, or anything else that is no text."""
    if value.isascii() and value.isprintable():
        return
    for character in value:
        if unicodedata.category(character) in ("Cc", "Cs", "Zl", "Zp"):
            raise MessageError(f"{name}: holds the control character U+{ord(character):04X}")


def field_line(name: str, value: str) -> bytes:
    """One header field with its CRLF, non-ASCII text as RFC 2047 encoded words. Raises MessageError."""
    refuse_controls(name, value)
    if _ENCODED_WORD.search(value):
        # A reader would decode it, into a line break and a Bcc for one: what we say, we say plainly.
        raise MessageError(f"{name}: holds an encoded word")
    written = value if value.isascii() else Header(value, "utf-8", header_name=name).encode(linesep="\r\n")
    line = f"{name}: {written}\r\n".encode("ascii")
    if any(len(part) > LINE for part in line.split(b"\r\n")):
        raise MessageError(f"{name}: a line is longer than {LINE} octets")
    return line


@lru_cache(maxsize=64)
def mailbox_line(name: str, display: str, address: str) -> bytes:
    """The same for a field that holds one mailbox: the display name may be any text, the address is ASCII."""
    refuse_controls(name, display)
    if _ENCODED_WORD.search(display):
        raise MessageError(f"{name}: holds an encoded word")
    if display.isascii():
        return field_line(name, str(Address(display, addr_spec=address)))
    phrase = Header(display, "utf-8", header_name=name).encode(linesep="\r\n")
    return f"{name}: {phrase} <{address}>\r\n".encode("ascii")


def read_back(content: bytes) -> list[tuple[str, str]]:
    """Every header field of a message as a reader sees it: names in lower case, values unfolded."""
    head, blank, _ = content.partition(b"\r\n\r\n")
    fields = _PARSER.parsebytes(head + blank, headersonly=True).items()
    return [(name.lower(), _FOLD.sub("", str(value))) for name, value in fields]


def decoded(name: str, value: str) -> str:
    """A field's text, its encoded words read. Raises MessageError."""
    if "=?" not in value:
        return value
    try:
        text = str(make_header(decode_header(value)))
    except (HeaderParseError, LookupError, UnicodeError) as error:
        raise MessageError(f"{name}: cannot be read back: {error}") from None
    refuse_controls(name, text)
    return text


@lru_cache(maxsize=64)
def mailbox_of(name: str, value: str) -> tuple[str, str]:
    """Display name and address of a field that holds one mailbox."""
    display, address = parseaddr(value)
    return decoded(name, display), address
