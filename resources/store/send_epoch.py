"""A copy of the store that was put back must not send again what was sent since the copy was made.

The store counts the intents it has ever written, and a small file beside it holds the highest count seen,
written after the commit and before the wire. A store that is behind the file has been put back.
"""

import os
from pathlib import Path

from filelock import FileLock
from sqlalchemy import Connection, insert, select, update

from resources.errors import OneLineError
from resources.store.tables import send_epoch


class StoreIsBehind(OneLineError):
    """The operations store has forgotten sends. One line, with what to do."""


class EpochFile:
    """The highest count of intents that this home has seen, in `path`; made when first needed."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def read(self) -> int:
        """Raises StoreIsBehind where the file does not hold a number: it cannot be told what was sent."""
        try:
            text = self._path.read_text("ascii")
        except FileNotFoundError:
            return 0
        except (OSError, UnicodeDecodeError) as error:
            raise self._unreadable(str(error)) from None
        if not text.strip().isdigit():
            raise self._unreadable(f"holds {text[:40]!r}")
        return int(text)

    def raise_to(self, count: int) -> None:
        """Durable when it returns; it never goes down."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(self._path.with_suffix(".lock")):
            fresh = not self._path.exists()
            if not fresh and self.read() >= count:
                return
            handle = os.open(self._path, os.O_WRONLY | os.O_CREAT, 0o644)
            try:
                # Always as long, in one write: a reader sees the old number or the new one.
                os.pwrite(handle, f"{count:020d}\n".encode("ascii"), 0)
                os.fdatasync(handle)  # its length never changes, so this is enough
            finally:
                os.close(handle)
            if fresh:
                _sync_folder(self._path.parent)

    def _unreadable(self, what: str) -> StoreIsBehind:
        return StoreIsBehind(
            f"{self._path}: {what}; nothing is sent until `workforce ledger reconcile --restored --by NAME` "
            "has told that the ledger is whole"
        )

    def check(self, count: int) -> None:
        """Raises StoreIsBehind if the store, which has written `count` intents, is not the newest."""
        seen = self.read()
        if count < seen:
            raise StoreIsBehind(
                f"the operations store knows of {count} sends, but {self._path} has seen {seen}: an older "
                "copy was put back, and it could repeat what it forgot; give the relay's log or the "
                "mailbox to `workforce ledger reconcile`, then add `--restored --by NAME` to the same command"
            )

    def settle(self, count: int) -> int:
        """What a person has settled: the count that store and file must both have from here on."""
        try:
            settled = max(count, self.read())
        except StoreIsBehind:
            self._path.unlink()
            settled = count
        self.raise_to(settled)
        return settled


def intents_of(connection: Connection) -> int:
    """How many intents the store has ever written."""
    return int(connection.execute(select(send_epoch.c.intents)).scalar_one_or_none() or 0)


def count_intents(connection: Connection, count: int) -> None:
    """Set the count, inside the transaction that writes the intents."""
    changed = connection.execute(update(send_epoch).values(intents=count))
    if changed.rowcount == 0:
        connection.execute(insert(send_epoch).values(intents=count))


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
