"""What a process had on the wire: a line before a message's final dot, and one when it is answered.

SMTP cannot be asked what became of an intent that a killed run left. The run's log can: what had not come to
its dot surely did not go out, and of what was answered the answer is known. Only what lies between the two
stays unknown. Every intent names the log of the process that is about to send it.

Nothing is synced: a write that has returned outlives its process, however that ends, but not its machine. So
a log is believed only until the machine is started again, while it is the very file that was written, and
when its process is gone (its lock is free). One that was put back from a copy is another file
(`file_identity`); one that was put back into the file itself (`cp -a`, rsync) changed after it was written.
"""

import fcntl
import os
import re
import secrets
from contextlib import suppress
from pathlib import Path

from resources.mail.file_identity import identity
from resources.mail.mailer import Absent, CannotTell, Deferred, Delivered, Delivery, Finding, Found, UnderWay

_BOOT = Path("/proc/sys/kernel/random/boot_id")
_NAME = re.compile(r"[0-9]+-[0-9a-f]{16}")
_DOT, _SENT, _NOT_SENT = "dot", "sent", "not-sent"


class WireLog:
    """This process's own log, and those that others left in `folder`.

    Where nothing can be written, or the machine does not tell when it was started or a file was born, there
    is none: `name` is None, and nothing is known later.
    """

    def __init__(self, folder: Path) -> None:
        self._folder, self._boot = folder, _booted()
        self._file: int | None = None
        self._name: str | None = None
        self._read: dict[str, dict[str, str]] = {}
        self._needed, self._torn = False, False

    @property
    def name(self) -> str | None:
        """What intents name it by. It is there, and locked, before anybody can name it."""
        self._needed = True
        if self._name is None and self._boot is not None:
            with suppress(OSError):
                self._start(self._boot)
        return self._name

    def goes_out(self, message_id: str) -> bool:
        """Before its final dot. False: it cannot be written down, so the message must not go out."""
        return self._name is None or self._write(_DOT, message_id)

    def answered(self, message_id: str, delivery: Delivery) -> None:
        """What the relay answered. A refusal is not written: the ledger counts them."""
        match delivery:
            case Delivered():
                self._write(_SENT, message_id)
            case Deferred(_, refused=False):
                self._write(_NOT_SENT, message_id)

    def find(self, message_id: str, name: str | None) -> Finding:
        """What became of an intent that names the log `name`, by that log alone."""
        try:
            states = self._states(name) if name is not None else None
        except BlockingIOError:
            return UnderWay()
        if states is None:
            return CannotTell("an SMTP relay keeps no record that could be asked")
        match states.get(message_id, _NOT_SENT):
            case "sent":
                return Found()
            case "dot":
                return CannotTell("its run ended before the relay answered")
            case _:
                return Absent()

    def settled(self) -> None:
        """What became of every intent that named it is in the ledger: nobody needs it."""
        self._needed = False

    def close(self) -> None:
        """Nothing more goes out. Where the last sending was broken off, the log stays for the next run."""
        if self._file is None:
            return
        if not self._needed:
            (self._folder / f"{self._name}.log").unlink(missing_ok=True)
        os.close(self._file)
        self._file = None

    def _start(self, boot: str) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        for old in self._folder.glob("*.log"):
            _remove_if_old(old, boot)
        name = f"{os.getpid()}-{secrets.token_hex(8)}"
        path = self._folder / f"{name}.log"
        # Read-only: a copy is not written into it by accident.
        file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND, 0o400)
        try:
            fcntl.flock(file, fcntl.LOCK_EX)  # another that begins may hold it while it looks for old ones
            head = f"{_head(boot, file)}\n".encode()
            if os.write(file, head) != len(head):
                raise OSError("the disk is full")
        except OSError:
            path.unlink(missing_ok=True)
            os.close(file)
            raise
        self._file, self._name = file, name

    def _write(self, what: str, message_id: str) -> bool:
        """Whether the whole line was written. After half a line none is: both would be read as one."""
        if self._file is None or self._torn:
            return False
        line = f"{what} {message_id}\n".encode()
        try:
            written = os.write(self._file, line)
        except OSError:
            return False
        self._torn = written != len(line)
        return not self._torn

    def _states(self, name: str) -> dict[str, str] | None:
        """By Message-ID, the last line of another process's log; None where it is not to be believed.

        Raises BlockingIOError where that process still lives.
        """
        if name not in self._read:
            states = self._believed(self._folder / f"{name}.log") if _NAME.fullmatch(name) else None
            if states is None:
                return None
            self._read[name] = states
        return self._read[name]

    def _believed(self, path: Path) -> dict[str, str] | None:
        try:
            with path.open("rb") as file:
                fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)  # its process is gone
                head, *lines = file.read().decode("ascii", "replace").split("\n")
                if self._boot is None or head != _head(self._boot, file.fileno()):
                    return None
                status = os.fstat(file.fileno())
                if status.st_mtime_ns != status.st_ctime_ns:
                    return None
        except BlockingIOError:
            raise
        except OSError:
            return None
        return {message_id: what for what, _, message_id in (line.partition(" ") for line in lines[:-1])}


def _head(boot: str, file: int) -> str:
    return f"boot={boot} file={identity(file)}"


def _booted() -> str | None:
    """What names this run of the machine; None where it does not tell."""
    try:
        return _BOOT.read_text("ascii").strip() or None
    except (OSError, UnicodeError):
        return None


def _remove_if_old(path: Path, boot: str) -> None:
    """A log from before the machine was started again is not believed any more. One that is held is another
    machine's, whose process lives."""
    with suppress(OSError), path.open("rb") as file:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        head = file.readline()
        if head.endswith(b"\n") and not head.startswith(f"boot={boot} ".encode()):
            path.unlink()
