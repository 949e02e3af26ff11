"""Where messages come from: a folder of .eml files, a Maildir, an mbox, an IMAP folder. Only ever read."""

import mailbox
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from resources.errors import InputError
from resources.inbox.imap import read_imap


@dataclass(frozen=True, slots=True)
class Found:
    """One message: `file` names it within its source; `content` is None where `problem` says why."""

    file: str
    content: bytes | None
    problem: str = ""


def read_messages(source: str, password: str | None, known: Callable[[str], bool]) -> Iterator[Found]:
    """Every message in the source, in a stable order. Raises InputError where there is no such source.

    `password` and `known` (is a message of this name handled already?) are for IMAP alone:
    files are read anew, because their names may be used again.
    """
    if source.startswith(("imap://", "imaps://")):
        return (Found(name, content) for name, content in read_imap(source, password, known))
    path = Path(source)
    if path.is_dir():
        return _maildir(path) if all((path / name).is_dir() for name in ("new", "cur")) else _folder(path)
    if path.is_file():
        return _one_file(path)
    raise InputError(
        source, "no such folder or file", "give a folder of .eml files, a Maildir, an mbox or imaps://"
    )


def _folder(root: Path) -> Iterator[Found]:
    found = sorted(path for path in root.rglob("*") if path.suffix.lower() == ".eml")
    if not found:
        raise InputError(root, "holds no .eml file and is no Maildir", "give the folder the messages lie in")
    return (_read(path, path.relative_to(root).as_posix()) for path in found)


def _maildir(root: Path) -> Iterator[Found]:
    """https://cr.yp.to/proto/maildir.html; what a reader flags stays the same message by its digest."""
    for name in ("new", "cur"):
        for path in sorted((root / name).iterdir()):
            if not path.name.startswith("."):
                yield _read(path, f"{name}/{path.name}")


def _one_file(path: Path) -> Iterator[Found]:
    with path.open("rb") as file:
        is_mbox = file.read(5) == b"From "
    if path.suffix.lower() == ".eml" or not is_mbox:
        return iter([_read(path, path.name)])
    return _mbox(path)


def _mbox(path: Path) -> Iterator[Found]:
    box = mailbox.mbox(path, create=False)
    try:
        for key in box.iterkeys():
            yield Found(f"{path.name}#{key}", box.get_bytes(key))
    finally:
        box.close()


def _read(path: Path, name: str) -> Found:
    try:
        return Found(name, path.read_bytes())
    except OSError as error:
        return Found(name, None, f"cannot be read: {error.strerror}")
