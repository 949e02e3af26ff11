"""DKIM (RFC 6376) by dkimpy: every header a reader or a mailbox provider goes by is signed, and signed once
more than it stands there, so that a second one added on the way breaks the signature.

The RSA key is PEM (PKCS#1 or PKCS#8). Ed25519 is left out: few receivers verify it, and it needs PyNaCl.
"""

from dataclasses import dataclass, field
from pathlib import Path

import dkim

from resources.errors import InputError

# dkimpy's own default leaves List-Unsubscribe-Post out, and oversigns From alone.
_SIGNED = (
    "from", "to", "subject", "date", "message-id", "reply-to", "sender", "cc", "auto-submitted",
    "list-unsubscribe", "list-unsubscribe-post", "mime-version", "content-type", "content-transfer-encoding",
)  # fmt: skip


@dataclass(frozen=True)
class DkimSigner:
    """Signs for the domain of a message's From address, with the key published under `selector`."""

    selector: str
    key: bytes = field(repr=False)

    def signature(self, content: bytes, domain: str) -> bytes:
        """The DKIM-Signature header line for this message, with its CRLF. Raises dkim.DKIMException."""
        signer = dkim.DKIM(content)
        present = [name.lower().decode("ascii") for name, _ in signer.headers]
        signed = [name for name in _SIGNED for _ in range(present.count(name) + 1)]
        made: bytes = signer.sign(
            self.selector.encode("ascii"),
            domain.encode("ascii"),
            self.key,
            canonicalize=(b"relaxed", b"relaxed"),
            include_headers=signed,
        )
        return made


def load_signer(path: Path, selector: str) -> DkimSigner:
    """Read the private key and try it. Raises InputError that never shows the key."""
    try:
        signer = DkimSigner(selector, path.read_bytes())
        signer.signature(b"From: a@example.com\r\n\r\nx\r\n", "example.com")
    except OSError as error:
        raise InputError(path, f"cannot be read: {error.strerror}", "set WORKFORCE_DKIM_KEY") from None
    except (dkim.DKIMException, ValueError, UnicodeError):
        raise InputError(
            path, "is no RSA private key in PEM", "make one with `openssl genrsa -out dkim.pem 2048`"
        ) from None
    return signer
