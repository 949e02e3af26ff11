"""What is unknown is settled by what others remember, or by a person's word; never by a guess."""

import gzip
import json
from datetime import UTC, date, datetime
from email.message import EmailMessage
from mailbox import Maildir, mbox
from pathlib import Path

import pytest
from sqlalchemy import Engine
from typer.testing import CliRunner, Result

from resources.errors import InputError
from resources.inbox.ingest import Inbox
from resources.mail.traces import joined, of_mailbox, of_relay_log
from resources.store.entries import Claimed, Intent, Refused
from resources.store.ledger import SendLedger
from resources.store.reconciling import ReconcileError, Reconciling
from tests.inbox_mail import dsn, found
from workforce_assets.cli.app import app

pytest_plugins = ["tests.store_fixtures"]

AT = datetime(2026, 3, 2, 10, tzinfo=UTC)
DAY = date(2026, 3, 2)


def intent(contact: str) -> Intent:
    key = SendLedger(None, "outbound", 0).key("spring", 1, contact)  # type: ignore[arg-type]
    return Intent(key, f"lead-{contact}", DAY, key.message_id("vendor.example", "secret"), "d", AT)


def unknown(store: Engine, *contacts: str) -> SendLedger:
    ledger = SendLedger(store, "outbound", 1000)
    for contact in contacts:
        ledger.claim(intent(contact))
        ledger.record(intent(contact).key, "unknown", detail="lost after the dot")
    return ledger


def states(ledger: SendLedger) -> dict[str, str]:
    return {entry.key.contact: entry.state for entry in ledger.entries()}


def postfix_log(path: Path) -> Path:
    """As Postfix writes it: the Message-ID on one line, what became of it on another, by the queue id."""

    def lines(queue: str, contact: str, status: str | None) -> list[str]:
        head = f"Mar  2 10:00:01 mx postfix/%s[2{queue[-1]}1]: {queue}: "
        found = [head % "cleanup" + f"message-id={intent(contact).message_id}"]
        if status:
            dsn = "dsn=2.0.0" if status == "sent" else "dsn=5.1.1"
            found.append(
                head % "smtp" + f"to=<{contact}>, relay=mx.x.example, {dsn}, status={status} (so it is)"
            )
        return found

    parts = [
        lines("4Zx1y2A1", "sent@x.example", "sent"),
        lines("4Zx1y2A2", "bounced@x.example", "bounced"),
        lines("4Zx1y2A3", "queued@x.example", "deferred"),
        lines("4Zx1y2A4", "halfway@x.example", None),
        ["one line: message-id=<other@x.example>, status=sent", "garbage \x00 status=sent", ""],
    ]
    path.write_text("\n".join(line for part in parts for line in part), "utf-8")
    return path


# As Exim writes it: nothing in it is understood.
EXIM = """\
2026-03-02 10:00:00 1abcDE-000001-Xy <= s@v.example H=app P=esmtp S=2311 id={id}
2026-03-02 10:00:01 1abcDE-000001-Xy => a@x.example R=dnslookup T=remote_smtp C="250 2.0.0 Ok: queued"
2026-03-02 10:00:01 1abcDE-000001-Xy Completed
"""


def reconcile(store: Engine, home: Path, *arguments: str) -> Result:
    settings = {
        "WORKFORCE_HOME": str(home),
        "WORKFORCE_OPERATIONS_URL": store.url.render_as_string(hide_password=False),
    }
    return CliRunner(env=settings).invoke(app, ["ledger", "reconcile", *arguments])


def test_a_relays_log_settles_what_it_tells_of(store: Engine, tmp_path: Path) -> None:
    """Queued counts as sent: the relay has it. A Message-ID without a status proves nothing."""
    contacts = [f"{word}@x.example" for word in ("sent", "bounced", "queued", "halfway", "absent")]
    ledger = unknown(store, *contacts)
    traces = of_relay_log(postfix_log(tmp_path / "mail.log"))
    assert traces["<other@x.example>"] == "sent"
    settled = Reconciling(store, "outbound", AT).by_traces(traces, complete_by=None)
    assert list(states(ledger).values()).count("unknown") == settled.unknown == 2
    expected = ["sent", "sent", "sent", "unknown", "unknown"]
    assert states(ledger) == dict(zip(contacts, expected, strict=True))
    assert isinstance(ledger.claim(intent("absent@x.example")), Claimed) is False


def test_a_bounce_of_what_the_relays_log_calls_bounced_is_believed(store: Engine, tmp_path: Path) -> None:
    """The relay took it, so it left; whom the bounce is about gets nothing of the next campaign."""
    ledger = unknown(store, "bounced@x.example")
    traces = of_relay_log(postfix_log(tmp_path / "mail.log"))
    Reconciling(store, "outbound", AT).by_traces(traces, complete_by=None)
    report = dsn(intent("bounced@x.example").message_id, to="bounced@x.example")
    (told,) = Inbox(store, lambda _: None).ingest([found(report)], AT)
    assert told.decision == "suppress"
    key = ledger.key("summer", 1, "bounced@x.example")
    following = Intent(key, "lead-1", DAY, key.message_id("vendor.example", "secret"), "d", AT)
    assert ledger.claim(following) == Refused("suppressed: bounced", for_good=True)


def test_only_a_person_can_say_that_the_log_is_all_there_is(store: Engine, tmp_path: Path) -> None:
    """Then what it does not tell of was not sent, and may be claimed again; the name is kept."""
    ledger = unknown(store, "sent@x.example", "absent@x.example")
    traces = of_relay_log(postfix_log(tmp_path / "mail.log"))
    Reconciling(store, "outbound", AT).by_traces(traces, complete_by="Ada")
    assert states(ledger) == {"sent@x.example": "sent", "absent@x.example": "cancelled"}
    assert "Ada" in (ledger.find(intent("absent@x.example").key).detail or "")  # type: ignore[union-attr]
    assert isinstance(ledger.claim(intent("absent@x.example")), Claimed)


def test_what_the_relay_still_tries_is_never_called_off(store: Engine, tmp_path: Path) -> None:
    """Its log names the message and has no status of it yet: it may have it. That it waits is told."""
    ledger = unknown(store, "halfway@x.example", "absent@x.example")
    key = intent("halfway@x.example").key
    log = postfix_log(tmp_path / "mail.log")
    told = reconcile(store, tmp_path, "--relay-log", str(log), "--complete", "--by", "Ada", "--json")
    assert told.exit_code == 0, told.output
    assert json.loads(told.stdout)["seen"] == [key.digest]
    assert states(ledger) == {"halfway@x.example": "unknown", "absent@x.example": "cancelled"}
    assert not isinstance(ledger.claim(intent("halfway@x.example")), Claimed)
    told = reconcile(store, tmp_path, "--relay-log", str(log))
    assert "1 still unknown" in told.stdout and "without a status" in told.stdout
    later = tmp_path / "later.log"
    later.write_text(f"message-id={intent('halfway@x.example').message_id}, status=sent\n", "utf-8")
    for order in ([later, log], [log, later]):
        assert joined(map(of_relay_log, order))[intent("halfway@x.example").message_id] == "sent"
    assert reconcile(store, tmp_path, "--relay-log", str(later), "--relay-log", str(log)).exit_code == 0
    assert states(ledger)["halfway@x.example"] == "sent"


def test_a_log_that_was_rotated_away_is_read(store: Engine, tmp_path: Path) -> None:
    """Gzipped, whatever its name is; half of one is an error, and no log in which much is missing."""
    plain = of_relay_log(postfix_log(tmp_path / "mail.log"))
    octets = gzip.compress((tmp_path / "mail.log").read_bytes())
    for name in ("mail.log.2.gz", "mail.log.2"):
        (tmp_path / name).write_bytes(octets)
        assert of_relay_log(tmp_path / name, whole=True) == plain
    (tmp_path / "half.gz").write_bytes(octets[: len(octets) // 2])
    with pytest.raises(InputError, match=r"half.gz: is not whole gzip data"):
        of_relay_log(tmp_path / "half.gz")


@pytest.mark.parametrize("word", ["--complete", "--restored"])
@pytest.mark.parametrize("log", ["exim", "empty", "web server"])
def test_nothing_is_missing_in_a_log_that_is_not_understood(
    store: Engine, tmp_path: Path, log: str, word: str
) -> None:
    """Beside one that is, too. Without a person's word it settles nothing, and does no harm."""
    ledger = unknown(store, "a@x.example")
    text = {
        "exim": EXIM.format(id=intent("a@x.example").message_id.strip("<>")),
        "empty": "",
        "web server": "Mar  2 10:00:00 mx app[1]: 10.0.0.9 GET / status=200\n",
    }[log]
    (tmp_path / "main.log").write_text(text, "utf-8")
    logs = ("--relay-log", str(postfix_log(tmp_path / "mail.log")), "--relay-log", str(tmp_path / "main.log"))
    told = reconcile(store, tmp_path, *logs, word, "--by", "Ada")
    assert told.exit_code == 2 and "main.log: no line is understood" in told.stderr.replace("\n", "")
    assert states(ledger) == {"a@x.example": "unknown"}
    assert not isinstance(ledger.claim(intent("a@x.example")), Claimed)
    assert reconcile(store, tmp_path, *logs).exit_code == 0
    assert states(ledger) == {"a@x.example": "unknown"}


def test_a_living_runs_intent_is_never_cancelled_for_lack_of_a_trace(store: Engine) -> None:
    ledger = SendLedger(store, "outbound", 1000)
    ledger.claim(intent("a@x.example"))
    Reconciling(store, "outbound", AT).by_traces({}, complete_by="Ada")
    assert states(ledger) == {"a@x.example": "intent"}


@pytest.mark.parametrize("kind", ["maildir", "mbox", "folder"])
def test_a_copy_in_a_mailbox_is_a_message_that_was_sent(store: Engine, tmp_path: Path, kind: str) -> None:
    ledger = unknown(store, "a@x.example", "b@x.example")
    message = EmailMessage()
    message["Message-ID"] = intent("a@x.example").message_id
    message.set_content("Hello")
    path = tmp_path / "mail"
    if kind == "maildir":
        Maildir(path).add(message)
    elif kind == "mbox":
        box = mbox(path)
        box.add(message)
        box.close()
    else:
        path.mkdir()
        (path / "1.eml").write_bytes(message.as_bytes())
        (path / "2.eml").write_bytes(b"\xff\x00 not a message")
    Reconciling(store, "outbound", AT).by_traces(of_mailbox(path), complete_by=None)
    assert states(ledger) == {"a@x.example": "sent", "b@x.example": "unknown"}


def test_a_persons_word_settles_one_entry_and_is_kept(store: Engine) -> None:
    ledger = unknown(store, "a@x.example", "b@x.example")
    desk = Reconciling(store, "outbound", AT)
    first, second = (intent(f"{name}@x.example").key.digest for name in "ab")
    assert desk.by_word(first, sent=True, by="Ada").state == "sent"
    told = desk.by_word(second[:12], sent=False, by="Ada")
    assert told.state == "cancelled" and "Ada" in (told.detail or "")
    assert isinstance(ledger.claim(intent("b@x.example")), Claimed)
    for key in (first, "no such key", ""):
        with pytest.raises(ReconcileError):
            desk.by_word(key, sent=False, by="Ada")
    assert states(ledger) == {"a@x.example": "sent", "b@x.example": "intent"}


def test_another_workforces_entries_are_not_touched(store: Engine) -> None:
    ledger = unknown(store, "a@x.example")
    desk = Reconciling(store, "digest", AT)
    desk.by_traces({intent("a@x.example").message_id: "sent"}, complete_by="Ada")
    with pytest.raises(ReconcileError, match="no entry"):
        desk.entry(intent("a@x.example").key.digest)
    assert states(ledger) == {"a@x.example": "unknown"}


def test_what_cannot_be_read_is_one_line(tmp_path: Path) -> None:
    for read in (of_relay_log, of_mailbox):
        with pytest.raises(InputError, match="nowhere"):
            read(tmp_path / "nowhere")
