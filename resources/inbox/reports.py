"""Delivery status notifications (RFC 3464): what became of a message, recipient by recipient.

Read from message/delivery-status parts, or from the same fields where a damaged report has them as text.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from email.message import Message
from typing import Literal

from resources.contact_key import InvalidAddress, contact_key
from resources.inbox.hardness import Hardness, hardness
from resources.inbox.mail import Mail, Part, decoded, headers_of

Outcome = Hardness | Literal["delayed", "delivered"]
_FIELD = re.compile(
    r"^(original-recipient|final-recipient|action|status|diagnostic-code)[ \t]*:[ \t]*(.*)$", re.I
)


@dataclass(frozen=True, slots=True)
class Report:
    """What became of one copy. `contacts`: whom the report names, normalised; it may name nobody."""

    outcome: Outcome
    why: str
    contacts: frozenset[str] = frozenset()


def delivery_reports(mail: Mail, words: str) -> tuple[Report, ...]:
    """`words`: the report's text for people, used where a recipient has no diagnostic of its own."""
    groups = [group for part in mail.own for group in _groups(part)]
    if not groups:
        groups = list(_groups_in_text(mail))
    return tuple(_report(group, words) for group in groups)


def has_delivery_status(mail: Mail) -> bool:
    return any(part.get_content_type() == "message/delivery-status" for part in mail.own)


def _groups(part: Part) -> Iterator[Mapping[str, str]]:
    """The per-recipient groups of one part: those that tell an action or a status."""
    if part.get_content_type() not in ("message/delivery-status", "message/global-delivery-status"):
        return
    payload = part.get_payload()
    if not isinstance(payload, list):
        yield from _grouped(str(payload).splitlines())
        return
    for block in payload:
        if isinstance(block, Message):
            fields = {name.lower(): " ".join(headers_of(block, name)) for name in block}
            if "action" in fields or "status" in fields:
                yield fields


def _groups_in_text(mail: Mail) -> Iterator[Mapping[str, str]]:
    lines = mail.text.splitlines()
    if sum(bool(_FIELD.match(line)) for line in lines) >= 3:
        yield from _grouped(lines)


def _grouped(lines: list[str]) -> Iterator[Mapping[str, str]]:
    fields: dict[str, str] = {}
    last = None
    for line in [*lines, ""]:
        match = _FIELD.match(line)
        if match:
            last = match[1].lower()
            fields[last] = decoded(match[2])
        elif line[:1] in (" ", "\t") and line.strip() and last:
            fields[last] += f" {line.strip()}"
        elif not line.strip() and ("action" in fields or "status" in fields):
            yield fields
            fields, last = {}, None


def _report(fields: Mapping[str, str], words: str) -> Report:
    action = fields.get("action", "").strip().lower()
    contacts = frozenset(_contacts(fields))
    status, diagnostic = fields.get("status"), fields.get("diagnostic-code", "")
    if action.startswith(("delivered", "relayed", "expanded")):
        return Report("delivered", f"reported {action.split()[0]}", contacts)
    if action.startswith("delayed"):
        return Report("delayed", "delayed; the mail system goes on trying", contacts)
    found, why = hardness(status, diagnostic)
    if found == "unclear" or not diagnostic:
        found, why = _with_words(status, words, (found, why))
    return Report(found, why, contacts)


def _with_words(status: str | None, words: str, otherwise: tuple[Hardness, str]) -> tuple[Hardness, str]:
    found, why = hardness(status, words)
    return (found, why) if found != "unclear" else otherwise


def _contacts(fields: Mapping[str, str]) -> Iterator[str]:
    for name in ("original-recipient", "final-recipient"):
        address = fields.get(name, "").rpartition(";")[2].strip().strip("<>")
        try:
            yield contact_key(address)
        except InvalidAddress:
            continue
