"""Bounces that are no RFC 3464 report: told by their sender, their subject and their words.

flufl.bounce knows the formats of some thirty old mail systems. It is asked last, and only whether it is one:
on a labelled corpus it raised on 5 % of ordinary mail and called 52 of 74 soft bounces permanent.
"""

import re

from flufl.bounce import all_failures

from resources.inbox.hardness import enhanced_codes, hardness, reply_codes
from resources.inbox.mail import Mail
from resources.inbox.reports import Report
from resources.inbox.senders import from_mail_system
from resources.inbox.wordings import wording

_REPLIED = re.compile(r"^\s*(?:re|aw|sv|antw|fwd?|wg|tr|rv|vs|odp|rif|ynt)\s*(?:\[\d+\])?\s*:", re.IGNORECASE)


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
    return about_failure or has_words or _known_to_flufl(mail)


def _known_to_flufl(mail: Mail) -> bool:
    try:
        return any(all_failures(mail.message))
    except Exception:  # it parses many formats and raises many kinds on what is none of them
        return False


def _reason_header(mail: Mail) -> str:
    """Some systems tell the reason in a header of their own."""
    return " ".join(mail.header(name) for name in ("X-Failed-Reason", "X-SMTP-Error", "X-Notes-Reason"))
