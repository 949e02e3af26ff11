"""In which encoding a lead file is: by its byte order mark, UTF-8, or the one that is found in it."""

import codecs
from pathlib import Path

from resources.encodings import Doubt, detect
from resources.errors import InputError
from resources.lead_text import Content, is_wide, open_bytes, refuse_other_kinds

OPTION = "--lead-encoding"
UTF8 = "utf-8-sig"  # reads UTF-8 with and without a mark
# UTF-32's first, as UTF-16's is the beginning of one of them.
_MARKS = {
    codecs.BOM_UTF32_LE: "utf-32",
    codecs.BOM_UTF32_BE: "utf-32",
    codecs.BOM_UTF8: UTF8,
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}
_CHUNK = 1 << 20
_LINES, _LINE_BYTES = 2000, 4000
_CELL_ENDS = (b" ", b'"', b",", b";", b"\t")


def check_encoding(name: str) -> str:
    """An encoding's name as Python writes it. Raises InputError naming the option."""
    try:
        known = codecs.lookup(name).name
        if is_wide(known) or "a,b".encode(known) == b"a,b":
            return UTF8 if known == "utf-8" else known
    except (LookupError, ValueError, TypeError):
        pass
    raise InputError(
        OPTION, f"{name!r} is no text encoding that is known", "write utf-8, cp1252, utf-16, shift_jis, ..."
    )


def find_encoding(path: Path) -> str | Doubt:
    """The encoding of a lead file's bytes, read to their end. Raises InputError if it cannot be opened."""
    with open_bytes(path) as content:
        head = content.peek(64)[:64]
        refuse_other_kinds(path, head)
        for mark, encoding in _MARKS.items():
            if head.startswith(mark):
                return encoding
        if unmarked := _unmarked_utf16(head):
            return unmarked
        if _is_utf8(content):
            return UTF8
    return _found(path)


def _unmarked_utf16(head: bytes) -> str | None:
    """Every other byte of a header in UTF-16 is 0."""
    pairs = len(head) // 2
    if pairs and head[1::2].count(0) >= pairs * 0.9 and head[::2].count(0) == 0:
        return "utf-16-le"
    if pairs and head[::2].count(0) >= pairs * 0.9 and head[1::2].count(0) == 0:
        return "utf-16-be"
    return None


def _is_utf8(content: Content) -> bool:
    decoder = codecs.getincrementaldecoder("utf-8")("surrogatepass")
    try:
        while chunk := content.read(_CHUNK):
            decoder.decode(chunk)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _found(path: Path) -> str | Doubt:
    lines = dict[bytes, None]()
    with open_bytes(path) as content:
        while len(lines) < _LINES and (line := content.readline(_LINE_BYTES)):
            rest = line
            while len(rest) == _LINE_BYTES and not rest.endswith(b"\n"):
                line = line[: max(map(line.rfind, _CELL_ENDS)) + 1]  # not to cut a character in two
                rest = content.readline(_LINE_BYTES)
            if not line.isascii():
                lines[line] = None
    if any(map(_holds_utf8, lines)):
        return Doubt({})  # mostly UTF-8, and damaged: no other encoding would make it whole
    return detect(lines)


def _holds_utf8(line: bytes) -> bool:
    try:
        line.decode("utf-8", "surrogatepass")
    except UnicodeDecodeError:
        return False
    return True
