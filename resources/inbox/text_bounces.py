"""Bounces that are no RFC 3464 report: told by their sender, their subject and their words.

flufl.bounce knows the formats of some thirty old mail systems. It is asked last, and only whether it is one:
on a labelled corpus it raised on 5 % of ordinary mail and called 52 of 74 soft bounces permanent.
"""

import re

from flufl.bounce import all_failures

from resources.inbox.auto_replies import is_receipt, says_automatic
from resources.inbox.hardness import enhanced_codes, hardness, reply_codes
from resources.inbox.mail import Mail
from resources.inbox.reports import Report
from resources.inbox.senders import from_mail_system, named_mail_system
from resources.inbox.wordings import wording

_REPLIED = re.compile(r"^\s*(?:re|aw|sv|antw|fwd?|wg|tr|rv|vs|odp|rif|ynt)\s*(?:\[\d+\])?\s*:", re.IGNORECASE)
# Sendmail tells in a comment what it has generated.
_ABOUT_FAILURE = re.compile(r"\((?:failure|warning-timeout|postmaster-notification)\)", re.IGNORECASE)


def text_bounce(mail: Mail, words: str) -> Report | None:
    """What the text reports; None where it is no bounce. `words`: the text without the returned copy."""
    if not _is_bounce(mail, words):
        return None
    found, why = hardness(None, f"{_reason_header(mail)}\n{words}")
    return Report(found, why)


def _is_bounce(mail: Mail, words: str) -> bool:
    subject = mail.header("Subject")
    about_failure = bool(wording("bounce subjects").search(subject))
    has_words = bool(wording("bounce texts").search(words) or enhanced_codes(words) or reply_codes(words))
    if mail.header("X-Failed-Recipients"):
        return about_failure or has_words
    if not from_mail_system(mail):
        return about_failure and has_words and not _REPLIED.match(subject) and bool(mail.returned)
    if _REPLIED.match(subject) and not has_words:
        return False
    if says_automatic(subject) and not named_mail_system(mail):  # its empty return path is RFC 3834's
        return False
    return about_failure or has_words or _known_to_flufl(mail)


def sign_of_bounce(mail: Mail) -> str | None:
    """Why a message that no rule knows for a bounce may be one all the same, and must not be ignored."""
    if not mail.header("From"):
        return "it names no sender"
    if named_mail_system(mail):
        return "a mail system sent it"
    if mail.header("X-Failed-Recipients") or _ABOUT_FAILURE.search(mail.header("Auto-Submitted")):
        return "its headers tell of a failure"
    if mail.message.get_content_type() == "multipart/report" and not is_receipt(mail):
        return "it is a report"
    if mail.returned:
        return "it returns a message"
    subject = mail.header("Subject")
    newsletter = mail.header("List-Unsubscribe")  # they write about failures, too
    if wording("bounce subjects").search(subject) and not _REPLIED.match(subject) and not newsletter:
        return "its subject tells of a failure"
    return None


def _known_to_flufl(mail: Mail) -> bool:
    try:
        return any(all_failures(mail.message))
    except Exception:  # it parses many formats and raises many kinds on what is none of them
        return False


def _reason_header(mail: Mail) -> str:
    """Some systems tell the reason in a header of their own."""
    return " ".join(mail.header(name) for name in ("X-Failed-Reason", "X-SMTP-Error", "X-Notes-Reason"))
