"""What using an unsubscribe link does: a suppression, in force for every send not yet intended."""

from datetime import datetime

from sqlalchemy import Engine, select

from resources.store.engine import deciding
from resources.store.suppressions import SENDING, Suppression, contact_digest, suppress_in
from resources.store.tables import ledger
from resources.unsubscribe.tokens import Unsubscriber

SOURCE = "unsubscribe link"


def unsubscribe(engine: Engine, who: Unsubscriber, at: datetime) -> None:
    """Durable and in force when it returns; using a link again changes nothing.

    Where the ledger does not know the send (an older store was restored), the contact's digest is suppressed.
    """
    with deciding(engine, SENDING) as connection:
        contact = connection.execute(select(ledger.c.contact).where(ledger.c.key == who.key)).scalar()
        known = contact is not None and contact_digest(contact) == who.contact_digest
        suppressed = str(contact) if known else who.contact_digest
        suppress_in(connection, Suppression(suppressed, "unsubscribed", SOURCE, at))
