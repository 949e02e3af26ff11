"""The ledger's nouns: an intent, an entry, and the union of what claiming one may answer."""

import hashlib
import hmac
import json
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import Literal

from resources.gateway.answers import NO_COST, Usage

State = Literal["intent", "sent", "failed", "deferred", "unknown", "cancelled"]


@dataclass(frozen=True, slots=True)
class SendKey:
    """What may be sent at most once. `contact` is normalised (resources/contact_key.py)."""

    workforce: str
    campaign: str
    step: int
    contact: str

    @property
    def digest(self) -> str:
        """The idempotency key: SHA-256 (64 hex digits) of the four as a JSON array."""
        return _digest(self.workforce, self.campaign, self.step, self.contact)

    def message_id(self, domain: str, secret: str) -> str:
        """RFC 5322 Message-ID, `<key.tag@domain>`, the same for every attempt.

        Who knows campaign and address can compute the key. The tag (128 bits of HMAC-SHA256 under `secret`)
        cannot be computed, so a bounce that names the Message-ID was written by somebody who saw the message.
        """
        tag = hmac.new(secret.encode(), self.digest.encode("ascii"), hashlib.sha256).hexdigest()[:32]
        return f"<{self.digest}.{tag}@{domain}>"


@dataclass(frozen=True, slots=True)
class Intent:
    """A send about to be tried: `at` is the decision clock, `draft_digest` names what the gate saw.

    `decided_by` and `usage` are kept, so that a later run tells the same of it. `run`: what its mailer is
    named by, so that a later run can ask what became of it; it stands as the intent's detail.
    """

    key: SendKey
    record_id: str
    partition: date
    message_id: str
    draft_digest: str
    at: datetime
    decided_by: str | None = None
    usage: Usage = NO_COST
    run: str | None = None

    @property
    def day(self) -> str:
        """The UTC day that the daily cap counts this send on."""
        return utc_day(self.at)


@dataclass(frozen=True, slots=True)
class Entry:
    """One row of the ledger. `sent_at` stands only in a sent one; instants are UTC.

    `refusals`: how often the relay itself has said "later".
    """

    key: SendKey
    state: State
    record_id: str
    partition: str
    message_id: str
    draft_digest: str
    intent_at: datetime
    sent_at: datetime | None
    detail: str | None
    decided_by: str | None
    usage: Usage
    refusals: int = 0

    def belongs_to(self, record_id: str, partition: date) -> bool:
        return self.record_id == record_id and self.partition == partition.isoformat()


@dataclass(frozen=True, slots=True)
class Claimed:
    """The intent is durable: now, and only now, the message may go out."""

    entry: Entry


@dataclass(frozen=True, slots=True)
class AlreadySent:
    """This very record was sent before."""

    entry: Entry


@dataclass(frozen=True, slots=True)
class Duplicate:
    """Another record has written to this contact in this campaign step, or is about to."""

    entry: Entry


@dataclass(frozen=True, slots=True)
class Pending:
    """This record's intent stands, but its outcome is not known: ask the mailer, or a person."""

    entry: Entry


@dataclass(frozen=True, slots=True)
class Refused:
    """Not allowed. `for_good`: no later run may send it either."""

    why: str
    for_good: bool


@dataclass(frozen=True, slots=True)
class Wait:
    """Allowed, but not yet: a rate limit has room again after so many seconds."""

    seconds: float


Claim = Claimed | AlreadySent | Duplicate | Pending | Refused | Wait


@dataclass(frozen=True, slots=True)
class SendOutcome:
    """What became of a send. `refused`: the relay itself said "later". `of_run`: only where the entry is
    still the intent that this run has left."""

    key: SendKey
    state: State
    sent_at: datetime | None = None
    detail: str | None = None
    refused: bool = False
    of_run: str | None = None


@lru_cache(maxsize=4096)  # asked ten times for each send
def _digest(*parts: str | int) -> str:
    return hashlib.sha256(json.dumps(parts).encode("ascii")).hexdigest()


def utc_day(at: datetime) -> str:
    """The ISO date in UTC of an instant. Raises ValueError on a naive one."""
    if at.tzinfo is None:
        raise ValueError(f"{at} has no time zone")
    return at.astimezone(UTC).date().isoformat()


def duplicate_reason(record_id: str, partition: str) -> str:
    """The same words wherever a duplicate is found, so that a second run changes nothing."""
    return f"duplicate: record {record_id} of {partition} has this contact in this campaign step"
