"""Who is never written to again: unsubscribed, bounced, complained."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, Engine, select

from resources.contact_key import contact_key
from resources.store.engine import deciding, insert_or_ignore, reading
from resources.store.tables import suppressions

# One lock for all that decides a send: a suppression is in force for every intent not yet written.
SENDING = "sending"


@dataclass(frozen=True, slots=True)
class Suppression:
    """`reason`: unsubscribed, bounced, complained...; `source`: how we know; `at`: since when."""

    contact: str
    reason: str
    source: str
    at: datetime


class Suppressions:
    """Keyed by normalised contact alone, so it outlives the lead it came from."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def suppress(self, address: str, reason: str, source: str, at: datetime) -> None:
        """In force when it returns. The first suppression of a contact stays. Raises InvalidAddress."""
        row = {"contact": contact_key(address), "reason": reason, "source": source, "at": at}
        with deciding(self._engine, SENDING) as connection:
            connection.execute(insert_or_ignore(self._engine, suppressions), row)

    def find(self, contact: str) -> Suppression | None:
        """By normalised contact."""
        with reading(self._engine) as connection:
            return suppression_of(connection, contact)


def suppression_of(connection: Connection, contact: str) -> Suppression | None:
    """The same, inside a transaction that decides on it."""
    return suppressions_of(connection, [contact]).get(contact)


def suppressions_of(connection: Connection, contacts: Sequence[str]) -> dict[str, Suppression]:
    """Those of the contacts that are suppressed, by contact."""
    rows = connection.execute(select(suppressions).where(suppressions.c.contact.in_(contacts)))
    return {row.contact: Suppression(row.contact, row.reason, row.source, row.at) for row in rows}
