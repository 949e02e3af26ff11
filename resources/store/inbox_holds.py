"""Contacts that a held message holds: nothing is sent to them until a person has settled the message."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, Engine, select, update

from resources.errors import OneLineError
from resources.store.engine import deciding, insert_or_ignore, reading
from resources.store.suppressions import SENDING, Suppression, suppress_in
from resources.store.tables import inbox_holds, inbox_messages


class NotHeld(OneLineError):
    """No such message waits for a person. One line, with what to do."""


@dataclass(frozen=True, slots=True)
class HeldMessage:
    """A message that waits for a person, and the contacts that get nothing until then."""

    digest: str
    file: str
    kind: str
    reason: str
    at: datetime
    contacts: tuple[str, ...]


def hold_in(connection: Connection, digest: str, contacts: Sequence[str]) -> None:
    """Inside the transaction that keeps the message."""
    rows = [{"contact": contact, "digest": digest} for contact in contacts]
    if rows:
        connection.execute(insert_or_ignore(connection.engine, inbox_holds), rows)


def held_among(connection: Connection, contacts: Sequence[str]) -> frozenset[str]:
    """Those of the contacts of whom a message waits, inside a transaction that decides on it."""
    query = (
        select(inbox_holds.c.contact)
        .join(inbox_messages, inbox_messages.c.digest == inbox_holds.c.digest)
        .where(inbox_holds.c.contact.in_(contacts), inbox_messages.c.settled_at.is_(None))
    )
    return frozenset(connection.execute(query).scalars())


class HeldInbox:
    """The messages that wait for a person, of all workforces on one store."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def waiting(self) -> list[HeldMessage]:
        """All of them, oldest first."""
        with reading(self._engine) as connection:
            return _waiting(connection)

    def one(self, begins: str) -> tuple[HeldMessage, bytes]:
        """By its digest, or the beginning of it, with its octets. Raises NotHeld."""
        with reading(self._engine) as connection:
            message = _one(connection, begins)
            query = select(inbox_messages.c.content).where(inbox_messages.c.digest == message.digest)
            return message, connection.execute(query).scalar_one() or b""

    def settle(self, begins: str, by: str, at: datetime, *, suppress: bool) -> HeldMessage:
        """`by` has read it: its contacts are suppressed, or may be written to again as far as it goes.

        Another message that waits holds them still. Raises NotHeld.
        """
        with deciding(self._engine, SENDING) as connection:
            message = _one(connection, begins)
            for contact in message.contacts if suppress else ():
                source = f"inbox: {message.file}, read by {by}"
                suppress_in(connection, Suppression(contact, "unsubscribed", source, at))
            connection.execute(
                update(inbox_messages)
                .where(inbox_messages.c.digest == message.digest)
                .values(settled_at=at, settled_by=by)
            )
        return message


def _waiting(connection: Connection) -> list[HeldMessage]:
    held: dict[str, list[str]] = {}
    for row in connection.execute(select(inbox_holds).order_by(inbox_holds.c.contact)):
        held.setdefault(row.digest, []).append(row.contact)
    names = ("digest", "file", "kind", "reason", "at")
    query = (
        select(*(inbox_messages.c[name] for name in names))
        .where(inbox_messages.c.decision == "held", inbox_messages.c.settled_at.is_(None))
        .order_by(inbox_messages.c.at, inbox_messages.c.file)
    )
    return [
        HeldMessage(**row._mapping, contacts=tuple(held.get(row.digest, ())))
        for row in connection.execute(query)
    ]


def _one(connection: Connection, begins: str) -> HeldMessage:
    found = [message for message in _waiting(connection) if begins and message.digest.startswith(begins)]
    if len(found) != 1:
        what = "several held messages begin so" if found else "no message that waits for a person begins so"
        raise NotHeld(f"{begins}: {what}; `workforce inbox held` lists them")
    return found[0]
