"""A sending that breaks off leaves no less known than a kill: what was sent is recorded, or its log stays."""

import signal
import subprocess
import sys
import time
from collections import Counter
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from sqlalchemy import Engine

from resources.mail.mailer import CannotTell, Delivered, Delivery, Envelope, Finding, Found, UnderWay
from resources.mail.sending import NotSent, Send, send_all
from resources.store.engine import open_engine
from resources.store.entries import Intent
from resources.store.ledger import SendLedger
from resources.store.migrate import migrate
from tests.smtp_server import Running, smtp_server
from tests.test_sender import ADA, AT, world

pytest_plugins = ["tests.store_fixtures"]

PROJECT = Path(__file__).parents[1]
MESSAGES = 400
SENDING = """
import sys
from datetime import UTC, date, datetime
from pathlib import Path
from resources.mail.mailer import Envelope
from resources.mail.relay import parse_relay
from resources.mail.sending import Send, send_all
from resources.mail.smtp import SmtpMailer
from resources.mail.wire_log import WireLog
from resources.store.engine import open_engine
from resources.store.entries import Intent
from resources.store.ledger import SendLedger

root, url, count, how = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]), sys.argv[4]
ledger = SendLedger(open_engine(f"sqlite:///{root / 'operations.sqlite'}"), "outbound", 100_000)

def send(number):
    key = ledger.key("spring", 1, f"p{number}@x.example")
    at = datetime(2026, 3, 2, 10, tzinfo=UTC)
    intent = Intent(key, f"lead-{number}", date(2026, 3, 2), ledger.message_id(key, "v.example"), "d", at)
    text = f"Message-ID: {intent.message_id}\\r\\n\\r\\nHello\\r\\n".encode()
    return Send(intent, (), lambda: Envelope(intent.message_id, "s@v.example", key.contact, text))

turn, turns = ledger.turn, []
def breaking(outcomes, requests):
    turns.append(1)
    if how == "the store is gone" and len(turns) > 5:
        raise RuntimeError("the server closed the connection")
    if how == "interrupted between two groups" and len(turns) == 6:
        raise KeyboardInterrupt
    return turn(outcomes, requests)
ledger.turn = breaking
send_all(ledger, SmtpMailer(parse_relay(url), log=WireLog(root / "wire")), [send(n) for n in range(count)])
"""


@pytest.fixture
def server(tmp_path: Path) -> "Running":
    with smtp_server(tmp_path / "mailbox") as running:
        yield running  # type: ignore[misc]


def begin(root: Path, url: str, how: str) -> "subprocess.Popen[str]":
    command = [sys.executable, "-c", SENDING, str(root), url, str(MESSAGES), how]
    return subprocess.Popen(command, cwd=PROJECT, stderr=subprocess.PIPE, text=True)


def states(root: Path) -> Counter[str]:
    engine = open_engine(f"sqlite:///{root / 'operations.sqlite'}")
    try:
        return Counter(entry.state for entry in SendLedger(engine, "outbound", 1).entries())
    finally:
        engine.dispose()


@pytest.mark.parametrize("how", ["interrupted", "interrupted between two groups", "the store is gone"])
def test_a_sending_that_breaks_off_leaves_nothing_unknown(server: Running, tmp_path: Path, how: str) -> None:
    """The server's mailbox and the ledger agree after the next run: each message once, none unknown."""
    engine = open_engine(f"sqlite:///{tmp_path / 'operations.sqlite'}")
    migrate(engine)
    engine.dispose()
    with begin(tmp_path, server.url, how) as first:
        while how == "interrupted" and len(server.mailbox.read_bytes().splitlines()) < 30:
            assert first.poll() is None, first.communicate()
            time.sleep(0.002)
        if how == "interrupted":
            first.send_signal(signal.SIGINT)
        first.communicate(timeout=300)
    assert first.returncode != 0
    accepted = sum(server.message_ids().values())
    assert 0 < accepted < MESSAGES
    if how == "interrupted between two groups":  # within a commit, the log alone knows
        assert states(tmp_path)["sent"] == accepted
    with begin(tmp_path, server.url, "whole") as second:
        assert second.wait(300) == 0, second.communicate()
    assert states(tmp_path) == {"sent": MESSAGES}
    assert set(server.message_ids().values()) == {1} and len(server.message_ids()) == MESSAGES


class Elsewhere:
    """A mailer whose earlier run says what it is made to say."""

    at_once, run = 8, None

    def __init__(self, says: Finding) -> None:
        self.says, self.delivered = says, 0

    def settled(self) -> None:
        """Nothing is kept."""

    def deliver_all(self, envelopes: list[Envelope]) -> list[Delivery]:
        self.delivered += len(envelopes)
        return [Delivered() for _ in envelopes]

    def find(self, message_id: str, run: str | None = None) -> Finding:
        return self.says if run == "1-" + "a" * 16 else CannotTell("another run's")


def left_by(ledger: SendLedger, at: datetime) -> Intent:
    key = ledger.key("spring", 1, "ada@north.example")
    message_id = ledger.message_id(key, "vendor.example")
    intent = Intent(key, "lead-1", date(2026, 3, 2), message_id, "d", at, run="1-" + "a" * 16)
    ledger.claim(intent)
    return intent


def test_an_intent_of_a_living_run_stays_its_own(store: Engine) -> None:
    """Whoever comes second sends nothing, and leaves the name of the log that can tell one day."""
    ledger, mailer = SendLedger(store, "outbound", 100), Elsewhere(UnderWay())
    intent = left_by(ledger, datetime(2026, 3, 2, 10, tzinfo=UTC))
    send = Send(intent, (), lambda: Envelope(intent.message_id, "s@v.example", intent.key.contact, b""))
    (result,) = send_all(ledger, mailer, [send])
    assert isinstance(result, NotSent) and "another run" in result.why and mailer.delivered == 0
    (entry,) = ledger.entries()
    assert (entry.state, entry.detail) == ("intent", intent.run)


def test_the_rules_ask_the_log_that_the_intent_names(store: Engine, tmp_path: Path) -> None:
    """A killed run's log says it went out: the next run, after hours, says that it was sent."""
    of = world(store, tmp_path, ADA, mailer=Elsewhere(Found()))
    left_by(SendLedger(store, "outbound", 100), AT)
    row = of.run(AT.replace(hour=20))["lead-1"]
    assert (row["disposition"], row["sent_at"]) == ("done", AT), row["reason"]
