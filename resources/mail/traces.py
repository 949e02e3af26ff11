"""What others remember of our messages: the relay's log and mailbox folders, read for Message-IDs.

    sent     the relay says so, or a copy lies in a mailbox
    bounced  the relay took it and could not deliver it
    seen     its Message-ID stands in the relay's log without a status

What is only seen proves neither: Postfix logs the Message-ID before the final dot, and a message that it
still tries has no status yet.
"""

import gzip
import mailbox
import re
import zlib
from collections.abc import Iterable, Iterator, Mapping
from email import message_from_binary_file
from email.message import Message
from pathlib import Path
from typing import Literal

from resources.errors import InputError

Trace = Literal["sent", "bounced", "seen"]

_MESSAGE_ID = re.compile(r"message-id=(<[^<>\s]+>)", re.IGNORECASE)
_STATUS = re.compile(r"\bstatus=(\w+)")
# Syslog puts the queue id after the process: "postfix/smtp[211]: 4Zx1y2: to=<...>, ..., status=sent (...)".
_QUEUE = re.compile(r"\]: ([0-9A-Za-z]{5,}): ")
_GZIP = b"\x1f\x8b"
# Deferred by the relay means accepted by it: it will go on trying, and we must not.
_MEANS: dict[str, Trace] = {"sent": "sent", "deferred": "sent", "bounced": "bounced", "expired": "bounced"}


def of_relay_log(path: Path, *, whole: bool = False) -> dict[str, Trace]:
    """Traces by Message-ID in a log, gzipped or not, whose lines hold `message-id=<...>` and `status=...`, on
    one line or on lines with the same queue id, as Postfix writes them.

    `whole`: a person will go by what is missing in it. Raises InputError, then also where no line of it is
    understood.
    """
    by_queue: dict[str, str] = {}
    traces: dict[str, Trace] = {}
    understood = False
    for line in _lines(path):
        queue, message_id, status = _QUEUE.search(line), _MESSAGE_ID.search(line), _STATUS.search(line)
        means = _MEANS.get(status[1]) if status else None
        understood = understood or bool(message_id and (queue or means)) or bool(queue and means)
        if message_id and queue:
            by_queue[queue[1]] = message_id[1]
        found = message_id[1] if message_id else by_queue.get(queue[1]) if queue else None
        if found and means:
            traces[found] = means  # the relay's last word
        elif found:
            traces.setdefault(found, "seen")
    if whole and not understood:
        problem = "no line is understood, so what is missing in it proves nothing"
        remedy = "leave it out, or give lines with message-id=<...> and status=... as Postfix writes them"
        raise InputError(path, problem, remedy)
    return traces


def joined(many: Iterable[Mapping[str, Trace]]) -> dict[str, Trace]:
    """All of them; of two words on one message the later, but a status or a copy before what is only seen."""
    found: dict[str, Trace] = {}
    for traces in many:
        found |= {name: trace for name, trace in traces.items() if trace != "seen" or name not in found}
    return found


def of_mailbox(path: Path) -> dict[str, Trace]:
    """Traces in a Maildir, a folder of message files, or an mbox file: each message's own Message-ID.

    Raises InputError.
    """
    if not path.exists():
        raise InputError(path, "no such file or folder", "give a Maildir, a folder of messages, or an mbox")
    try:
        ids = [str(message["Message-ID"] or "").strip() for message in _messages(path)]
    except (OSError, mailbox.Error) as error:
        raise InputError(path, f"cannot be read: {error}", "give a Maildir, a folder, or an mbox") from None
    return {message_id: "sent" for message_id in ids if message_id}


def _messages(path: Path) -> Iterator[Message]:
    if path.is_file():
        yield from mailbox.mbox(path, create=False)
    elif (path / "cur").is_dir() or (path / "new").is_dir():
        yield from mailbox.Maildir(path, create=False)
    else:
        for file in sorted(file for file in path.rglob("*") if file.is_file()):
            with file.open("rb") as content:
                yield message_from_binary_file(content)


def _lines(path: Path) -> Iterator[str]:
    try:
        with path.open("rb") as start:
            zipped = start.read(2) == _GZIP
        with (gzip.open if zipped else open)(path, "rt", encoding="utf-8", errors="replace") as file:
            yield from file
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise InputError(path, f"is not whole gzip data: {error}", "zip or copy it again") from None
    except OSError as error:
        raise InputError(path, f"cannot be read: {error.strerror}", "give the relay's log file") from None
