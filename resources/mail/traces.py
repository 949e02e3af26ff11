"""What others remember of our messages: the relay's log and mailbox folders, read for Message-IDs.

    sent     the relay says so, or a copy lies in a mailbox
    bounced  the relay took it and could not deliver it

A Message-ID that stands in a log without a status (Postfix logs it before the final dot) proves nothing.
"""

import mailbox
import re
from collections.abc import Iterator
from email import message_from_binary_file
from email.message import Message
from pathlib import Path
from typing import Literal

from resources.errors import InputError

Trace = Literal["sent", "bounced"]

_MESSAGE_ID = re.compile(r"message-id=(<[^<>\s]+>)", re.IGNORECASE)
_STATUS = re.compile(r"\bstatus=(\w+)")
# Syslog puts the queue id after the process: "postfix/smtp[211]: 4Zx1y2: to=<...>, ..., status=sent (...)".
_QUEUE = re.compile(r"\]: ([0-9A-Za-z]{5,}): ")
# Deferred by the relay means accepted by it: it will go on trying, and we must not.
_MEANS: dict[str, Trace] = {"sent": "sent", "deferred": "sent", "bounced": "bounced", "expired": "bounced"}


def of_relay_log(path: Path) -> dict[str, Trace]:
    """Traces by Message-ID in a log whose lines hold `message-id=<...>` and `status=...`, on one line or on
    lines with the same queue id, as Postfix writes them. Raises InputError."""
    by_queue: dict[str, str] = {}
    traces: dict[str, Trace] = {}
    for line in _lines(path):
        queue, message_id, status = _QUEUE.search(line), _MESSAGE_ID.search(line), _STATUS.search(line)
        if message_id and queue:
            by_queue[queue[1]] = message_id[1]
        found = message_id[1] if message_id else by_queue.get(queue[1]) if queue else None
        if status and found and status[1] in _MEANS:
            traces[found] = _MEANS[status[1]]  # the relay's last word
    return traces


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
        with path.open(encoding="utf-8", errors="replace") as file:
            yield from file
    except OSError as error:
        raise InputError(path, f"cannot be read: {error.strerror}", "give the relay's log file") from None
