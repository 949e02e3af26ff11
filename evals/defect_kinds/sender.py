"""Defects of sends."""

from dataclasses import replace
from datetime import timedelta
from typing import Any, cast

from evals.defect_kinds.defect import Defect, Plant, Sample
from specialists.sender.schema import Makes, Reads, Suppressed


def _contact(**changes: Any) -> Plant:
    def plant(sample: Sample) -> Sample | None:
        if sample.facts.contact is None:
            return None
        return replace(sample, facts=replace(sample.facts, contact=replace(sample.facts.contact, **changes)))

    return plant


def _sent(hours: int) -> Plant:
    def plant(sample: Sample) -> Sample:
        at = cast(Makes, sample.output).sent_at
        return sample.with_output(sent_at=at + timedelta(hours=hours))

    return plant


def _suppressed(reason: str) -> Plant:
    def plant(sample: Sample) -> Sample:
        record, sent_at = cast(Reads, sample.record), cast(Makes, sample.output).sent_at
        found = Suppressed(reason=reason, at=sent_at - timedelta(minutes=1))
        recipient = record.recipient.model_copy(update={"suppressed": found})
        return replace(sample, record=record.model_copy(update={"recipient": recipient}))

    return plant


def _nobody(sample: Sample) -> Sample:
    return replace(sample, facts=replace(sample.facts, contact=None))


DEFECTS = (
    Defect("the contact opted out", "opted_in", _contact(consent="opted_out")),
    Defect("consent unknown", "opted_in", _contact(consent="unknown")),
    Defect("consent misspelt", "opted_in", _contact(consent="Opted_In ")),
    Defect("no contact", "opted_in", _nobody),
    Defect("twelve hours later", "within_business_hours", _sent(12)),
    Defect(
        "on the weekend",
        "within_business_hours",
        lambda s: _sent(24 * (5 - cast(Makes, s.output).sent_at.weekday()))(s),
    ),
    Defect("a zone that is none", "within_business_hours", _contact(timezone="Mars/Olympus")),
    Defect("after a bounce", "stops_on_bounce_or_unsubscribe", _suppressed("bounced")),
    Defect("after unsubscribing", "stops_on_bounce_or_unsubscribe", _suppressed("unsubscribed")),
    Defect(
        "the same contact again",
        "no_duplicate_sends",
        lambda s: s.with_row(message_id="<other@harbourdesk.example>"),
    ),
    Defect("the same Message-ID again", "no_duplicate_sends", lambda s: s.with_row()),
)
