"""Complaints: feedback reports (RFC 5965), and the two kinds known to come without one."""

import email
import json
import re
from collections.abc import Mapping
from typing import Any

from resources.inbox.mail import Mail, headers_of
from resources.inbox.reports import Report

# RFC 5965 section 7.3 and RFC 6430. What a program found wrong with us (RFC 6591) is nobody's complaint.
_BY_A_PERSON = frozenset({"abuse", "fraud", "opt-out", "opt-out-list", "other", "virus", "miscategorized"})
_OUTLOOK = re.compile(r"^complaint about message from ", re.IGNORECASE)


def complaint(mail: Mail) -> str | None:
    """The kind of complaint ('abuse', ...); None where it is none."""
    for part in mail.own:
        if part.get_content_type() == "message/feedback-report":
            return _feedback_type(part.get_payload()) or "abuse"
    if mail.message.get_param("report-type") == "feedback-report":
        return _feedback_type(mail.text) or "abuse"
    if _OUTLOOK.match(mail.header("Subject")) and mail.returned:
        return "abuse"
    return None


def by_a_person(kind: str) -> bool:
    return kind in _BY_A_PERSON


def provider_notification(mail: Mail) -> tuple[str, Report | None] | None:
    """Amazon SES's JSON notifications: ('complaint' | 'bounce' | 'delivery', what a bounce reports)."""
    content = _json(mail.text)
    match str(content.get("notificationType") or content.get("eventType") or "").lower():
        case "complaint":
            return "complaint", None
        case "delivery":
            return "delivery", None
        case "bounce":
            permanent = _mapping(content.get("bounce")).get("bounceType") == "Permanent"
            why = f"the provider calls it {'permanent' if permanent else 'not permanent'}"
            return "bounce", Report("hard" if permanent else "soft", why)
        case _:
            return None


def _feedback_type(payload: Any) -> str | None:
    if isinstance(payload, list):
        found = [value for block in payload for value in headers_of(block, "Feedback-Type")]
    else:
        found = headers_of(email.message_from_string(str(payload).lstrip()), "Feedback-Type")
    return found[0].strip().lower() if found else None


def _json(text: str) -> Mapping[str, Any]:
    start = text.lstrip()
    if not start.startswith("{"):
        return {}
    try:
        content, _ = json.JSONDecoder(strict=False).raw_decode(start)
    except (ValueError, RecursionError):
        return {}
    return _mapping(content)


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}
