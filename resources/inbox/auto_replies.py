"""Automatic replies: by the headers of RFC 3834 and those in common use; subjects are weak evidence only.

Nothing is ever answered automatically here, so two auto-responders cannot talk to each other through us.
"""

from resources.inbox.mail import Mail
from resources.inbox.senders import null_path
from resources.inbox.wordings import wording

_PRECEDENCE = frozenset({"auto_reply", "auto-reply"})
_MARKS = (
    "X-Autoreply",
    "X-Autorespond",
    "X-Autoresponder",
    "X-Auto-Reply-From",
    "X-Mail-Autoreply",
    "X-Vacation",
)


def auto_reply(mail: Mail) -> str | None:
    """The evidence that a program answered; None where there is none."""
    submitted = mail.header("Auto-Submitted").partition(";")[0].strip().lower()
    if submitted.startswith(("auto-replied", "auto-generated")):
        return f"Auto-Submitted: {submitted}"
    mark = next((name for name in _MARKS if mail.header(name).strip().lower() not in ("", "no")), None)
    if mark:
        return mark
    if mail.header("Precedence").strip().lower() in _PRECEDENCE:
        return f"Precedence: {mail.header('Precedence').strip()}"
    if is_receipt(mail):
        return "a receipt (RFC 8098)"
    return _weak(mail)


def says_automatic(subject: str) -> bool:
    return bool(wording("automatic reply subjects", r"^\s*(?:{})").search(subject))


def is_receipt(mail: Mail) -> bool:
    return any(part.get_content_type() == "message/disposition-notification" for part in mail.own)


def says_gone(text: str) -> bool:
    """Whether the text says that the person has left: a person here must look."""
    return bool(wording("has left").search(text))


def _weak(mail: Mail) -> str | None:
    """A subject alone is anybody's; with a second sign it is enough."""
    if not says_automatic(mail.header("Subject")):
        return None
    bulk = mail.header("Precedence").strip().lower() in ("bulk", "junk", "list")
    if (
        null_path(mail)
        or bulk
        or mail.header("X-Auto-Response-Suppress")
        or mail.header("X-POST-MessageClass")
    ):
        return "the subject, and a second sign"
    return "the subject, in a reply" if mail.header("In-Reply-To") or mail.header("References") else None
