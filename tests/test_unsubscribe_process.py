"""The unsubscribe service as it is run: a process of its own, asked over HTTP, beside a sender."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime
from http.client import HTTPConnection
from pathlib import Path

import pytest
from sqlalchemy import Engine

from resources.store.engine import open_engine
from resources.store.entries import Claimed, Intent, Refused
from resources.store.ledger import SendLedger
from resources.store.suppressions import Suppressions
from resources.unsubscribe.tokens import UnsubscribeLinks

AT = datetime(2026, 3, 2, 10, tzinfo=UTC)
SECRET = "a" * 32
LINKS = UnsubscribeLinks("https://u.vendor.example", SECRET)
ADA = "ada@north.example"
ONE_CLICK = "List-Unsubscribe=One-Click"


class Web:
    """One running service: its store, and a client that follows no redirect and keeps no cookie."""

    def __init__(self, port: int, store: Engine, log: Path) -> None:
        self._port, self.store, self.log = port, store, log

    def ask(self, method: str, path: str, body: str | None = None) -> tuple[int, str]:
        connection = HTTPConnection("127.0.0.1", self._port, timeout=20)
        headers = {"Content-Type": "application/x-www-form-urlencoded"} if body else {}
        connection.request(method, path, body, headers)
        answer = connection.getresponse()
        assert answer.getheader("Set-Cookie") is None and answer.getheader("Location") is None
        text = answer.read().decode()
        connection.close()
        return answer.status, text

    def suppressed(self) -> list[str]:
        return [one.contact for one in Suppressions(self.store).entries()]


@pytest.fixture(scope="module")
def web(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Web]:
    home = tmp_path_factory.mktemp("home")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environ = {**os.environ, "WORKFORCE_HOME": str(home), "WORKFORCE_UNSUBSCRIBE_SECRET": SECRET}
    command = [sys.executable, "-m", "workforce_assets.cli", "unsubscribe-service", "--port", str(port)]
    log = home / "service.log"
    with log.open("wb") as out:
        process = subprocess.Popen(
            command, env=environ, stdout=out, stderr=out, cwd=Path(__file__).parents[1]
        )
    store = open_engine(f"sqlite:///{home / 'operations.sqlite'}")
    try:
        running = Web(port, store, log)
        _wait_for(running, process)
        yield running
    finally:
        process.terminate()
        process.wait(20)
        store.dispose()


def _wait_for(web: Web, process: "subprocess.Popen[bytes]") -> None:
    until = time.monotonic() + 300
    while time.monotonic() < until:
        try:
            assert web.ask("GET", "/health")[0] == 200
            return
        except OSError:
            assert process.poll() is None, web.log.read_text()
            time.sleep(0.05)
    raise AssertionError("the service does not answer")


def claim(web: Web, contact: str, step: int) -> tuple[object, str]:
    """A claim, and the path of its one-click link."""
    ledger = SendLedger(web.store, "outbound", 10_000)
    key = ledger.key("spring", step, contact)
    message_id = ledger.message_id(key, "vendor.example")
    claimed = ledger.claim(Intent(key, f"lead-{contact}", date(2026, 3, 2), message_id, "d", AT))
    return claimed, LINKS.url(key.digest, contact).removeprefix("https://u.vendor.example")


def test_looking_changes_nothing_and_one_click_holds_for_every_send_not_yet_intended(web: Web) -> None:
    """By the process's own store: GET shows a page, POST suppresses, a second POST changes nothing."""
    claimed, path = claim(web, ADA, 1)
    assert isinstance(claimed, Claimed)
    status, page = web.ask("GET", path)
    assert status == 200 and "Unsubscribe?" in page and web.ask("HEAD", path)[0] == 200
    assert web.suppressed() == [] and isinstance(claim(web, ADA, 2)[0], Claimed)
    for _ in range(3):
        assert web.ask("POST", path, ONE_CLICK)[0] == 200
    assert web.suppressed() == [ADA]
    assert claim(web, ADA, 3)[0] == Refused("suppressed: unsubscribed", for_good=True)
    assert path not in web.log.read_text() and ADA not in web.log.read_text()


def test_a_forged_token_is_refused(web: Web) -> None:
    """Signed by another, changed or cut: 4xx for looking and for posting, and nobody is suppressed."""
    before = web.suppressed()
    _, path = claim(web, "bob@south.example", 1)
    other = UnsubscribeLinks("https://u.vendor.example", "b" * 32)
    key = SendLedger(web.store, "outbound", 0).key("spring", 1, "bob@south.example")
    forged = other.url(key.digest, "bob@south.example").removeprefix("https://u.vendor.example")
    changed = path[:-2] + ("A" if path[-2] != "A" else "B") + path[-1]
    for bad in (forged, changed, path[:-5], "/u/x", "/u/%2e%2e"):
        assert 400 <= web.ask("POST", bad, ONE_CLICK)[0] < 500
        assert 400 <= web.ask("GET", bad)[0] < 500
    assert 400 <= web.ask("POST", path, "nothing")[0] < 500
    assert web.suppressed() == before
