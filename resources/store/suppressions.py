"""Who is never written to again: unsubscribed, bounced, complained."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, Engine, select

from resources.contact_key import contact_key
from resources.store.consents import Consent, add_consents
from resources.store.engine import deciding, insert_or_ignore, reading
from resources.store.tables import suppressions

# One lock for all that decides a send: a suppression is in force for every intent not yet written.
SENDING = "sending"
# Reasons that are the contact's own no.
OPTING_OUT = ("unsubscribed", "complained")


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
        contact = contact_key(address)
        with deciding(self._engine, SENDING) as connection:
            suppress_in(connection, Suppression(contact, reason, source, at))

    def find(self, contact: str) -> Suppression | None:
        """By normalised contact."""
        with reading(self._engine) as connection:
            return suppression_of(connection, contact)

    def entries(self) -> list[Suppression]:
        """All of them, oldest first."""
        query = select(suppressions).order_by(suppressions.c.at, suppressions.c.contact)
        with reading(self._engine) as connection:
            return [
                Suppression(row.contact, row.reason, row.source, row.at) for row in connection.execute(query)
            ]


def suppress_in(connection: Connection, suppression: Suppression) -> None:
    """Inside a transaction that is `deciding` on SENDING. The first suppression of a contact stays.

    A `no` is a consent, too: an unsubscription stands in the consent ledger with its source and time.
    """
    row = {name: getattr(suppression, name) for name in ("contact", "reason", "source", "at")}
    connection.execute(insert_or_ignore(connection.engine, suppressions), row)
    if suppression.reason in OPTING_OUT:
        add_consents(
            connection, [Consent(suppression.contact, "opted_out", suppression.source, suppression.at)]
        )


def suppression_of(connection: Connection, contact: str) -> Suppression | None:
    """By the contact, or by its digest: an unsubscribe link may name a send that the ledger has lost."""
    return suppressions_of(connection, [contact]).get(contact)


def suppressions_of(connection: Connection, contacts: Sequence[str]) -> dict[str, Suppression]:
    """Those of the contacts that are suppressed, by contact; inside a transaction that decides on it."""
    named = {contact_digest(contact): contact for contact in contacts} | {one: one for one in contacts}
    rows = connection.execute(select(suppressions).where(suppressions.c.contact.in_(named)))
    return {
        named[row.contact]: Suppression(named[row.contact], row.reason, row.source, row.at) for row in rows
    }


def contact_digest(contact: str) -> str:
    """A normalised contact that cannot be read back: `sha256:` and 64 hex digits."""
    return f"sha256:{hashlib.sha256(contact.encode()).hexdigest()}"
