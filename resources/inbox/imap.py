"""An IMAP folder (RFC 3501), read by UID and never changed: it is opened read-only and nothing is flagged."""

import imaplib
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from urllib.parse import SplitResult, unquote, urlsplit, urlunsplit

from resources.errors import InputError

_TIMEOUT_SECONDS = 60
_PASSWORD = "WORKFORCE_IMAP_PASSWORD"
_THIS_MACHINE = ("localhost", "127.0.0.1", "::1")


def read_imap(url: str, password: str | None, known: Callable[[str], bool]) -> Iterator[tuple[str, bytes]]:
    """(name, octets) of each message not known. `url`: imaps://user@host[:port]/folder, without a password.

    A name is the message's own URL (RFC 5092: UIDVALIDITY and UID), the same for ever. Raises InputError.
    """
    parts = urlsplit(url)
    if not parts.hostname or not parts.username:
        raise InputError(url, "names no user or host", "write imaps://user@host/folder")
    if parts.password:
        raise InputError(f"{parts.scheme}://{parts.hostname}", "holds a password", f"put it into {_PASSWORD}")
    if not password:
        raise InputError(url, f"{_PASSWORD} is not set", "set it to the mailbox's password")
    try:
        with _opened(parts, password) as client:
            yield from _messages(client, url, known)
    except (OSError, imaplib.IMAP4.error) as error:
        raise InputError(
            url, f"the mailbox cannot be read: {error}", "check host, user, folder and password"
        ) from None


def _messages(client: imaplib.IMAP4, url: str, known: Callable[[str], bool]) -> Iterator[tuple[str, bytes]]:
    validity = (client.response("UIDVALIDITY")[1] or [b"0"])[0] or b"0"
    base = (
        f"{urlunsplit(urlsplit(url)._replace(query='', fragment=''))};UIDVALIDITY={validity.decode()}/;UID="
    )
    _, found = client.uid("SEARCH", "UNDELETED")
    for uid in (found[0] or b"").split():
        name = f"{base}{uid.decode()}"
        if known(name):
            continue
        _, answer = client.uid("FETCH", uid.decode(), "(BODY.PEEK[])")
        octets = next((item[1] for item in answer if isinstance(item, tuple)), None)
        if octets is not None:  # another client expunged it meanwhile
            yield name, octets


def _connected(parts: SplitResult) -> imaplib.IMAP4:
    """Over TLS with a verified certificate (imaplib's own default verifies none), or on this machine."""
    host, trusted = parts.hostname or "", ssl.create_default_context()
    if parts.scheme == "imaps":
        return imaplib.IMAP4_SSL(host, parts.port or 993, ssl_context=trusted, timeout=_TIMEOUT_SECONDS)
    client = imaplib.IMAP4(host, parts.port or 143, timeout=_TIMEOUT_SECONDS)
    if host not in _THIS_MACHINE:
        client.starttls(trusted)  # raises where it is not offered: no password goes in the clear
    return client


@contextmanager
def _opened(parts: SplitResult, password: str) -> Iterator[imaplib.IMAP4]:
    with _connected(parts) as client:
        client.login(unquote(parts.username or ""), password)
        folder = unquote(parts.path.strip("/")) or "INBOX"
        status, why = client.select(
            '"{}"'.format(folder.replace("\\", r"\\").replace('"', r"\"")), readonly=True
        )
        if status != "OK":
            raise imaplib.IMAP4.error(f"folder {folder}: {why}")
        yield client
