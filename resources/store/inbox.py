"""The inbox in the operations store: what was done about each message, once, and the held ones themselves."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, insert, or_, select

from resources.mail.return_path import key_range, token_of
from resources.store.entries import Entry
from resources.store.inbox_holds import hold_in
from resources.store.ledger_rows import entry_of
from resources.store.tables import inbox_messages, ledger

# Ids looked up in one statement, well under SQLite's limit of 32,766 parameters.
_CHUNK = 1000
_KEY_DIGITS = 64


@dataclass(frozen=True, slots=True)
class Handled:
    """One message: SHA-256 of its octets, where it lay, and what was decided.

    `content`: the whole of a held one; of a reply that was acted upon, a header that names the send.
    `holds`: the contacts that get nothing until a person has settled it. `soft_bounce_of`: the contact whose
    soft bounce counts, `soft_bounce_send`: the ledger key of the send that bounced.
    """

    digest: str
    file: str
    kind: str
    decision: str
    reason: str
    at: datetime
    soft_bounce_of: str | None = None
    content: bytes | None = None
    holds: tuple[str, ...] = ()
    soft_bounce_send: str | None = None


# What is told of a message again.
_TOLD = ("digest", "file", "kind", "decision", "reason", "at", "soft_bounce_of")


def handled(connection: Connection, digest: str) -> Handled | None:
    """What was decided about these octets before; without their content."""
    query = select(*(inbox_messages.c[name] for name in _TOLD)).where(inbox_messages.c.digest == digest)
    row = connection.execute(query).one_or_none()
    return None if row is None else Handled(**row._mapping)


def knows_file(connection: Connection, file: str) -> bool:
    return (
        connection.execute(select(inbox_messages.c.digest).where(inbox_messages.c.file == file)).first()
        is not None
    )


def keep(connection: Connection, message: Handled) -> None:
    """Raises IntegrityError if these octets were handled before: look first, in the same transaction."""
    values = {name: getattr(message, name) for name in (*_TOLD, "content", "soft_bounce_send")}
    connection.execute(insert(inbox_messages).values(**values))
    hold_in(connection, message.digest, message.holds)


def sends_named(
    connection: Connection,
    message_ids: Sequence[str],
    names: Sequence[str],
    keys: Sequence[str],
    tokens: Sequence[str],
) -> tuple[Entry, ...]:
    """The ledger's entries, of any workforce, with one of these Message-IDs, left parts of one, keys, or
    tokens of return paths.

    The Message-ID is the one that was written down at the send, whatever would be computed today.
    """
    asked = [*keys[:_CHUNK], *(name[:_KEY_DIGITS] for name in names[:_CHUNK])]
    near = [ledger.c.key.between(*key_range(token)) for token in tokens[:_CHUNK]]
    query = select(ledger).where(
        or_(ledger.c.message_id.in_(message_ids[:_CHUNK]), ledger.c.key.in_(asked), *near)
    )
    found = (entry_of(row) for row in connection.execute(query))
    return tuple(
        entry
        for entry in found
        if entry.message_id in message_ids
        or entry.key.digest in keys
        or entry.message_id[1:].rpartition("@")[0] in names
        or token_of(entry.message_id) in tokens
    )


def soft_bounces(connection: Connection, send: Entry, days: int) -> int:
    """How many sends to its contact, within `days` and this one among them, a soft bounce came of.

    By the ledger's times: when a bounce is read says nothing, and it may be read again in other octets.
    """
    query = (
        select(ledger.c.key, ledger.c.sent_at, ledger.c.intent_at)
        .join(inbox_messages, inbox_messages.c.soft_bounce_send == ledger.c.key)
        .where(inbox_messages.c.soft_bounce_of == send.key.contact)
    )
    this, span = send.sent_at or send.intent_at, timedelta(days=days)
    sends: dict[str, datetime] = {row.key: row.sent_at or row.intent_at for row in connection.execute(query)}
    times = (sends | {send.key.digest: this}).values()
    windows = (start for start in times if this - span < start <= this)
    return max(sum(start <= time < start + span for time in times) for start in windows)


def digests_of(connection: Connection, kinds: Sequence[str]) -> set[str]:
    """The messages of these kinds that were not ignored."""
    query = select(inbox_messages.c.digest).where(
        inbox_messages.c.kind.in_(kinds), inbox_messages.c.decision != "ignored"
    )
    return set(connection.execute(query).scalars())


def content_of(connection: Connection, digest: str) -> bytes | None:
    """What is kept of a message: of a held one up to 50 MB. None where nothing is, or it is not known."""
    query = select(inbox_messages.c.content).where(inbox_messages.c.digest == digest)
    content: bytes | None = connection.execute(query).scalar_one_or_none()
    return content


def entries_by_key(connection: Connection, keys: Sequence[str]) -> Iterator[Entry]:
    """The ledger's entries with these idempotency keys."""
    for start in range(0, len(keys), _CHUNK):
        query = select(ledger).where(ledger.c.key.in_(keys[start : start + _CHUNK]))
        yield from (entry_of(row) for row in connection.execute(query))
