"""What is done about a message: suppress, held for a person, or ignored; always with the reason.

Only what proves that it concerns a send of ours may suppress, and then only that send's own recipient,
whatever address the message claims. Nothing is ever answered automatically.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from resources.inbox.auto_replies import says_gone
from resources.inbox.classify import Classified
from resources.inbox.mail import Mail
from resources.inbox.reports import Report
from resources.inbox.senders import from_contacts, from_mail_system
from resources.store.entries import Entry

Verb = Literal["suppress", "held", "ignored"]
# A message that surely never left cannot come back.
MAY_BE_OUT = ("intent", "sent", "unknown")
_BULK = ("bulk", "list", "junk")


@dataclass(frozen=True, slots=True)
class SoftBounces:
    """How many sends may bounce softly before the contact is suppressed: the `most`th within `days`."""

    most: int = 3
    days: int = 30


@dataclass(frozen=True, slots=True)
class Decision:
    """`suppress`: the contact to suppress and why; `soft_bounce_of`: the contact whose soft bounce counts;
    `holds`: the contacts that get nothing until a person has read it."""

    decision: Verb
    reason: str
    suppress: tuple[str, str] | None = None
    soft_bounce_of: str | None = None
    holds: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Standing:
    """What the ledger knows: the sends that the message proves, and how many of the contact's sends bounced
    softly if the latest of them did, within the limit's days.

    `ledger` is False where there is no operations store to ask.
    """

    sends: tuple[Entry, ...] = ()
    soft_bounces: int = 0
    ledger: bool = True


def decide(mail: Mail | None, found: Classified, standing: Standing, limit: SoftBounces) -> Decision:
    """Never suppresses without a proven send to exactly one contact. What is held holds its contacts."""
    decided = _decide(mail, found, standing, limit)
    if decided.decision != "held":
        return decided
    return replace(decided, holds=_holds(mail, found, standing))


def _holds(mail: Mail | None, found: Classified, standing: Standing) -> tuple[str, ...]:
    """The recipients of the sends that it proves, and whoever its From names: a forged From can make a
    person look, and never suppress. A bounce's From is no contact."""
    contacts = {entry.key.contact for entry in standing.sends if entry.state in MAY_BE_OUT}
    if mail is not None and found.kind not in ("bounce_hard", "bounce_soft"):
        contacts |= from_contacts(mail)
    return tuple(sorted(contacts))


def _decide(mail: Mail | None, found: Classified, standing: Standing, limit: SoftBounces) -> Decision:
    if mail is None or not found.clear:
        return Decision("held", f"{found.why}; a person must look")
    match found.kind:
        case "auto_reply":
            return _automatic(mail, found, standing)
        case "other":
            return _other(mail, found)
    contact, doubt = _contact(standing)
    if contact is None:
        return Decision("held", f"{found.why}; suppresses nobody: {doubt}")
    if found.kind == "unsubscribe":
        return _unsubscribe(mail, contact)
    if not from_mail_system(mail) and found.kind != "complaint":
        return Decision("held", f"{found.why}; but its sender is no mail system")
    if found.kind == "complaint":
        return Decision("suppress", found.why, suppress=(contact, "complained"))
    return _bounced(_report_on(contact, found.reports), contact, standing.soft_bounces, limit)


def _contact(standing: Standing) -> tuple[str | None, str]:
    """The one contact of the proven sends, or what is missing."""
    if not standing.ledger:
        return None, "there is no ledger here that could prove it concerns a send of ours"
    out = [entry for entry in standing.sends if entry.state in MAY_BE_OUT]
    if not out:
        if standing.sends:
            return None, "the send it names never left"
        return None, "nothing in it proves a send of ours (no Message-ID or token that the ledger holds)"
    contacts = {entry.key.contact for entry in out}
    if len(contacts) > 1:
        return None, f"it names sends to {len(contacts)} contacts"
    return contacts.pop(), ""


def _automatic(mail: Mail, found: Classified, standing: Standing) -> Decision:
    if standing.sends and says_gone(mail.text):
        return Decision("held", f"{found.why}; it says that the person has left")
    return Decision("ignored", f"{found.why}; never answered")


def _other(mail: Mail, found: Classified) -> Decision:
    if found.why != "free text":
        return Decision("ignored", found.why)
    precedence = mail.header("Precedence").strip().lower()
    if precedence in _BULK or mail.header("List-Id") or mail.header("List-Unsubscribe"):
        return Decision("ignored", "a mailing list's or bulk sender's message")
    return Decision("held", "free text that no rule reads; a person or judgement must")


def _unsubscribe(mail: Mail, contact: str) -> Decision:
    if from_contacts(mail) == {contact}:
        return Decision("suppress", "asks to be written to no more", suppress=(contact, "unsubscribed"))
    return Decision("held", "asks to be written to no more, but comes from somebody else than the recipient")


def _report_on(contact: str, reports: Sequence[Report]) -> Report | None:
    """What is reported on this contact; where nobody is named so (a forwarded mailbox), what all agree on."""
    named = [report for report in reports if contact in report.contacts]
    outcomes = {report.outcome for report in named or reports}
    return (named or list(reports))[0] if len(outcomes) == 1 else None


def _bounced(report: Report | None, contact: str, count: int, limit: SoftBounces) -> Decision:
    if report is None:
        return Decision("held", "reports different things, and none of them on the recipient of the send")
    match report.outcome:
        case "hard":
            return Decision("suppress", report.why, suppress=(contact, "bounced"))
        case "soft":
            which = f"{report.why}; soft bounce of send {count} of {limit.most} within {limit.days} days"
            if count < limit.most:
                return Decision("ignored", which, soft_bounce_of=contact)
            return Decision("suppress", which, suppress=(contact, "bounced"), soft_bounce_of=contact)
        case "delayed":
            return Decision("ignored", report.why)
        case _:
            return Decision("held", f"{report.why}; a person must look")
