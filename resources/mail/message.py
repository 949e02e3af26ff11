"""The message as it goes over the wire, built to a plan and read back before anyone may send it."""

import quopri
import re
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime
from typing import Protocol
from urllib.parse import quote

import dkim

from resources.campaign import SenderIdentity
from resources.contact_key import InvalidAddress, deliverable_address
from resources.mail.dkim_signing import DkimSigner
from resources.mail.headers import (
    MessageError,
    decoded,
    field_line,
    mailbox_line,
    mailbox_of,
    read_back,
    refuse_controls,
)
from resources.mail.html import html_of

__all__ = ["MessageError", "Plan", "UnsubscribeUrls", "build_message"]


_MESSAGE_ID = re.compile(r"<[!-;=?-~]+@[!-;=?-~]+>")


class UnsubscribeUrls(Protocol):
    """Where one click ends these messages for one contact (RFC 8058)."""

    def url(self, key_digest: str, contact_key: str) -> str:
        """An https URL that tells nobody who the contact is."""
        ...


@dataclass(frozen=True, slots=True)
class Plan:
    """What the message shall say. `subject` and `body` are rendered; `key` is the idempotency key.

    `links`: the only ones that the HTML alternative makes links of. `unsubscribe_url`: https, for one click.
    """

    sender: SenderIdentity
    recipient: str
    subject: str
    body: str
    message_id: str
    key: str
    at: datetime
    links: tuple[str, ...] = ()
    unsubscribe_url: str | None = None


def build_message(plan: Plan, signer: DkimSigner | None = None) -> bytes:
    """RFC 5322 bytes with CRLF line ends, plain text and HTML, exactly one recipient. Raises MessageError.

    The bytes are parsed again and every header compared with the plan: what this code or a library under it
    writes is believed only when it reads back.
    """
    sender, recipient = _address("From", plan.sender.email), _address("To", plan.recipient)
    body, mailto = _body(plan.body), _mailto(sender, plan.message_id)
    planned = _headers(plan, recipient, mailto, one_click=signer is not None)
    try:
        lines = [
            mailbox_line("From", plan.sender.name, sender),
            *(field_line(name, value) for name, value in planned.items()),
        ]
    except (ValueError, IndexError) as error:  # UnicodeError is one; the header writer has raised both
        raise MessageError(str(error)) from None
    content = b"".join(lines) + b"\r\n" + _parts(plan, body, mailto)
    if signer is not None:
        content = _signed(content, signer, sender.rpartition("@")[2])
    _compare(content, planned, plan, sender, signed=signer is not None)
    return content


def _headers(plan: Plan, recipient: str, mailto: str, *, one_click: bool) -> dict[str, str]:
    """All but From. List-Unsubscribe-Post stands only beside an https URL and a signature (RFC 8058)."""
    planned = {
        "To": recipient,
        "Subject": _filled("Subject", plan.subject).strip(" "),
        "Date": format_datetime(plan.at),
        "Message-ID": _message_id(plan.message_id),
        "List-Unsubscribe": f"<{mailto}>",
    }
    if plan.unsubscribe_url is not None:
        planned["List-Unsubscribe"] = f"<{_https(plan.unsubscribe_url)}>, <{mailto}>"
        if one_click:
            planned["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    return planned | {
        "Auto-Submitted": "auto-generated",
        "MIME-Version": "1.0",
        "Content-Type": f'multipart/alternative; boundary="{_boundary(plan)}"',
    }


def _boundary(plan: Plan) -> str:
    return f"=_{plan.key[:40]}"  # "=_" cannot stand in quoted-printable text (RFC 2045, 6.7)


def _address(name: str, text: str) -> str:
    try:
        return deliverable_address(text)
    except InvalidAddress as error:
        raise MessageError(f"{name}: {error}") from None


def _message_id(text: str) -> str:
    if not _MESSAGE_ID.fullmatch(text):
        raise MessageError(f"Message-ID: {text!r} is not <left@right>")
    return text


def _filled(name: str, text: str) -> str:
    if not text.strip():
        raise MessageError(f"{name}: is empty")
    return text


def _mailto(sender: str, message_id: str) -> str:
    """RFC 2369: a mailto that names the send, so that a reply can be matched without reading it."""
    name = message_id.strip("<>").rpartition("@")[0]
    return f"mailto:{sender}?subject={quote(f'unsubscribe {name}')}"


def _https(url: str) -> str:
    if not (url.startswith("https://") and url.isascii() and url.isprintable()) or set(url) & set(' <>,"'):
        raise MessageError(f"List-Unsubscribe: {url!r} is no plain https URL")
    return url


def _body(text: str) -> str:
    body = _filled("body", text).replace("\r\n", "\n").strip("\n")
    for line in body.split("\n"):
        refuse_controls("body", line.replace("\t", " "))
    return body


def _parts(plan: Plan, body: str, mailto: str) -> bytes:
    """The plain text and its HTML alternative, both with identity, postal address and the way out."""
    text = f"{body}\n\n{_footer(plan, mailto)}"
    ways_out = {mailto, plan.unsubscribe_url or mailto}
    boundary = _boundary(plan).encode("ascii")
    written = b"".join(
        b"--%s\r\nContent-Type: text/%s; charset=utf-8\r\n"
        b"Content-Transfer-Encoding: quoted-printable\r\n\r\n%s\r\n" % (boundary, kind, _quoted(part))
        for kind, part in ((b"plain", text), (b"html", html_of(text, plan.links, ways_out)))
    )
    return written + b"--%s--\r\n" % boundary


def _footer(plan: Plan, mailto: str) -> str:
    sender, url = plan.sender, plan.unsubscribe_url
    way_out = f"open\n{url}\nor " if url else ""
    return (
        f"-- \nSent by {sender.name}, {sender.postal_address}\n\n"
        f"To get no more of these messages, {way_out}reply with the word unsubscribe, or write to\n"
        f"{mailto}\n"
    )


def _quoted(text: str) -> bytes:
    return quopri.encodestring(text.encode("utf-8")).replace(b"\n", b"\r\n")


def _signed(content: bytes, signer: DkimSigner, domain: str) -> bytes:
    try:
        return signer.signature(content, domain) + content
    except (dkim.DKIMException, ValueError) as error:
        raise MessageError(f"DKIM-Signature: {error}") from None


def _compare(content: bytes, planned: dict[str, str], plan: Plan, sender: str, *, signed: bool) -> None:
    if not content.isascii():
        raise MessageError("is not ASCII, as every part of it was written")
    read = read_back(content)
    wanted = ["from", *(name.lower() for name in planned), *(["dkim-signature"] if signed else [])]
    names = sorted(name for name, _ in read)
    if names != sorted(wanted):
        raise MessageError(f"headers are {names}, not as planned")
    values = dict(read)
    for name, value in planned.items():
        if decoded(name, values[name.lower()]) != value:
            raise MessageError(f"{name}: reads back as {values[name.lower()]!r}, not as planned")
    if mailbox_of("From", values["from"]) != (plan.sender.name, sender):
        raise MessageError(f"From: reads back as {values['from']!r}, not as planned")
