"""A signature stands for the whole of what was sent. The oracle is dkimpy's verifier with our public key."""

import base64
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import dkim
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from resources.campaign import SenderIdentity
from resources.errors import InputError
from resources.mail.dkim_signing import DkimSigner, load_signer
from resources.mail.message import MessageError, Plan, build_message

KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
PEM = KEY.private_bytes(
    serialization.Encoding.PEM,
    serialization.PrivateFormat.TraditionalOpenSSL,
    serialization.NoEncryption(),
)
PUBLIC = base64.b64encode(
    KEY.public_key().public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
)
SIGNER = DkimSigner("spring", PEM)
DIGEST = "ab" * 32


def plan(**changes: object) -> Plan:
    planned: dict[str, object] = {
        "sender": SenderIdentity(name="Vendor", email="sales@vendor.example", postal_address="1 Mill Lane"),
        "recipient": "ada@north.example",
        "subject": "Your invoices",
        "body": "Hello\n",
        "message_id": f"<{DIGEST}@vendor.example>",
        "key": DIGEST,
        "at": datetime(2026, 3, 2, 10, tzinfo=UTC),
        "unsubscribe_url": "https://vendor.example/u/token",
    }
    return Plan(**{**planned, **changes})  # type: ignore[arg-type]


def verifies(content: bytes) -> bool:
    def dns(name: bytes, timeout: int = 5) -> bytes:
        assert name == b"spring._domainkey.vendor.example."
        return b"v=DKIM1; k=rsa; p=" + PUBLIC

    return bool(dkim.verify(content, dnsfunc=dns))


CONTENT = build_message(plan(), SIGNER)


def test_a_signed_message_verifies_and_is_still_exactly_as_planned() -> None:
    assert verifies(CONTENT)
    assert CONTENT.count(b"DKIM-Signature:") == 1
    assert b"\r\nList-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n" in CONTENT
    assert b"\r\nList-Unsubscribe: <https://vendor.example/u/token>, <mailto:sales@vendor.example?" in CONTENT


@pytest.mark.parametrize(
    "change",
    [
        lambda c: c.replace(b"/u/token>", b"/u/other>"),
        lambda c: c.replace(b"List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n", b""),
        lambda c: c.replace(b"List-Unsubscribe=One-Click", b"List-Unsubscribe=Two-Clicks"),
        lambda c: b"Subject: another\r\n" + c,
        lambda c: c.replace(b"Subject: ", b"Subject: first\r\nSubject: "),
        lambda c: b"From: eve@vendor.example\r\n" + c,
        lambda c: b"To: eve@evil.example\r\n" + c,
        lambda c: b"Cc: eve@evil.example\r\n" + c,
        lambda c: b"Reply-To: eve@evil.example\r\n" + c,
        lambda c: b"List-Unsubscribe: <https://evil.example>\r\n" + c,
        lambda c: b"List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n" + c,
        lambda c: b"Message-ID: <x@evil.example>\r\n" + c,
        lambda c: b"Content-Type: text/html\r\n" + c,
        lambda c: c.replace(b"Date: Mon", b"Date: Tue"),
        lambda c: c.replace(b"Vendor <sales", b"Vendors <sales"),
        lambda c: c.replace(b"Auto-Submitted: auto-generated\r\n", b""),
        lambda c: c.replace(b"Hello", b"Hullo"),
        lambda c: c + b"more\r\n",
    ],
)
def test_whatever_is_changed_or_added_breaks_it(change: Callable[[bytes], bytes]) -> None:
    """Both unsubscribe headers are signed, and no header may stand twice that should stand once."""
    changed = change(CONTENT)
    assert changed != CONTENT
    assert not verifies(changed)


def test_one_click_is_offered_only_with_an_https_url_and_a_signature() -> None:
    """RFC 8058, section 3.1: the signature must cover it, and the URL must be https."""
    assert b"List-Unsubscribe-Post" not in build_message(plan())
    assert b"List-Unsubscribe-Post" not in build_message(plan(unsubscribe_url=None), SIGNER)
    for url in (
        "http://vendor.example/u",
        "https://vendor.example/u>\r\nBcc: e@x.example",
        "https://x, y",
        "",
    ):
        with pytest.raises(MessageError, match="List-Unsubscribe"):
            build_message(plan(unsubscribe_url=url), SIGNER)


@pytest.mark.parametrize(
    "form", [serialization.PrivateFormat.TraditionalOpenSSL, serialization.PrivateFormat.PKCS8]
)
def test_a_key_is_read_from_its_file(tmp_path: Path, form: serialization.PrivateFormat) -> None:
    file = tmp_path / "dkim.pem"
    file.write_bytes(KEY.private_bytes(serialization.Encoding.PEM, form, serialization.NoEncryption()))
    assert verifies(build_message(plan(), load_signer(file, "spring")))


@pytest.mark.parametrize(
    "content", [b"", b"hunter2", b"-----BEGIN RSA PRIVATE KEY-----\nhunter2\n-----END RSA PRIVATE KEY-----"]
)
def test_what_is_no_key_is_one_line_that_does_not_show_it(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "dkim.pem"
    file.write_bytes(content)
    with pytest.raises(InputError) as error:
        load_signer(file, "spring")
    assert "hunter2" not in str(error.value) and str(file) in str(error.value)
    with pytest.raises(InputError, match="cannot be read"):
        load_signer(tmp_path / "none", "spring")
