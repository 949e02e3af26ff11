"""Ingesting an inbox: each message is read, decided and recorded in one transaction, once.

Messages in = suppressed + held + ignored. Nothing is answered, forwarded, moved or deleted.
"""

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, Engine

from resources.inbox.classify import Classified, classify_bytes
from resources.inbox.decide import Decision, SoftBounces, Standing, decide
from resources.inbox.evidence import Evidence, KeyOfLink, evidence
from resources.inbox.mail import Mail
from resources.inbox.replies import FROM_PEOPLE, answered, trace_of
from resources.inbox.sources import Found
from resources.plain_text import one_line
from resources.store.engine import deciding, reading
from resources.store.inbox import Handled, handled, keep, knows_file, sends_named, soft_bounces
from resources.store.suppressions import SENDING, Suppression, suppress_in


@dataclass(frozen=True, slots=True)
class Told:
    """What became of one message. `new` is False where it was handled before; it is told as it was then."""

    file: str
    kind: str
    decision: str
    reason: str
    new: bool = True

    def as_json(self) -> dict[str, str]:
        return {"file": self.file, "class": self.kind, "decision": self.decision, "reason": self.reason}


class Inbox:
    """`engine` is None where there is no operations store: then nothing is proven and nothing suppressed."""

    def __init__(
        self, engine: Engine | None, key_of_link: KeyOfLink, limit: SoftBounces | None = None
    ) -> None:
        self._engine, self._key_of_link = engine, key_of_link
        self._limit = limit or SoftBounces()

    def knows(self, file: str) -> bool:
        """Whether a message of this (never reused) name was handled."""
        if self._engine is None:
            return False
        with reading(self._engine) as connection:
            return knows_file(connection, file)

    def ingest(self, messages: Iterable[Found], at: datetime) -> Iterator[Told]:
        """Durable message by message: a run that is killed is simply started again."""
        if self._engine is None:
            raise ValueError("messages can only be ingested into an operations store")
        for message in messages:
            mail, found, proof = self._read(message)
            with deciding(self._engine, SENDING) as connection:
                told = self._handle(connection, message, mail, found, proof, at)
            yield told

    def preview(self, messages: Iterable[Found], at: datetime) -> Iterator[Told]:
        """What ingesting would do, each message by itself; changes nothing."""
        for message in messages:
            mail, found, proof = self._read(message)
            if self._engine is None:
                yield _told(message, found, decide(mail, found, Standing(ledger=False), self._limit))
                continue
            with reading(self._engine) as connection:
                before = handled(connection, _digest(message))
                if before is not None:
                    yield _told_before(message, before)
                    continue
                decision = decide(mail, found, self._standing(connection, proof), self._limit)
            yield _told(message, found, decision)

    def _read(self, message: Found) -> tuple[Mail | None, Classified, Evidence]:
        if message.content is None:
            return None, Classified("other", message.problem, clear=False), Evidence()
        mail, found = classify_bytes(message.content)
        return mail, found, Evidence() if mail is None else evidence(mail, self._key_of_link)

    def _standing(self, connection: Connection, proof: Evidence) -> Standing:
        sends = sends_named(connection, proof.message_ids, proof.names, proof.keys, proof.tokens)
        send = answered(sends)
        return Standing(sends, soft_bounces(connection, send, self._limit.days) if send else 0)

    def _handle(
        self,
        connection: Connection,
        message: Found,
        mail: Mail | None,
        found: Classified,
        proof: Evidence,
        at: datetime,
    ) -> Told:
        before = handled(connection, _digest(message))
        if before is not None:
            return _told_before(message, before)
        standing = self._standing(connection, proof)
        decision = decide(mail, found, standing, self._limit)
        if decision.suppress is not None:
            contact, reason = decision.suppress
            suppress_in(connection, Suppression(contact, reason, f"inbox: {message.file}", at))
        told = _told(message, found, decision)
        if message.content is not None:  # what could not be read now is read when it can be
            keep(connection, _row(message, told, decision, standing, at))
        return told


def _row(message: Found, told: Told, decision: Decision, standing: Standing, at: datetime) -> Handled:
    names = (_digest(message), told.file, told.kind, told.decision, told.reason)
    send = answered(standing.sends) if decision.soft_bounce_of else None
    bounced = None if send is None else send.key.digest
    kept = _kept(message, told, standing)
    return Handled(*names, at, decision.soft_bounce_of, kept, decision.holds, bounced)


def _kept(message: Found, told: Told, standing: Standing) -> bytes | None:
    """The whole of a held message; of a reply that was acted upon, which send it answers."""
    if told.decision == "held":
        return message.content
    entry = answered(standing.sends) if told.kind in FROM_PEOPLE and told.decision == "suppress" else None
    return None if entry is None else trace_of(entry)


def _told(message: Found, found: Classified, decision: Decision) -> Told:
    return Told(message.file, found.kind, decision.decision, one_line(decision.reason))


def _told_before(message: Found, before: Handled) -> Told:
    return Told(message.file, before.kind, before.decision, before.reason, new=False)


def _digest(message: Found) -> str:
    """Of the octets; of the name where they cannot be read."""
    content = message.content if message.content is not None else f"unread: {message.file}".encode()
    return hashlib.sha256(content).hexdigest()
