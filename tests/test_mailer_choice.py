"""Who may be reached: a relay that could reach a person is refused until every pin has evidence."""

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from resources.errors import InputError
from resources.home import Home
from resources.mail.outbox import MaildirOutbox
from resources.mail.smtp import SmtpMailer
from tests.outbound import SAMPLE, SAMPLE_DAY, Outbound
from tests.smtp_server import Running, smtp_server
from workforce_assets.cli.app import app
from workforce_assets.mailers import check_mailer, open_mailer, open_signer
from workforce_assets.outbound import OUTBOUND
from workforce_assets.prepare import prepare
from workforce_assets.runner import runner
from workforce_assets.settings import OUTBOX

REAL = "smtp+starttls://relay@mail.example.com:587"


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Running]:
    with smtp_server(tmp_path / "mailbox") as running:
        yield running


@pytest.fixture
def proven(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every pin in the chain is proven."""
    monkeypatch.setattr("workforce_assets.mailers.unproven", lambda names: [])


def test_a_real_relay_is_refused_while_a_pin_lacks_evidence() -> None:
    with pytest.raises(InputError, match=r"mail.example.com:587.*scorer: .*sender: .*workforce pins"):
        check_mailer(REAL, OUTBOUND, own_clock=False)


def test_a_real_relay_is_refused_a_clock_of_its_own(proven: None) -> None:
    """Hours would be kept by an instant that has nothing to do with when mail arrives."""
    check_mailer(REAL, OUTBOUND, own_clock=False)
    with pytest.raises(InputError, match="--at"):
        check_mailer(REAL, OUTBOUND, own_clock=True)


@pytest.mark.parametrize("mailer", [OUTBOX, "smtp://127.0.0.1:2525", "smtp://localhost", "smtp://[::1]:25"])
def test_the_outbox_and_this_machine_may_always_be_written_to(mailer: str) -> None:
    check_mailer(mailer, OUTBOUND, own_clock=True)


def test_nothing_runs_with_a_real_relay_that_is_refused(outbound: Outbound) -> None:
    """Also where nobody asked the command line first: the stage itself fails, and nothing is sent."""
    outbound.hand_in(limit=20)
    prepare(outbound.settings)
    with runner(replace(outbound.settings, mailer=REAL), OUTBOUND) as at_work:
        report = at_work.run(SAMPLE_DAY.isoformat(), None)
    assert any("mail.example.com" in error for error in report.errors)
    assert outbound.mails() == []


def test_the_password_comes_from_the_environment_alone() -> None:
    home = Home(Path("/nowhere"))
    assert isinstance(open_mailer(OUTBOX, home, {}), MaildirOutbox)
    mailer = open_mailer("smtp://u@127.0.0.1:2525", home, {"WORKFORCE_SMTP_PASSWORD": "hunter2"})
    assert isinstance(mailer, SmtpMailer)
    assert "hunter2" not in repr(mailer)


def test_a_signing_key_needs_its_selector() -> None:
    assert open_signer({}) is None
    with pytest.raises(InputError, match="WORKFORCE_DKIM_SELECTOR"):
        open_signer({"WORKFORCE_DKIM_KEY": "/nowhere"})


def workforce(*arguments: str) -> int:
    """Run the command line in this process; its exit code."""
    return int(app(list(arguments), standalone_mode=False) or 0)


def test_the_command_line_sends_over_smtp_and_never_twice(
    outbound: Outbound, server: Running, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Two runs, one message each; the ledger lists them, and a mailbox knows them."""
    monkeypatch.setenv("WORKFORCE_HOME", str(outbound.root))
    for _ in range(2):
        workforce(
            "run", "outbound", "--leads", str(SAMPLE / "leads" / f"{SAMPLE_DAY}.csv"), "--limit", "30",
            "--directory", str(SAMPLE / "directory.yaml"), "--date", str(SAMPLE_DAY),
            "--at", f"{SAMPLE_DAY}T15:00:00+00:00", "--mailer", server.url, "--json",
        )  # fmt: skip
    assert outbound.mails() == []
    rows = [row for row in outbound.rows("sent_emails") if row["disposition"] == "done"]
    assert rows and server.message_ids() == {row["message_id"]: 1 for row in rows}
    capsys.readouterr()
    workforce("ledger", "list", "--state", "sent", "--json")
    listed = json.loads(capsys.readouterr().out)["entries"]
    assert {entry["message_id"] for entry in listed} == set(server.message_ids())
    assert {entry["state"] for entry in listed} == {"sent"}
    workforce("ledger", "show", listed[0]["key"][:10], "--json")
    assert json.loads(capsys.readouterr().out) == listed[0]
