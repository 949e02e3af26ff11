"""What a run that is gone had on the wire is told by its own log, and by no log that could be wrong."""

import errno
import os
import shutil
import subprocess
import sys
import time
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from sqlalchemy import Engine

from resources.mail import file_identity, wire_log
from resources.mail.mailer import (
    Absent,
    CannotTell,
    Deferred,
    Delivered,
    Delivery,
    Failed,
    Found,
    UnderWay,
    Unknown,
)
from resources.mail.relay import parse_relay
from resources.mail.sending import NotSent, Send, Sent, send_all
from resources.mail.smtp import SmtpMailer
from resources.mail.wire_log import WireLog
from resources.store.entries import Intent, SendOutcome
from resources.store.ledger import SendLedger
from tests.smtp_server import Running, smtp_server
from tests.test_smtp import envelope

pytest_plugins = ["tests.store_fixtures"]

PROJECT = Path(__file__).parents[1]
GONE = """
import os, sys
from pathlib import Path
from resources.mail.mailer import Deferred, Delivered, Failed, Unknown
from resources.mail.wire_log import WireLog
log = WireLog(Path(sys.argv[1]))
print(log.name, flush=True)
for message_id, answer in (
    ("<sent@x>", Delivered()), ("<later@x>", Deferred("no connection")), ("<busy@x>", Deferred("450", True)),
    ("<never@x>", Failed("550")), ("<lost@x>", Unknown("EOF")), ("<open@x>", None),
):
    assert log.goes_out(message_id)
    if answer is not None:
        log.answered(message_id, answer)
if len(sys.argv) > 2:
    sys.stdin.read()
os.kill(os.getpid(), 9)
"""


def left_by_a_killed_run(folder: Path) -> str:
    """The name of its log."""
    done = subprocess.run(
        [sys.executable, "-c", GONE, str(folder)], cwd=PROJECT, capture_output=True, text=True
    )
    assert done.returncode == -9, done.stderr
    return done.stdout.strip()


def test_a_killed_run_is_told_of_by_its_log(tmp_path: Path) -> None:
    """Only what it had written the final dot of, and has no answer to, is unknown."""
    name, log = left_by_a_killed_run(tmp_path), WireLog(tmp_path)
    assert log.find("<sent@x>", name) == Found()
    assert log.find("<later@x>", name) == log.find("<another@x>", name) == Absent()
    for message_id in ("<busy@x>", "<never@x>", "<lost@x>", "<open@x>"):
        assert isinstance(log.find(message_id, name), CannotTell)
    assert isinstance(log.find("<sent@x>", None), CannotTell)
    assert isinstance(log.find("<sent@x>", "1-" + "0" * 16), CannotTell)
    assert isinstance(log.find("<sent@x>", f"../{tmp_path.name}/{name}"), CannotTell)


def test_a_living_run_has_not_said_its_last_word(tmp_path: Path) -> None:
    """Nor has this one itself."""
    command = [sys.executable, "-c", GONE, str(tmp_path), "lives"]
    with subprocess.Popen(
        command, cwd=PROJECT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as it:
        assert it.stdin is not None and it.stdout is not None
        name, log = it.stdout.readline().strip(), WireLog(tmp_path)
        assert log.find("<another@x>", name) == log.find("<another@x>", log.name) == UnderWay()
        it.stdin.close()
        it.wait()
        assert log.find("<another@x>", name) == Absent()


def test_a_log_from_before_the_machine_was_started_is_not_believed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its last lines may never have reached the disk. It is removed when the next begins."""
    name = left_by_a_killed_run(tmp_path)
    boot = tmp_path / "boot_id"
    boot.write_text("another\n")
    monkeypatch.setattr(wire_log, "_BOOT", boot)
    log = WireLog(tmp_path)
    assert isinstance(log.find("<another@x>", name), CannotTell)
    assert log.name is not None and [path.stem for path in tmp_path.glob("*.log")] == [log.name]
    boot.unlink()
    assert WireLog(tmp_path).name is None


@pytest.mark.parametrize("reused", [False, True], ids=["another number", "the same number"])
def test_a_log_that_was_put_back_is_not_believed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, reused: bool
) -> None:
    """It may be from before the message went out. Its number may be that of the file that is gone: ext4 gives
    it to whoever comes first, here it is given to the copy."""
    folder = tmp_path / "wire"
    name = left_by_a_killed_run(folder)
    log, copy, told = folder / f"{name}.log", tmp_path / "copy", os.fstat
    gone = log.stat()
    shutil.copy(log, copy)
    time.sleep(0.02)  # a file's birth is told in steps of up to 10 ms
    log.rename(tmp_path / "gone")
    shutil.copy(copy, log)

    def with_the_number_of_the_one_that_is_gone(file: int) -> os.stat_result:
        return os.stat_result((told(file)[0], gone.st_ino, *told(file)[2:]))

    if reused:
        monkeypatch.setattr(file_identity.os, "fstat", with_the_number_of_the_one_that_is_gone)
    assert isinstance(WireLog(folder).find("<another@x>", name), CannotTell)


def test_a_log_that_was_put_back_into_its_own_file_is_not_believed(tmp_path: Path) -> None:
    """As `cp -a` and rsync do: the file is the same, and its times are the copy's."""
    name = left_by_a_killed_run(tmp_path / "wire")
    log, copy = tmp_path / "wire" / f"{name}.log", tmp_path / "copy"
    assert WireLog(tmp_path / "wire").find("<another@x>", name) == Absent()
    assert not log.stat().st_mode & 0o222
    shutil.copy2(log, copy)
    log.chmod(0o600)
    shutil.copyfile(copy, log)
    shutil.copystat(copy, log)
    assert isinstance(WireLog(tmp_path / "wire").find("<another@x>", name), CannotTell)


def test_half_a_line_is_never_read_as_one_with_the_next(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A disk that fills within a line, and has room again: nothing more goes out over this log."""
    log, write = WireLog(tmp_path), os.write
    assert log.name is not None and log.goes_out("<a@x>")
    with monkeypatch.context() as patched:
        patched.setattr(wire_log.os, "write", lambda file, line: write(file, line[: len(line) // 2]))
        log.answered("<a@x>", Delivered())
    assert not log.goes_out("<b@x>")
    (file,) = tmp_path.glob("*.log")
    assert file.read_text().splitlines()[1:] == ["dot <a@x>", "sent "]


def test_where_a_birth_is_not_told_there_is_no_log(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As on some file systems: what is killed there is unknown, and no file is left half made."""

    def untold(_: int) -> str:
        raise OSError("this file system does not keep when a file was born")

    monkeypatch.setattr(wire_log, "identity", untold)
    log = WireLog(tmp_path)
    assert log.name is None and list(tmp_path.iterdir()) == []


@pytest.fixture
def server(tmp_path: Path) -> "Running":
    with smtp_server(tmp_path / "mailbox") as running:
        yield running  # type: ignore[misc]


def test_what_cannot_be_written_down_does_not_go_out(
    server: Running, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A full disk: the message is deferred. Where there never was a log, nothing depends on one."""
    log = WireLog(tmp_path / "wire")
    mailer = SmtpMailer(parse_relay(server.url), log=log)
    assert mailer.run is not None

    def full(*_: object) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(wire_log.os, "write", full)
        (answer,) = mailer.deliver_all([envelope("ada@x.example")])
    assert isinstance(answer, Deferred) and not answer.refused and server.messages() == []
    (tmp_path / "no folder").write_text("")
    mailer = SmtpMailer(parse_relay(server.url), log=WireLog(tmp_path / "no folder"))
    assert mailer.run is None and mailer.deliver_all([envelope("ada@x.example")]) == [Delivered()]


class Left:
    """A mailer whose earlier run has left an intent."""

    at_once = 8
    run = "2-" + "b" * 16

    def __init__(self, ledger: SendLedger, meanwhile: Intent | None = None) -> None:
        self.ledger, self.meanwhile, self.delivered = ledger, meanwhile, 0

    def settled(self) -> None:
        """Its own list tells."""

    def deliver_all(self, envelopes: list[object]) -> list[Delivery]:
        self.delivered += len(envelopes)
        return [Delivered() for _ in envelopes]

    def find(self, message_id: str, run: str | None = None) -> object:
        """It never went out; and while that was looked up, a third run may have taken it over."""
        if run != "1-" + "a" * 16:
            return CannotTell("another run's")
        if self.meanwhile is not None:
            self.ledger.record(self.meanwhile.key, "cancelled")
            self.ledger.claim(self.meanwhile)
        return Absent()


@pytest.mark.parametrize("taken_over", [False, True])
def test_what_never_went_out_is_sent_by_one_run(store: Engine, taken_over: bool) -> None:
    """An intent is called off only where it is still the one that the run has left that is gone."""
    ledger = SendLedger(store, "outbound", 100)
    key = ledger.key("spring", 1, "ada@x.example")
    at = datetime(2026, 3, 2, 10, tzinfo=UTC)

    def intent(run: str | None) -> Intent:
        return Intent(key, "lead", date(2026, 3, 2), key.message_id("v.example", "s"), "d", at, run=run)

    ledger.claim(intent("1-" + "a" * 16))
    mailer = Left(ledger, intent("3-" + "c" * 16) if taken_over else None)
    send = Send(intent(None), (), lambda: envelope("ada@x.example"))
    (result,) = send_all(ledger, mailer, [send])  # type: ignore[arg-type]
    assert isinstance(result, NotSent if taken_over else Sent)
    assert mailer.delivered == (0 if taken_over else 1)
    ledger.record_all([SendOutcome(key, "cancelled", of_run="3-" + "c" * 16)])
    (entry,) = ledger.entries()
    assert entry.state == ("cancelled" if taken_over else "sent")


def test_a_log_is_removed_when_all_is_in_the_ledger(tmp_path: Path) -> None:
    log = WireLog(tmp_path)
    assert log.name is not None and len(list(tmp_path.iterdir())) == 1
    log.answered("<a@x>", Failed("550"))
    log.answered("<b@x>", Unknown("EOF"))
    log.settled()
    log.close()
    assert list(tmp_path.iterdir()) == []
