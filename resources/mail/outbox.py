"""The outbox: a mailer that delivers into a local Maildir, at most one message per Message-ID.

A message's file name follows from its Message-ID, and it is linked into `new/` only where no such name is:
so two runs that deliver at once, or one that was killed and comes again, leave one message.
Maildir (https://cr.yp.to/proto/maildir.html): written and synced in `tmp/`, then moved to `new/`; a mail
reader moves it on to `cur/` and adds `:2,` and flags to its name.
"""

import hashlib
import os
import tempfile
from collections.abc import Sequence
from pathlib import Path

from resources.mail.mailer import (
    Absent,
    CannotTell,
    Deferred,
    Delivered,
    Delivery,
    Envelope,
    Finding,
    Found,
    Unknown,
)


class MaildirOutbox:
    """Implements `resources.mail.mailer.Mailer` in the folder `root`, which is made when first needed."""

    at_once = 8  # of no meaning to a disk; it makes groups of a good size
    run = None

    def __init__(self, root: Path) -> None:
        self._root = root

    def deliver_all(self, envelopes: Sequence[Envelope]) -> list[Delivery]:
        return [self.deliver(envelope) for envelope in envelopes]

    def deliver(self, envelope: Envelope) -> Delivery:
        try:
            self._deliver(_file_name(envelope.message_id), envelope.content)
        except OSError as error:
            why = f"outbox {self._root}: {error}"
            match self.find(envelope.message_id):
                case Found():
                    return Delivered()
                case Absent():
                    return Deferred(why)
                case _:
                    return Unknown(why)
        return Delivered()

    def find(self, message_id: str, run: str | None = None) -> Finding:
        try:
            return Found() if self._holds(_file_name(message_id)) else Absent()
        except OSError as error:
            return CannotTell(f"outbox {self._root}: {error}")

    def settled(self) -> None:
        """What went out is told by the folder itself."""

    def _deliver(self, name: str, content: bytes) -> None:
        for folder in ("tmp", "new", "cur"):
            (self._root / folder).mkdir(parents=True, exist_ok=True)
        if self._holds(name):
            return
        draft = self._written(content)
        try:
            self._link(draft, name)
        finally:
            draft.unlink()

    def _written(self, content: bytes) -> Path:
        handle, path = tempfile.mkstemp(dir=self._root / "tmp")
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        return Path(path)

    def _link(self, draft: Path, name: str) -> None:
        target = self._root / "new" / name
        try:
            os.link(draft, target)
        except FileExistsError:
            return
        if self._in_cur(name):  # delivered by another run and moved on by a reader since we looked
            target.unlink()
        _sync_folder(target.parent)

    def _holds(self, name: str) -> bool:
        # In this order: a reader moves messages from new to cur, never back.
        return (self._root / "new" / name).exists() or self._in_cur(name)

    def _in_cur(self, name: str) -> bool:
        cur = self._root / "cur"
        if not cur.exists():
            return False
        with os.scandir(cur) as files:
            return any(file.name == name or file.name.startswith(f"{name}:") for file in files)


def _file_name(message_id: str) -> str:
    return f"{hashlib.sha256(message_id.encode()).hexdigest()}.workforce"


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
