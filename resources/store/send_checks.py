"""Conditions read in the very transaction that writes the intents of a group of sends."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, func, select

from resources.store.consents import last_consents
from resources.store.entries import Intent, Refused
from resources.store.inbox_holds import held_among
from resources.store.suppressions import suppressions_of
from resources.store.tables import ledger

# How often a relay may say "later" to one send: it is tried once more, and then a person looks.
REFUSALS = 2

# None lets the intent pass. The second form reads once for a whole group; its answer is asked for each intent
# of the group in turn, with those that the group has passed so far.
Check = Callable[[Connection, Intent], Refused | None]
Judge = Callable[[Intent, Sequence[Intent]], Refused | None]
GroupCheck = Callable[[Connection, Sequence[Intent]], Judge]


@dataclass(frozen=True, slots=True)
class Request:
    """An intent, and the caller's own conditions for it."""

    intent: Intent
    also: tuple[Check, ...] = ()


def not_suppressed(connection: Connection, intents: Sequence[Intent]) -> Judge:
    """No suppression of this contact is in force."""
    found = suppressions_of(connection, [intent.key.contact for intent in intents])

    def judge(intent: Intent, _: Sequence[Intent]) -> Refused | None:
        suppression = found.get(intent.key.contact)
        return None if suppression is None else Refused(f"suppressed: {suppression.reason}", for_good=True)

    return judge


def not_awaited(connection: Connection, intents: Sequence[Intent]) -> Judge:
    """No message of this contact waits for a person: it may be a no that no rule could read."""
    held = held_among(connection, [intent.key.contact for intent in intents])

    def judge(intent: Intent, _: Sequence[Intent]) -> Refused | None:
        if intent.key.contact not in held:
            return None
        return Refused("a message from this contact waits for a person", for_good=False)

    return judge


def not_opted_out(connection: Connection, intents: Sequence[Intent]) -> Judge:
    """The last word in the consent ledger is no `no`, whichever file a record's own consent came in with."""
    last = last_consents(connection, [intent.key.contact for intent in intents])

    def judge(intent: Intent, _: Sequence[Intent]) -> Refused | None:
        if last.get(intent.key.contact) != "opted_out":
            return None
        return Refused("opted out", for_good=True)

    return judge


# Asked of every claim; the last one may pass away as soon as a person has looked.
ALWAYS: tuple[GroupCheck, ...] = (not_suppressed, not_opted_out, not_awaited)


def under_cap(cap: int) -> GroupCheck:
    """At most `cap` sends by the workforce on the intent's UTC day; what may have been sent counts."""

    def check(connection: Connection, intents: Sequence[Intent]) -> Judge:
        used = {
            (workforce, day): _used(connection, workforce, day)
            for workforce, day in {(intent.key.workforce, intent.day) for intent in intents}
        }

        def judge(intent: Intent, passed: Sequence[Intent]) -> Refused | None:
            one_day = len(used) == 1
            before = len(passed) if one_day else sum(other.day == intent.day for other in passed)
            if used[intent.key.workforce, intent.day] + before < cap:
                return None
            return Refused(f"daily cap of {cap} reached", for_good=False)

        return judge

    return check


def _used(connection: Connection, workforce: str, day: str) -> int:
    count = select(func.count()).where(
        ledger.c.workforce == workforce,
        ledger.c.day == day,
        ledger.c.state.in_(("intent", "sent", "unknown")),
    )
    return int(connection.execute(count).scalar_one())
