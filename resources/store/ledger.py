"""The ledger: every send, its intent durable before the wire and its outcome after.

    (nothing) -> intent -> sent | failed | deferred | unknown | cancelled

A deferred or cancelled row may be claimed again and is then the same row; `sent` is the end of it.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import cached_property

from sqlalchemy import Connection, Engine, select

from resources.store.engine import deciding, reading
from resources.store.entries import (
    AlreadySent,
    Claim,
    Claimed,
    Duplicate,
    Entry,
    Intent,
    Pending,
    Refused,
    SendKey,
    SendOutcome,
    State,
)
from resources.store.ledger_rows import (
    entries_of,
    entry_after,
    entry_for,
    entry_of,
    write_intents,
    write_outcomes,
)
from resources.store.own_secret import own_secret
from resources.store.send_checks import ALWAYS, REFUSALS, Check, GroupCheck, Judge, Request, under_cap
from resources.store.send_epoch import EpochFile, count_intents, intents_of
from resources.store.send_rates import RateLimits, Slots
from resources.store.suppressions import SENDING
from resources.store.tables import ledger


class SendLedger:
    """One workforce's ledger. `daily_cap`: sends per UTC day of the decision clock.

    Suppression, consent, held messages and the cap are checked for every claim, whatever else the caller
    checks; the rate limits after all else. `epoch` guards against a copy of the store that was put back.
    """

    def __init__(
        self,
        engine: Engine,
        workforce: str,
        daily_cap: int,
        limits: RateLimits | None = None,
        epoch: EpochFile | None = None,
    ) -> None:
        self._engine, self._workforce, self._epoch = engine, workforce, epoch
        self.limits = limits or RateLimits()
        self.checks: tuple[GroupCheck, ...] = (*ALWAYS, under_cap(daily_cap))

    def key(self, campaign: str, step: int, contact: str) -> SendKey:
        """`contact` is normalised (resources/contact_key.py)."""
        return SendKey(self._workforce, campaign, step, contact)

    def message_id(self, key: SendKey, domain: str) -> str:
        """The send's Message-ID, which nobody without this store's secret can compute."""
        return key.message_id(domain, self._secret)

    @cached_property
    def _secret(self) -> str:
        return own_secret(self._engine, "message_id")

    def claim(self, intent: Intent, also: Iterable[Check] = ()) -> Claim:
        """`claim_all` of one."""
        return self.claim_all([Request(intent, tuple(also))])[0]

    def claim_all(self, requests: Sequence[Request]) -> list[Claim]:
        """`turn` without outcomes."""
        return self.turn([], requests)[1]

    def turn(
        self, outcomes: Sequence[SendOutcome], requests: Sequence[Request]
    ) -> tuple[list[Entry], list[Claim]]:
        """Record outcomes, and for each request write its intent if nothing stands against it: all of it in
        one transaction, durable when it returns. Entries and claims come in the order of what was asked.

        No message may go out before its claim is `Claimed`. Raises StoreIsBehind if there are requests and
        the store has forgotten sends, and LookupError if nothing was ever claimed for an outcome; then
        nothing is written.
        """
        claimed = 0
        with deciding(self._engine, SENDING) as connection:
            write_outcomes(connection, outcomes)
            asked = {outcome.key for outcome in outcomes} | {request.intent.key for request in requests}
            found = entries_of(connection, asked)
            entries = [entry_after(outcome, found) for outcome in outcomes]
            claims: list[Claim] = []
            if requests:
                written = intents_of(connection)
                if self._epoch is not None:
                    self._epoch.check(written)
                slots = Slots(connection, self._workforce, self.limits)
                group = _Group(connection, requests, found, self.checks, slots)
                claims = [group.claim(request) for request in requests]
                group.write()
                claimed = len(group.claimed)
            if claimed:
                written += claimed
                count_intents(connection, written)
        if claimed and self._epoch is not None:
            self._epoch.raise_to(written)
        return entries, claims

    def record(
        self, key: SendKey, state: State, *, sent_at: datetime | None = None, detail: str | None = None
    ) -> Entry:
        """Record an outcome and return the entry as it now stands.

        It stays as it was where `state` may not follow the state it is in: what was sent stays sent.
        Raises LookupError if nothing was ever claimed under `key`.
        """
        return self.record_all([SendOutcome(key, state, sent_at, detail)])[0]

    def record_all(self, outcomes: Sequence[SendOutcome]) -> list[Entry]:
        """`turn` without requests."""
        return self.turn(outcomes, [])[0]

    def find(self, key: SendKey) -> Entry | None:
        with reading(self._engine) as connection:
            return entries_of(connection, [key]).get(key.digest)

    def entries(self) -> list[Entry]:
        """All of the workforce's entries, oldest intent first."""
        query = (
            select(ledger)
            .where(ledger.c.workforce == self._workforce)
            .order_by(ledger.c.intent_at, ledger.c.key)
        )
        with reading(self._engine) as connection:
            return [entry_of(row) for row in connection.execute(query)]


class _Group:
    """The claims of one transaction: what was read for all of them, and what they will write."""

    def __init__(
        self,
        connection: Connection,
        requests: Sequence[Request],
        entries: dict[str, Entry],
        checks: Iterable[GroupCheck],
        slots: Slots,
    ) -> None:
        intents = [request.intent for request in requests]
        self._connection, self._slots, self._entries = connection, slots, entries
        self._judges: list[Judge] = [check(connection, intents) for check in checks]
        self.claimed: list[Intent] = []
        self._writes: list[tuple[Intent, Entry | None]] = []

    def claim(self, request: Request) -> Claim:
        intent = request.intent
        entry = self._entries.get(intent.key.digest)
        standing = None if entry is None else _standing(entry, intent)
        if standing is not None:
            return standing
        stopped = self._refused(request) or self._slots.take(intent)
        if stopped is not None:
            return stopped
        made = entry_for(intent, entry)
        self._entries[intent.key.digest] = made
        self._writes.append((intent, entry))
        self.claimed.append(intent)
        return Claimed(made)

    def write(self) -> None:
        write_intents(self._connection, self._writes)
        self._slots.keep()

    def _refused(self, request: Request) -> Refused | None:
        for judge in self._judges:
            refused = judge(request.intent, self.claimed)
            if refused is not None:
                return refused
        for check in request.also:
            refused = check(self._connection, request.intent)
            if refused is not None:
                return refused
        return None


def _standing(entry: Entry, intent: Intent) -> Claim | None:
    """What an entry that is already there means for this intent; None where its row may be used again."""
    if entry.state == "cancelled":
        return None
    if not entry.belongs_to(intent.record_id, intent.partition):
        return Duplicate(entry)
    match entry.state:
        case "sent":
            return AlreadySent(entry)
        case "failed":
            return Refused(f"delivery failed for good: {entry.detail}", for_good=False)
        case "deferred" if entry.refusals >= REFUSALS:
            why = f"refused {entry.refusals} times: {entry.detail}; a person must look"
            return Refused(why, for_good=False)
        case "deferred":
            return None
        case _:
            return Pending(entry)
