"""What kind of message it is. Nothing here looks at the ledger, and nothing raises."""

from dataclasses import dataclass
from typing import Literal

from resources.inbox.auto_replies import auto_reply
from resources.inbox.complaints import by_a_person, complaint, provider_notification
from resources.inbox.mail import Mail, UnreadableMail
from resources.inbox.reports import Report, delivery_reports, has_delivery_status
from resources.inbox.returned_copy import without_copy
from resources.inbox.senders import from_mail_system
from resources.inbox.text_bounces import sign_of_bounce, text_bounce
from resources.inbox.unsubscribes import asks_to_unsubscribe, unsubscribes_by_subject

Class = Literal["bounce_hard", "bounce_soft", "complaint", "auto_reply", "unsubscribe", "other"]


@dataclass(frozen=True, slots=True)
class Classified:
    """`clear`: whether rules may decide on it; what is not clear is for a person. `reports`: of a bounce."""

    kind: Class
    why: str
    clear: bool = True
    reports: tuple[Report, ...] = ()


def classify(mail: Mail) -> Classified:
    """Complaints and reports first: mail systems mark their bounces as automatic replies, too."""
    try:
        return _complaint(mail) or _bounce(mail) or _from_somebody(mail)
    except Exception as error:  # no message may stop the others; what this one is, a person sees
        return Classified("other", f"cannot be read: {type(error).__name__}: {error}", clear=False)


def classify_bytes(content: bytes) -> tuple[Mail | None, Classified]:
    """The parsed message, None where it cannot be parsed at all."""
    try:
        mail = Mail.parse(content)
    except UnreadableMail as error:
        return None, Classified("other", str(error), clear=False)
    return mail, classify(mail)


def _complaint(mail: Mail) -> Classified | None:
    kind = complaint(mail)
    if kind is not None:
        return Classified("complaint", f"a complaint: {kind}", clear=by_a_person(kind))
    told = provider_notification(mail)
    if told is None:
        return None
    what, report = told
    if report is not None:
        return _bounced((report,))
    if what == "complaint":
        return Classified("complaint", "a complaint that a provider passes on")
    return Classified("other", "a provider tells of a delivery")


def _bounce(mail: Mail) -> Classified | None:
    words = without_copy(mail.text)
    reports = delivery_reports(mail, words)
    if reports and (has_delivery_status(mail) or from_mail_system(mail)):
        failed = tuple(report for report in reports if report.outcome != "delivered")
        return _bounced(failed) if failed else Classified("other", "tells of a delivery, not of a failure")
    report = text_bounce(mail, words)
    return None if report is None else _bounced((report,))


def _bounced(reports: tuple[Report, ...]) -> Classified:
    """The gravest report names the class; one that is unclear is a soft bounce that a person looks at."""
    for outcome in ("hard", "unclear", "soft", "delayed"):
        found = next((report for report in reports if report.outcome == outcome), None)
        if found is not None:
            break
    else:
        return Classified("other", "reports nothing", clear=False)
    kind: Class = "bounce_hard" if found.outcome == "hard" else "bounce_soft"
    return Classified(kind, found.why, clear=found.outcome != "unclear", reports=reports)


def _from_somebody(mail: Mail) -> Classified:
    # A mail program writes this for its user, and may say so; no absent person's answer has such a subject.
    if unsubscribes_by_subject(mail):
        return Classified("unsubscribe", "asks to be written to no more, as List-Unsubscribe says")
    evidence = auto_reply(mail)
    sign = sign_of_bounce(mail)
    if evidence:
        return Classified("auto_reply", f"an automatic reply: {evidence}{_but(sign)}", clear=sign is None)
    if asks_to_unsubscribe(mail):
        return Classified("unsubscribe", "asks to be written to no more")
    if from_mail_system(mail):
        return Classified("other", "from a mail system, in words no rule knows", clear=False)
    return Classified("other", f"free text{_but(sign)}", clear=sign is None)


def _but(sign: str | None) -> str:
    return f", but {sign}: it may be a bounce" if sign else ""
