"""One click unsubscribes, nothing else does, and no send that is not yet intended gets past it."""

import json
import logging
import os
import threading
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from sqlalchemy import Engine, delete
from starlette.testclient import TestClient
from typer.testing import CliRunner, Result

from resources.mail.mailer import Envelope
from resources.mail.outbox import MaildirOutbox
from resources.mail.sending import Sent, send_once
from resources.store.consents import Consents
from resources.store.engine import writing
from resources.store.entries import Intent, Refused
from resources.store.ledger import SendLedger
from resources.store.suppressions import Suppressions
from resources.store.tables import ledger as ledger_table
from resources.unsubscribe.service import service
from resources.unsubscribe.tokens import UnsubscribeLinks, Unsubscriber, WeakSecret
from resources.unsubscribe.unsubscribing import unsubscribe
from tests.inbox_mail import dsn
from workforce_assets.cli.app import app

pytest_plugins = ["tests.store_fixtures"]

AT = datetime(2026, 3, 2, 10, tzinfo=UTC)
SECRET = "a" * 32
LINKS = UnsubscribeLinks("https://u.vendor.example", SECRET)
ADA = "ada@north.example"
ONE_CLICK = {"List-Unsubscribe": "One-Click"}
# 1,000 on each by `make campaign`.
RACES = {"sqlite": 1000, "postgresql": 1000} if os.environ.get("WORKFORCE_CAMPAIGN") else {"sqlite": 80}


def intent(contact: str = ADA, step: int = 1) -> Intent:
    key = SendLedger(None, "outbound", 10_000).key("spring", step, contact)  # type: ignore[arg-type]
    return Intent(
        key, f"lead-{contact}", date(2026, 3, 2), key.message_id("vendor.example", "secret"), "d", AT
    )


def claim(store: Engine, of: Intent) -> object:
    return SendLedger(store, "outbound", 10_000).claim(of)


def path_of(of: Intent, links: UnsubscribeLinks = LINKS) -> str:
    return links.url(of.key.digest, of.key.contact).removeprefix("https://u.vendor.example")


@pytest.fixture
def web(store: Engine) -> Iterator[TestClient]:
    with TestClient(service(store, LINKS, lambda: AT), cookies=None) as client:
        yield client


def suppressed(store: Engine) -> list[str]:
    return [one.contact for one in Suppressions(store).entries()]


def test_a_post_unsubscribes_and_a_second_changes_nothing(store: Engine, web: TestClient) -> None:
    """RFC 8058: no cookie, no redirect; the contact's no stands with its source and time."""
    mine = intent()
    claim(store, mine)
    for _ in range(3):
        answer = web.post(path_of(mine), data=ONE_CLICK, follow_redirects=False)
        assert answer.status_code == 200 and not answer.cookies
    assert suppressed(store) == [ADA]
    (given,) = Consents(store).of(ADA)
    assert (given.consent, given.source, given.at) == ("opted_out", "unsubscribe link", AT)
    assert isinstance(claim(store, intent(step=2)), Refused)


def test_a_get_changes_nothing_and_shows_a_button_that_works(store: Engine, web: TestClient) -> None:
    """Link scanners open links; a person presses the button, which posts to the same address."""
    mine = intent()
    claim(store, mine)
    page = web.get(path_of(mine))
    assert page.status_code == 200 and '<form method="post">' in page.text and "@" not in page.text
    assert web.head(path_of(mine)).status_code == 200
    assert suppressed(store) == []
    multipart = {"List-Unsubscribe": (None, "One-Click")}
    assert web.post(path_of(mine), files=multipart).status_code == 200
    assert suppressed(store) == [ADA]


def test_other_bodies_are_refused(store: Engine, web: TestClient) -> None:
    """A POST without RFC 8058's body, or with far too much of one, changes nothing."""
    for body in (b"", b"x=1", b"x" * 20_000 + b"List-Unsubscribe=One-Click"):
        assert web.post(path_of(intent()), content=body).status_code == 400
    assert suppressed(store) == []


def test_forged_and_retired_tokens_are_refused(store: Engine, web: TestClient) -> None:
    """Signed by another, changed by one character, cut, or signed by a secret that is no longer ours."""
    good = path_of(intent())
    other = path_of(intent(), UnsubscribeLinks("https://u.vendor.example", "b" * 32))
    bad = [
        other,
        good[:-1],
        good[:-2] + ("A" if good[-2] != "A" else "B") + good[-1],
        "/u/x",
        "/u/" + "A" * 5000,
    ]
    for path in bad:
        assert web.get(path).status_code == 403
        assert web.post(path, data=ONE_CLICK).status_code == 403
    assert suppressed(store) == []


def test_a_changed_secret_keeps_old_links_alive() -> None:
    """Newest first: it alone signs, the others still verify. A short one is no secret."""
    both = UnsubscribeLinks.from_setting("https://u.vendor.example", f"{'n' * 32} {SECRET}")
    token = path_of(intent())[len("/u/") :]
    new = path_of(intent(), both)[len("/u/") :]
    assert both.read(token) == LINKS.read(token) == both.read(new)
    assert LINKS.read(new) is None
    for secret in ("", "short"):
        with pytest.raises(WeakSecret, match="32 characters"):
            UnsubscribeLinks.from_setting("https://u.vendor.example", secret)


def test_a_link_holds_no_address_and_is_the_same_for_every_attempt() -> None:
    """It stands in a mail's header for as long as the mail does."""
    url = LINKS.url(intent().key.digest, ADA)
    assert url == LINKS.url(intent().key.digest, ADA) and len(url) < 500
    assert "ada" not in url.casefold().removeprefix("https://u.") or "north" not in url.casefold()


def test_a_send_that_the_ledger_has_lost_is_unsubscribed_by_digest(store: Engine, web: TestClient) -> None:
    """An older store was restored: the contact is suppressed although nobody can tell its address."""
    assert web.post(path_of(intent()), data=ONE_CLICK).status_code == 200
    (kept,) = suppressed(store)
    assert kept.startswith("sha256:")
    assert isinstance(claim(store, intent()), Refused)
    assert Suppressions(store).find(ADA) is not None and Suppressions(store).find("bob@north.example") is None


def test_no_address_and_no_token_is_logged(
    store: Engine, web: TestClient, caplog: pytest.LogCaptureFixture
) -> None:
    """Whoever reads a log could use the link."""
    mine = intent()
    claim(store, mine)
    with caplog.at_level(logging.DEBUG, logger="resources"), caplog.at_level(logging.INFO, "sqlalchemy"):
        web.post(path_of(mine), data=ONE_CLICK)
    ours = [record for record in caplog.records if not record.name.startswith("httpx")]
    assert not any(ADA in record.getMessage() or "/u/" in record.getMessage() for record in ours)


def test_races_between_unsubscribing_and_sending(store: Engine, tmp_path: Path) -> None:
    """Nothing goes out whose intent came after the commit; the mailbox is the oracle."""
    contacts = [f"c{n}@north.example" for n in range(RACES.get(store.dialect.name, 20))]
    outbox = MaildirOutbox(tmp_path / "outbox")
    committed, late = threading.Event(), []
    for contact in contacts:
        committed = threading.Event()
        start = threading.Barrier(2)
        mine, second = intent(contact), intent(contact, step=2)

        def no_more(
            mine: Intent = mine, done: threading.Event = committed, go: threading.Barrier = start
        ) -> None:
            go.wait()
            token = LINKS.read(path_of(mine)[len("/u/") :])
            assert isinstance(token, Unsubscriber)
            unsubscribe(store, token, AT)
            done.set()

        thread = threading.Thread(target=no_more)
        thread.start()
        start.wait()
        for one in (mine, second):
            after_commit = committed.is_set()
            if isinstance(send(store, outbox, one), Sent) and after_commit:
                late.append(contact)
        thread.join()
        assert not isinstance(send(store, outbox, intent(contact, step=3)), Sent)
    sent = len(list((tmp_path / "outbox" / "new").glob("*"))) if (tmp_path / "outbox").exists() else 0
    assert late == [] and sent <= 2 * len(contacts)
    assert len(suppressed(store)) >= len(contacts)


def send(store: Engine, outbox: MaildirOutbox, of: Intent) -> object:
    ledger = SendLedger(store, "outbound", 10_000)
    content = f"Message-ID: {of.message_id}\r\n\r\nHello\r\n".encode()
    envelope = Envelope(of.message_id, "sales@vendor.example", of.key.contact, content)
    return send_once(ledger, outbox, of, (), lambda: envelope)


def test_deleting_what_the_ledger_knows_lifts_no_suppression(store: Engine, web: TestClient) -> None:
    """The suppression is keyed by the contact alone."""
    mine = intent()
    claim(store, mine)
    web.post(path_of(mine), data=ONE_CLICK)
    with writing(store) as connection:
        connection.execute(delete(ledger_table))
    assert isinstance(claim(store, mine), Refused)


def command(home: Path, *arguments: str) -> Result:
    return CliRunner().invoke(app, arguments, env={"WORKFORCE_HOME": str(home), "COLUMNS": "200"})


def test_the_commands(tmp_path: Path) -> None:
    """A dry run makes no home; suppressing by hand is listed; bad input is one line and exit 2."""
    mail = tmp_path / "mail"
    mail.mkdir()
    (mail / "a.eml").write_bytes(dsn("<1@vendor.example>"))
    home = tmp_path / "home"
    dry = command(home, "inbox", "ingest", str(mail), "--dry-run", "--json")
    (line,) = dry.stdout.splitlines()
    told = json.loads(line)
    assert set(told) == {"file", "class", "decision", "reason"}
    assert (told["file"], told["class"], told["decision"]) == ("a.eml", "bounce_hard", "held")
    assert not home.exists()
    assert command(home, "suppress", "Ada+x@North.example", "--reason", "asked by telephone").exit_code == 0
    listed = json.loads(command(home, "suppressions", "list", "--json").stdout)
    assert [row["contact"] for row in listed["suppressions"]] == [ADA]
    wet = command(home, "inbox", "ingest", str(mail))
    assert wet.exit_code == 0 and "1 messages, 0 of them handled before" in wet.stdout
    for bad in (
        ["suppress", "nobody", "--reason", "x"],
        ["inbox", "ingest", "none"],
        ["unsubscribe-service"],
    ):
        failed = command(home, *bad)
        assert failed.exit_code == 2 and failed.stderr.startswith("error:")
