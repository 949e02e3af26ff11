"""The message as it goes over the wire, built to a plan and read back before anyone may send it."""

import unicodedata
from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import SMTP
from email.utils import format_datetime
from urllib.parse import quote

from resources.campaign import SenderIdentity
from resources.contact_key import InvalidAddress, deliverable_address

# 998 octets without the line end is RFC 5322's limit for a line (section 2.1.1).
_LINE = 998
_POLICY = SMTP.clone(max_line_length=_LINE)
_MIME = {
    "MIME-Version": "1.0",
    "Content-Type": 'text/plain; charset="utf-8"',
    "Content-Transfer-Encoding": "quoted-printable",
}


class MessageError(ValueError):
    """A message that must not be sent, with the header or part that is wrong."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What the message shall say. `subject` and `body` are rendered; `key` is the idempotency key."""

    sender: SenderIdentity
    recipient: str
    subject: str
    body: str
    message_id: str
    key: str
    at: datetime


def build_message(plan: Plan) -> bytes:
    """RFC 5322 bytes with CRLF line ends and exactly one recipient. Raises MessageError.

    The bytes are parsed again and every header compared with the plan, because EmailMessage can be made
    to write headers nobody asked for (an encoded word that decodes to a line break and a Bcc).
    """
    headers = _headers(plan)
    for name, value in headers.items():
        _refuse_controls(name, value)
    message = EmailMessage(policy=_POLICY)
    try:
        for name, value in headers.items():
            message[name] = value
        message.set_content(_text(plan), subtype="plain", charset="utf-8", cte="quoted-printable")
        content = message.as_bytes()
    except (ValueError, IndexError) as error:  # UnicodeError is one; the header parser has raised both
        raise MessageError(f"cannot be written: {error}") from None
    _compare(content, headers | _MIME, plan)
    return content


def _headers(plan: Plan) -> dict[str, str]:
    _refuse_controls("From", plan.sender.name)
    return {
        "From": str(Address(plan.sender.name, addr_spec=plan.sender.email)),
        "To": _recipient(plan.recipient),
        "Subject": _filled("Subject", plan.subject).strip(" "),
        "Date": format_datetime(plan.at),
        "Message-ID": plan.message_id,
        "List-Unsubscribe": f"<{_unsubscribe(plan)}>",
        "Auto-Submitted": "auto-generated",
    }


def _recipient(text: str) -> str:
    try:
        return deliverable_address(text)
    except InvalidAddress as error:
        raise MessageError(f"To: {error}") from None


def _filled(name: str, text: str) -> str:
    if not text.strip():
        raise MessageError(f"{name}: is empty")
    return text


def _unsubscribe(plan: Plan) -> str:
    """RFC 2369: a mailto that names the send, so that a reply can be matched without reading it."""
    return f"mailto:{plan.sender.email}?subject={quote(f'unsubscribe {plan.key}')}"


def _text(plan: Plan) -> str:
    body = _filled("body", plan.body).replace("\r\n", "\n").strip("\n")
    for character in body:
        if character not in "\n\t" and unicodedata.category(character) in ("Cc", "Cs"):
            raise MessageError(f"body: holds the control character U+{ord(character):04X}")
    sender = plan.sender
    return (
        f"{body}\n\n-- \nSent by {sender.name}, {sender.postal_address}\n\n"
        "To get no more of these messages, reply with the word unsubscribe, or write to\n"
        f"{_unsubscribe(plan)}\n"
    )


def _refuse_controls(name: str, value: str) -> None:
    for character in value:
        if unicodedata.category(character) in ("Cc", "Cs", "Zl", "Zp"):
            raise MessageError(f"{name}: holds the control character U+{ord(character):04X}")


def _compare(content: bytes, planned: dict[str, str], plan: Plan) -> None:
    if any(len(line) > _LINE for line in content.split(b"\r\n")):
        raise MessageError(f"a line is longer than {_LINE} octets; shorten the subject")
    # Reading a header parses it anew each time, so each is read once.
    headers = [
        (name.lower(), value) for name, value in BytesParser(policy=_POLICY).parsebytes(content).items()
    ]
    if sorted(name for name, _ in headers) != sorted(name.lower() for name in planned):
        raise MessageError(f"headers are {sorted(name for name, _ in headers)}, not as planned")
    read = dict(headers)
    for name, value in planned.items():
        _refuse_controls(name, str(read[name.lower()]))
        if str(read[name.lower()]) != value:
            raise MessageError(f"{name}: reads back as {str(read[name.lower()])!r}, not as planned")
    if [address.addr_spec for address in read["to"].addresses] != [planned["To"]]:
        raise MessageError("To: is not exactly one recipient")
    if [address.addr_spec for address in read["from"].addresses] != [plan.sender.email]:
        raise MessageError("From: is not exactly the campaign's sender")
