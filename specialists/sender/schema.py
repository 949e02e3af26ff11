"""What the Sender reads, makes, and may be told by judgement."""

from datetime import date
from typing import Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict

from resources.gateway.answers import NO_COST, Usage
from specialists.records import Output, Record, rules_only


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Suppressed(_Part):
    """Why this contact is never to be written to, and since when."""

    reason: str
    at: AwareDatetime


class Earlier(_Part):
    """What the ledger holds for this contact in this campaign step.

    `own`: it is this very record's. `found`: the mailer has the message although its outcome was never
    recorded (asked only for an own intent).
    """

    own: bool
    state: Literal["intent", "sent", "failed", "deferred", "unknown", "cancelled"]
    record_id: str
    partition: str
    message_id: str
    intent_at: AwareDatetime
    sent_at: AwareDatetime | None = None
    detail: str | None = None
    decided_by: str | None = None
    usage: Usage = NO_COST
    found: bool = False


class Recipient(_Part):
    """The contact as rules need it. `address` is as given; `invalid` says why mail cannot go there."""

    address: str | None
    invalid: str | None = None
    consent: str
    country: str | None = None
    timezone: str | None = None
    message_id: str | None = None
    suppressed: Suppressed | None = None
    earlier: Earlier | None = None


class DraftVerdict(_Part):
    """The send gate's word: one of the Writer's blocking graders, run again on the draft that was read."""

    grader: str
    passed: bool
    reason: str | None = None


class Reads(Record):
    """A drafted email, who it is for, and what the lead wrote. Judgement never sees the recipient."""

    partition: date
    subject: str | None = None
    body: str | None = None
    company: str | None = None
    segment: str | None = None
    tier: str | None = None
    message: str | None = None
    at: AwareDatetime = rules_only(...)
    recipient: Recipient = rules_only(...)
    draft_verdicts: list[DraftVerdict] = rules_only(...)


class Makes(Output):
    """A send: its Message-ID, and when by the decision clock (UTC)."""

    message_id: str
    sent_at: AwareDatetime


class Judges(Output):
    """Whether the lead's own words stand against writing to them now by email."""

    label: Literal["no_objection", "objection"]
