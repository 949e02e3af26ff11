"""Settling what the ledger does not know: by Message-IDs that others remember, or by a person's word."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Engine, insert, select

from resources.errors import OneLineError
from resources.mail.traces import Trace
from resources.store.engine import deciding, reading
from resources.store.entries import Entry, SendOutcome, State, utc_day
from resources.store.ledger_rows import entry_of, write_outcomes
from resources.store.send_epoch import EpochFile, count_intents, intents_of
from resources.store.suppressions import SENDING
from resources.store.tables import ledger

# The left part of our Message-IDs begins with the idempotency key; older ones have no tag after it.
_OURS = re.compile(r"<([0-9a-f]{64})(?:\.[0-9a-f]{32})?@[^<>@\s]+>")
_OPEN = ("intent", "unknown")


class ReconcileError(OneLineError):
    """What cannot be settled, and what to do. One line."""


@dataclass
class Settled:
    """The keys that came to a state, by state; how many are still unknown; how many were forgotten.

    `seen`: the keys of those still unknown that the relay's log names without a status.
    """

    keys: dict[State, list[str]]
    unknown: int
    seen: list[str] = field(default_factory=list)
    remembered: int = 0

    def count(self, state: State) -> int:
        return len(self.keys.get(state, ()))


class Reconciling:
    """One workforce's ledger. `at`: when it was settled, for the record; `by`: the person who did it."""

    def __init__(self, engine: Engine, workforce: str, at: datetime) -> None:
        self._engine, self._workforce, self._at = engine, workforce, at

    def by_traces(self, traces: Mapping[str, Trace], complete_by: str | None) -> Settled:
        """Settle every open entry whose Message-ID left a trace; what was only `seen` stays as it is.

        `complete_by`: the person who says that the traces are all there are, so that what is unknown and left
        none was not sent, and may be sent again.
        """
        with deciding(self._engine, SENDING) as connection:
            query = select(ledger).where(ledger.c.workforce == self._workforce, ledger.c.state.in_(_OPEN))
            entries = [entry_of(row) for row in connection.execute(query)]
            outcomes = [self._outcome(entry, traces.get(entry.message_id), complete_by) for entry in entries]
            decided = [outcome for outcome in outcomes if outcome is not None]
            write_outcomes(connection, decided)
        keys: dict[State, list[str]] = {}
        for outcome in decided:
            keys.setdefault(outcome.state, []).append(outcome.key.digest)
        seen = [entry.key.digest for entry in entries if traces.get(entry.message_id) == "seen"]
        return Settled(keys, unknown=len(entries) - len(decided), seen=seen)

    def _outcome(self, entry: Entry, trace: Trace | None, complete_by: str | None) -> SendOutcome | None:
        when = self._at.isoformat(timespec="seconds")
        if trace == "sent":
            return SendOutcome(entry.key, "sent", entry.intent_at, f"reconciled at {when}: found")
        if trace == "bounced":
            # It left: the relay took it. Only of such a send can a bounce come back and be believed.
            detail = f"reconciled at {when}: the relay took it, and says bounced"
            return SendOutcome(entry.key, "sent", entry.intent_at, detail)
        if trace is None and complete_by is not None and entry.state == "unknown":
            detail = f"reconciled at {when}: found nowhere, and {complete_by} says that is all there is"
            return SendOutcome(entry.key, "cancelled", None, detail)
        return None

    def by_word(self, key: str, *, sent: bool, by: str) -> Entry:
        """A person's word on one entry. Raises ReconcileError where it says nothing new, or cannot be."""
        entry = self.entry(key)
        if entry.state in ("sent", "cancelled"):
            raise ReconcileError(f"{key}: is {entry.state} already; there is nothing to reconcile")
        detail = f"{'sent' if sent else 'not sent'}, says {by} at {self._at.isoformat(timespec='seconds')}"
        outcome = SendOutcome(
            entry.key, "sent" if sent else "cancelled", entry.intent_at if sent else None, detail
        )
        with deciding(self._engine, SENDING) as connection:
            write_outcomes(connection, [outcome])
        return self.entry(key)

    def entry(self, key: str) -> Entry:
        """By key, or by the beginning of it where no other begins so. Raises ReconcileError."""
        begins = ledger.c.key.startswith(key, autoescape=True)
        query = select(ledger).where(ledger.c.workforce == self._workforce, begins).limit(2)
        with reading(self._engine) as connection:
            found = [entry_of(row) for row in connection.execute(query)]
        if len(found) != 1:
            what = "no entry has" if not found else "several entries have"
            raise ReconcileError(f"{key}: {what} this key; `workforce ledger list` shows them")
        return found[0]

    def restored(self, traces: Mapping[str, str], epoch: EpochFile, by: str) -> int:
        """An older copy of the store was put back, and `by` says that `traces` hold all that was sent since.

        Writes an entry for each of our Message-IDs that the store does not know, so that it is never sent
        again, and lets sending go on: what was only seen may have gone out. Returns how many there were.
        """
        with deciding(self._engine, SENDING) as connection:
            ours = {match[1]: match[0] for message_id in traces if (match := _OURS.fullmatch(message_id))}
            known: set[str] = set(connection.execute(select(ledger.c.key)).scalars())
            rows = [self._remembered(key, ours[key], by) for key in sorted(set(ours) - known)]
            if rows:
                connection.execute(insert(ledger), rows)
            count_intents(connection, epoch.settle(intents_of(connection) + len(rows)))
        return len(rows)

    def _remembered(self, key: str, message_id: str, by: str) -> dict[str, object]:
        """An entry of which only the key is known. Nothing can be claimed under it any more."""
        return {
            "key": key,
            "workforce": self._workforce,
            "campaign": "",
            "step": 0,
            "contact": key,
            "state": "sent",
            "record_id": "",
            "partition": "",
            "message_id": message_id,
            "draft_digest": "",
            "day": utc_day(self._at),
            "intent_at": self._at,
            "sent_at": self._at,
            "detail": f"remembered by others only, reconciled by {by}",
            "tokens_in": 0,
            "tokens_out": 0,
            "usd": 0.0,
        }
