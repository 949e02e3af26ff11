"""Opening a lead file as text: gzip, byte order marks, and a clear word on what is no text at all."""

import gzip
import io
import re
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from resources.errors import InputError

# The first bytes by which files that are often renamed to .csv give themselves away.
_SIGNATURES = {
    b"PK\x03\x04": "an Excel workbook or a ZIP archive",
    b"\xd0\xcf\x11\xe0": "an old Excel or Word document",
    b"\x89PNG": "a PNG image",
    b"\xff\xd8\xff": "a JPEG image",
    b"GIF8": "a GIF image",
    b"%PDF": "a PDF document",
    b"PAR1": "a Parquet file",
    b"SQLite format 3\0": "an SQLite database",
    b"\x1f\x8b": "gzipped",
}
_SURROGATE = re.compile("[\ud800-\udfff]")
# Runs of half pairs as some programs write them into what they call UTF-8, each byte as a surrogate escape.
_HALF_PAIR = re.compile("(?:\udced[\udca0-\udcbf][\udc80-\udcbf])+")
# What would read as an escaped half pair once it is stored: backslashes before udXXX, or before a half pair.
_READS_SO = re.compile(r"\\+(?=ud[89a-f][0-9a-f]{2}|[\ud800-\udfff])")

Content = io.BufferedReader | gzip.GzipFile


@contextmanager
def open_bytes(path: Path) -> Iterator[Content]:
    """The content of a file, unzipped where its name ends in .gz.

    Raises InputError if it cannot be opened or is empty, and later where unzipping fails.
    """
    if path.is_dir():
        raise InputError(path, "is a folder", "give the path of one lead file")
    try:
        with gzip.open(path) if path.suffix.lower() == ".gz" else path.open("rb") as content:
            if not content.peek(1):
                raise InputError(path, "is empty", "give a file with a header row and one row per lead")
            yield content
    except FileNotFoundError:
        raise InputError(path, "no such file", "check the path given to --leads") from None
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise InputError(path, f"is not whole gzip data: {error}", "zip or copy it again") from None
    except OSError as error:
        raise InputError(
            path, f"cannot be read: {error.strerror or error}", "check its permissions"
        ) from None


@contextmanager
def open_text(path: Path, encoding: str, newline: str) -> Iterator[io.TextIOWrapper]:
    """The content as text in an encoding that Python names.

    Bytes that the encoding does not know come out as surrogate escapes, so that `Lines` can say in which row
    they are. UTF-16 has no such bytes; halves of surrogate pairs in it are kept.
    """
    errors = "surrogatepass" if is_wide(encoding) else "surrogateescape"
    with open_bytes(path) as content:
        refuse_other_kinds(path, content.peek(16))
        yield io.TextIOWrapper(content, encoding=encoding, errors=errors, newline=newline)


def refuse_other_kinds(path: Path, head: bytes) -> None:
    """Raises InputError where the first bytes are those of another kind of file."""
    for signature, kind in _SIGNATURES.items():
        if head.startswith(signature):
            raise InputError(path, f"is {kind}, whatever its name says", "save it as CSV or JSONL in UTF-8")


def is_wide(encoding: str) -> bool:
    return encoding.replace("_", "-").lower().startswith(("utf-16", "utf-32"))


class BadByte(Exception):
    """A byte that is no text in the file's encoding, met while reading. `row` 0 is the header."""

    row = 0


class Lines(Iterator[str]):
    """Physical lines of a text. A record may turn out to have taken too many: `give_back` returns all but its
    first, so that one unclosed quote does not swallow the rows after it."""

    def __init__(self, stream: io.TextIOWrapper) -> None:
        self._stream = stream
        self._bytes_as_surrogates = stream.errors == "surrogateescape"
        self._taken: list[str] = []
        self._returned: list[str] = []
        self._count = 0

    def __next__(self) -> str:
        line = self._returned.pop() if self._returned else self._read()
        self._taken.append(line)
        return line

    def start_record(self) -> int:
        """The number (from 1) of the line that the next record starts on."""
        self._count += len(self._taken)
        self._taken.clear()
        return self._count + 1

    def give_back(self) -> None:
        self._returned.extend(reversed(self._taken[1:]))
        del self._taken[1:]

    def _read(self) -> str:
        try:
            line = next(self._stream)
        except UnicodeDecodeError as error:
            raise BadByte(f"byte 0x{error.object[error.start]:02x}") from None
        if line.isascii() or not _SURROGATE.search(line):
            return line
        if not self._bytes_as_surrogates:
            return line
        line, half_pairs = _HALF_PAIR.sub(_character, line), _HALF_PAIR.sub("", line)
        if bad := _SURROGATE.search(half_pairs):
            raise BadByte(f"byte 0x{ord(bad[0]) - 0xDC00:02x}")
        return line


def _character(escaped: re.Match[str]) -> str:
    content = escaped[0].encode("utf-8", "surrogateescape").decode("utf-8", "surrogatepass")
    return content.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "surrogatepass")


def kept(text: str) -> str:
    r"""A text as it can be stored: half of a surrogate pair, which no UTF-8 file can hold, becomes the six
    characters \udXXX. `\` before what already reads so is doubled; so all texts stay apart.
    """
    if "\\ud" not in text and (text.isascii() or not _SURROGATE.search(text)):
        return text
    text = _READS_SO.sub(lambda match: match[0] * 2, text)
    return _SURROGATE.sub(lambda match: f"\\u{ord(match[0]):04x}", text)
