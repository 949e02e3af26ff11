"""Conditions read in the very transaction that writes a send's intent."""

from collections.abc import Callable

from sqlalchemy import Connection, func, select

from resources.store.entries import Intent, Refused
from resources.store.suppressions import suppression_of
from resources.store.tables import ledger

# None lets the intent pass.
Check = Callable[[Connection, Intent], Refused | None]


def not_suppressed(connection: Connection, intent: Intent) -> Refused | None:
    """No suppression of this contact is in force."""
    found = suppression_of(connection, intent.key.contact)
    return None if found is None else Refused(f"suppressed: {found.reason}", for_good=True)


def under_cap(cap: int) -> Check:
    """At most `cap` sends by the workforce on the intent's UTC day; what may have been sent counts."""

    def check(connection: Connection, intent: Intent) -> Refused | None:
        used = select(func.count()).where(
            ledger.c.workforce == intent.key.workforce,
            ledger.c.day == intent.day,
            ledger.c.state.in_(("intent", "sent", "unknown")),
        )
        if int(connection.execute(used).scalar_one()) < cap:
            return None
        return Refused(f"daily cap of {cap} reached", for_good=False)

    return check
