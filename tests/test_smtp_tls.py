"""A password and a message go only to the relay that proves who it is, and never in the clear."""

import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, LoginPassword

from resources.mail.mailer import Deferred, Delivered, Delivery, Envelope
from resources.mail.relay import parse_relay
from resources.mail.smtp import SmtpMailer
from resources.mail.smtp_session import Timeouts
from tests.certificates import Authority

PASSWORD = "correct horse"
MESSAGE = Envelope(
    "<1@v.example>", "sales@v.example", "ada@x.example", b"Message-ID: <1@v.example>\r\n\r\nHi\r\n"
)


class Relay(Controller):
    """What it was given: messages with whether they came under TLS, and every password that was offered."""

    def __init__(self, **settings: Any) -> None:
        self.messages: list[bool] = []
        self.passwords: list[bytes] = []
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        super().__init__(self, hostname="127.0.0.1", port=port, authenticator=self.authenticate, **settings)

    def authenticate(self, server: Any, session: Any, envelope: Any, kind: str, data: Any) -> AuthResult:
        assert isinstance(data, LoginPassword)
        self.passwords.append(data.password)
        return AuthResult(success=data.password == PASSWORD.encode(), handled=False)

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        self.messages.append(
            session.ssl is not None or server.transport.get_extra_info("sslcontext") is not None
        )
        return "250 OK"


@contextmanager
def relay(security: str, context: ssl.SSLContext | None) -> Iterator[Relay]:
    """`security`: starttls, tls (from the first byte), or none; a password is asked for in each."""
    settings: dict[str, Any] = {"auth_required": True, "auth_require_tls": security == "starttls"}
    settings |= {"starttls": {"tls_context": context}, "tls": {"ssl_context": context}, "none": {}}[security]
    running = Relay(**settings)
    running.start()
    try:
        yield running
    finally:
        running.stop()


def send(scheme: str, to: Relay, password: str = PASSWORD) -> Delivery:
    where = parse_relay(f"{scheme}://sales@127.0.0.1:{to.port}")
    mailer = SmtpMailer(where, password, connections=1, timeouts=Timeouts(60, 60, 60))
    return mailer.deliver_all([MESSAGE])[0]


@pytest.fixture
def authority(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Authority:
    """The one that this process trusts."""
    made = Authority(tmp_path, "trusted")
    monkeypatch.setenv("SSL_CERT_FILE", str(made.file))
    return made


# aiosmtpd warns that auth_require_tls is off, where TLS is from the first byte.
pytestmark = pytest.mark.filterwarnings("ignore:Requiring AUTH")
WAYS = [("smtp+starttls", "starttls"), ("smtps", "tls")]


@pytest.mark.parametrize(("scheme", "security"), WAYS)
def test_a_relay_that_proves_itself_gets_the_password_and_the_message(
    authority: Authority, scheme: str, security: str
) -> None:
    """Under TLS, both."""
    with relay(security, authority.context("127.0.0.1")) as running:
        assert send(scheme, running) == Delivered()
        assert running.messages == [True] and running.passwords == [PASSWORD.encode()]


@pytest.mark.parametrize(("scheme", "security"), WAYS)
@pytest.mark.parametrize("wrong", ["another host's certificate", "another authority's certificate"])
def test_a_relay_that_proves_nothing_gets_neither(
    authority: Authority, tmp_path: Path, scheme: str, security: str, wrong: str
) -> None:
    """Nothing is lost: it is deferred, and says why."""
    other = Authority(tmp_path, "other").context("127.0.0.1")
    context = authority.context("relay.example") if wrong.startswith("another host") else other
    with relay(security, context) as running:
        answer = send(scheme, running)
        assert isinstance(answer, Deferred) and not answer.refused and "certificate" in answer.why.lower()
        assert running.messages == [] and running.passwords == []


@pytest.mark.parametrize("scheme", ["smtp+starttls", "smtps"])
def test_nothing_is_downgraded(authority: Authority, scheme: str) -> None:
    """A relay, or somebody on the way to it, that offers no TLS gets neither password nor message."""
    with relay("none", None) as running:
        answer = send(scheme, running)
        assert isinstance(answer, Deferred) and not answer.refused
        assert running.messages == [] and running.passwords == []


@pytest.mark.parametrize(("scheme", "security"), WAYS)
def test_a_wrong_password_fails_no_message(authority: Authority, scheme: str, security: str) -> None:
    """It says what the relay said, without the password; nothing is sent, and all can be sent later."""
    with relay(security, authority.context("127.0.0.1")) as running:
        answer = send(scheme, running, "wrong horse")
        assert isinstance(answer, Deferred) and not answer.refused
        assert "uthentication" in answer.why and "horse" not in answer.why
        assert running.messages == []
        assert send(scheme, running) == Delivered()
