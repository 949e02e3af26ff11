"""What proves that a message concerns a send of ours: the send's Message-ID, its return path, or a token we
signed."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from resources.inbox.mail import Mail, Part, headers_of, text_of
from resources.inbox.returned_copy import message_ids_in_copy
from resources.mail.return_path import tokens_in

_ID = re.compile(r"<[!-;=?-~]{3,900}>")
_URL = re.compile(r"https?://[^\s<>\"']{10,2000}")
# What List-Unsubscribe's mailto has for a subject: the left part of the send's Message-ID.
_NAME = re.compile(r"\bunsubscribe[ +:]+([0-9a-f]{64}(?:\.[0-9a-f]{32})?)(?![0-9a-z.])", re.IGNORECASE)
_MOST = 200
# Where mail systems write the address that a message came to.
_CAME_TO = ("To", "Delivered-To", "X-Original-To", "Envelope-To", "X-Envelope-To", "X-Delivered-To")

# The ledger key of a link that we signed; None for any other text.
KeyOfLink = Callable[[str], str | None]


@dataclass(frozen=True, slots=True)
class Evidence:
    """Claims, to be held against the ledger: Message-IDs, left parts of them (from subjects), ledger keys
    (from links that we signed), and tokens of return paths."""

    message_ids: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    keys: tuple[str, ...] = ()
    tokens: tuple[str, ...] = ()


def evidence(mail: Mail, key_of_link: KeyOfLink) -> Evidence:
    """From the threading headers, the address it came to, the returned message's own headers, and links in
    either. Never raises."""
    try:
        ids = tuple(dict.fromkeys(_message_ids(mail)))[:_MOST]
        names = tuple(name.lower() for name in _NAME.findall(mail.header("Subject")))[:_MOST]
        keys = tuple(dict.fromkeys(_keys(mail, key_of_link)))[:_MOST]
        tokens = tuple(dict.fromkeys(_tokens(mail)))[:_MOST]
    except Exception:  # nothing that cannot be read proves anything
        return Evidence()
    return Evidence(ids, names, keys, tokens)


def _message_ids(mail: Mail) -> Iterator[str]:
    for name in ("In-Reply-To", "References"):
        for value in mail.headers(name):
            yield from _ID.findall(value)
    for part in mail.returned:
        yield from _ids_of_returned(part)
    yield from message_ids_in_copy(mail.text)


def _ids_of_returned(part: Part) -> Iterator[str]:
    for value in headers_of(part, "Message-ID"):
        yield from _ID.findall(value)
    if part.get_content_type() == "text/rfc822-headers":
        yield from message_ids_in_copy(text_of(part))


def _tokens(mail: Mail) -> Iterator[str]:
    for name in _CAME_TO:
        for value in mail.headers(name):
            yield from tokens_in(value)
    for part in mail.returned:
        for value in headers_of(part, "Return-Path"):
            yield from tokens_in(value)
        if part.get_content_type() == "text/rfc822-headers":
            yield from tokens_in(text_of(part))
    yield from tokens_in(mail.text)


def _keys(mail: Mail, key_of_link: KeyOfLink) -> Iterator[str]:
    headers = [value for part in mail.returned for value in headers_of(part, "List-Unsubscribe")]
    for text in (
        *headers,
        *(text_of(p) for p in mail.returned if p.get_content_maintype() == "text"),
        mail.text,
    ):
        for url in _URL.findall(text)[:_MOST]:
            key = key_of_link(url)
            if key is not None:
                yield key
