"""What a relay says before it has a message is about us; what it says out of place sends nothing."""

import asyncio
import ssl
import threading
from collections.abc import Iterator, Mapping
from concurrent.futures import Future
from contextlib import contextmanager
from pathlib import Path

import pytest

from resources.mail.mailer import Deferred, Delivered, Delivery, Envelope
from resources.mail.relay import parse_relay
from resources.mail.smtp import SmtpMailer
from resources.mail.smtp_session import Timeouts
from tests.certificates import Authority

USUAL = {"EHLO": "250 relay", "HELO": "250 relay", "DATA": "354 go on", "QUIT": "221 bye"}


@contextmanager
def relay(says: Mapping[str, str], tls: ssl.SSLContext | None = None) -> Iterator[tuple[int, list[str]]]:
    """Its port, and the messages it took. `says`: by command, instead of the usual answer."""
    accepted: list[str] = []
    port: list[int] = []
    listening = threading.Event()

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 relay\r\n")
        while line := (await reader.readline()).decode().strip():
            command = line.replace(":", " ").split()[0].upper()
            answer = says.get(command, USUAL.get(command, "250 ok"))
            writer.write(f"{answer}\r\n".encode())
            if command == "DATA" and answer.startswith("354"):
                accepted.append((await reader.readuntil(b"\r\n.\r\n")).decode())
                writer.write(b"250 ok\r\n")
        writer.close()

    async def serve() -> None:
        server = await asyncio.start_server(talk, "127.0.0.1", 0, ssl=tls)
        port.append(server.sockets[0].getsockname()[1])
        listening.set()
        await asyncio.wrap_future(ended)
        server.close()

    ended: Future[None] = Future()
    thread = threading.Thread(target=lambda: asyncio.run(serve()))
    thread.start()
    listening.wait()
    try:
        yield port[0], accepted
    finally:
        ended.set_result(None)
        thread.join()


def deliver(url: str) -> Delivery:
    mailer = SmtpMailer(parse_relay(url), connections=1, timeouts=Timeouts(30, 30, 30))
    message = b"Message-ID: <1@v.example>\r\n\r\nHello\r\n"
    return mailer.deliver_all([Envelope("<1@v.example>", "s@v.example", "ada@x.example", message)])[0]


@pytest.fixture
def trusted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ssl.SSLContext:
    authority = Authority(tmp_path, "trusted")
    monkeypatch.setenv("SSL_CERT_FILE", str(authority.file))
    return authority.context("127.0.0.1")


@pytest.mark.parametrize("no", ["550 rejected", "451 not now"])
def test_a_relay_that_refuses_our_name_fails_no_message(trusted: ssl.SSLContext, no: str) -> None:
    """It is not the recipient who is refused, so it does not count as a refusal either."""
    with relay({"EHLO": no, "HELO": no}, trusted) as (port, accepted):
        answer = deliver(f"smtps://127.0.0.1:{port}")
        assert isinstance(answer, Deferred) and not answer.refused and no[4:] in answer.why
        assert accepted == []
    with relay({"EHLO": no}, trusted) as (port, accepted):  # an old one, which knows HELO only
        assert deliver(f"smtps://127.0.0.1:{port}") == Delivered() and len(accepted) == 1


@pytest.mark.parametrize("says", [{"RCPT": "354 go on"}, {"DATA": "250 ok"}, {"MAIL": "199 hm"}])
def test_a_reply_out_of_place_before_the_message_sends_nothing(says: dict[str, str]) -> None:
    """The message was never handed over, so nobody needs to look whether it arrived."""
    with relay(says) as (port, accepted):
        answer = deliver(f"smtp://127.0.0.1:{port}")
        assert isinstance(answer, Deferred) and not answer.refused
        assert accepted == []
