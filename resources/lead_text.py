"""Opening a lead file as text: gzip, byte order marks, and a clear word on what is no text at all."""

import gzip
import io
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
_UTF16 = (b"\xff\xfe", b"\xfe\xff")
_AS_UTF8 = "save it as CSV or JSONL in UTF-8"

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
def open_text(path: Path, newline: str) -> Iterator[io.TextIOWrapper]:
    """The content as text: UTF-8, or UTF-16 where a byte order mark says so.

    Bytes that are not UTF-8 come out as surrogate escapes, so that `Lines` can say in which row they are.
    """
    with open_bytes(path) as content:
        head = content.peek(16)
        for signature, kind in _SIGNATURES.items():
            if head.startswith(signature):
                raise InputError(path, f"is {kind}, whatever its name says", _AS_UTF8)
        encoding = "utf-16" if head.startswith(_UTF16) else "utf-8-sig"
        yield io.TextIOWrapper(content, encoding=encoding, errors="surrogateescape", newline=newline)


class BadByte(Exception):
    """A byte that is not UTF-8, met while reading."""

    def error(self, path: Path, row: int) -> InputError:
        header = "" if row else "header row: "
        remedy = f"{_AS_UTF8} (it may be Windows-1252 now)"
        return InputError(path, f"{header}{self} is not UTF-8 text", remedy, row=row or None)


class Lines(Iterator[str]):
    """Physical lines of a text. A record may turn out to have taken too many: `give_back` returns all but its
    first, so that one unclosed quote does not swallow the rows after it."""

    def __init__(self, stream: io.TextIOWrapper) -> None:
        self._stream = stream
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
        if not line.isascii():
            try:
                line.encode("utf-8")
            except UnicodeEncodeError as error:
                raise BadByte(f"byte 0x{ord(line[error.start]) - 0xDC00:02x}") from None
        return line
