"""Signed unsubscribe links. A link names a send and a contact by digests: no address can be read from it.

It has no expiry of its own, since a person may unsubscribe whenever they find the message: it ends when
the secret that signed it is retired. Several secrets, newest first, let links live on while it is changed.
"""

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass

from itsdangerous import BadData, URLSafeSerializer

from resources.store.suppressions import contact_digest

PATH = "/u/"
_LINK = re.compile(r"/u/([A-Za-z0-9._-]{20,1000})(?![A-Za-z0-9._-])")
_DIGEST = re.compile(r"[0-9a-f]{64}")
_SHORTEST = 32


class WeakSecret(ValueError):
    """No link may be signed with this; the message says what is needed."""


@dataclass(frozen=True, slots=True)
class Unsubscriber:
    """What a token says: the ledger's key (64 hex digits), and the digest of the normalised contact."""

    key: str
    contact_digest: str


class UnsubscribeLinks:
    """`base_url`: https://... of the service, without a path. `secrets`: newest first; only it signs."""

    def __init__(self, base_url: str, *secrets: str) -> None:
        """Raises WeakSecret where a secret has fewer than 32 characters, or there is none."""
        if not secrets or any(len(secret) < _SHORTEST for secret in secrets):
            raise WeakSecret(
                f"WORKFORCE_UNSUBSCRIBE_SECRET needs at least {_SHORTEST} characters; "
                "make one with `openssl rand -hex 32`"
            )
        self._base = base_url.rstrip("/")
        self._serializer = URLSafeSerializer(
            list(reversed(secrets)),  # itsdangerous signs with the last
            salt="workforce.unsubscribe",
            signer_kwargs={"digest_method": hashlib.sha256},
        )

    @classmethod
    def from_setting(cls, base_url: str, secret: str) -> "UnsubscribeLinks":
        """`secret`: one or more, separated by spaces, newest first. Raises WeakSecret."""
        return cls(base_url, *secret.split())

    def url(self, key_digest: str, contact_key: str) -> str:
        """The link for one send: the same for every attempt. About 320 characters after the base."""
        hidden = contact_digest(contact_key).partition(":")[2]
        return f"{self._base}{PATH}{self._serializer.dumps([key_digest, hidden])}"

    def read(self, token: str) -> Unsubscriber | None:
        """What we signed; None for a forged, damaged or retired token."""
        try:
            content: object = self._serializer.loads(token)
        except (BadData, ValueError, RecursionError):  # bytes that are no UTF-8 raise ValueError
            return None
        if not isinstance(content, Sequence) or len(content) != 2:
            return None
        key, hidden = (str(part) for part in content)
        if not _DIGEST.fullmatch(key) or not _DIGEST.fullmatch(hidden):
            return None
        return Unsubscriber(key, f"sha256:{hidden}")

    def key_of(self, url: str) -> str | None:
        """The ledger's key where `url` is a link that we signed."""
        found = _LINK.search(url)
        read = None if found is None else self.read(found[1])
        return None if read is None else read.key
