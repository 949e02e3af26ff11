"""The consent ledger: who said yes or no, where we have it from, and when. Only ever added to."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy import Connection, Engine, select

from resources.store.engine import insert_or_ignore, reading, writing
from resources.store.tables import consents


@dataclass(frozen=True, slots=True)
class Consent:
    """`contact` is normalised; `source` says where it was given (a file's name, `unsubscribe link`...)."""

    contact: str
    consent: Literal["opted_in", "opted_out"]
    source: str
    at: datetime


class Consents:
    """Keyed by normalised contact, so that it outlives the lead it came from."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def record(self, given: Iterable[Consent]) -> None:
        """Durable when it returns; what is recorded already is not recorded again."""
        rows = list(given)
        if rows:
            with writing(self._engine) as connection:
                add_consents(connection, rows)

    def of(self, contact: str) -> list[Consent]:
        """All that is recorded of a normalised contact, oldest first."""
        query = (
            select(consents).where(consents.c.contact == contact).order_by(consents.c.at, consents.c.consent)
        )
        with reading(self._engine) as connection:
            return [
                Consent(row.contact, row.consent, row.source, row.at) for row in connection.execute(query)
            ]


def last_consents(connection: Connection, contacts: Sequence[str]) -> dict[str, str]:
    """The newest consent of each contact that has one; of a yes and a no at the same time, the no. Inside a
    transaction that decides on it."""
    query = (
        select(consents.c.contact, consents.c.consent)
        .where(consents.c.contact.in_(contacts))
        .order_by(consents.c.at, consents.c.consent)  # opted_in before opted_out
    )
    return {row.contact: row.consent for row in connection.execute(query)}


def add_consents(connection: Connection, given: Iterable[Consent]) -> None:
    """The same, inside a transaction."""
    ordered = sorted(given, key=lambda one: (one.contact, one.consent, one.source, one.at))
    rows = [{"contact": c.contact, "consent": c.consent, "source": c.source, "at": c.at} for c in ordered]
    connection.execute(insert_or_ignore(connection.engine, consents), rows)
