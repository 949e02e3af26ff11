"""Only what proves that it concerns a send of ours suppresses, and only that send's own recipient."""

import mailbox
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine

from resources.contact_key import contact_key
from resources.errors import InputError
from resources.inbox.decide import SoftBounces
from resources.inbox.ingest import Inbox, Told
from resources.inbox.replies import send_answered
from resources.inbox.sources import Found, read_messages
from resources.mail.return_path import ReturnPath
from resources.store.consents import Consents
from resources.store.engine import reading
from resources.store.entries import Claimed, Intent, Refused
from resources.store.ledger import SendLedger
from resources.store.suppressions import Suppressions
from resources.store.tables import inbox_messages
from resources.unsubscribe.tokens import UnsubscribeLinks
from tests.imap_server import PASSWORD, imap_server
from tests.inbox_mail import complaint, dsn, found, reply, text_bounce

pytest_plugins = ["tests.store_fixtures"]

AT = datetime(2026, 3, 2, 10, tzinfo=UTC)
LINKS = UnsubscribeLinks("https://u.vendor.example", "s" * 32)
ADA, BOB = "ada@north.example", "bob@south.example"
BOUNCES = ReturnPath("bounces", "vendor.example")


def came_to(address: str, *, header: str = "To") -> bytes:
    """A bounce that returns nothing of the message."""
    report = dsn("<gone@relay.example>").replace(b"To: sales@vendor.example\nSubject: Und", b"Subject: Und")
    return f"{header}: {address}\n".encode() + report


def sent(store: Engine, contact: str = ADA, step: int = 1, state: str = "sent", at: datetime = AT) -> Intent:
    ledger = SendLedger(store, "outbound", 1000)
    key = ledger.key("spring", step, contact)
    intent = Intent(
        key, f"lead-{contact}", date(2026, 3, 2), key.message_id("vendor.example", "secret"), "d", at
    )
    assert isinstance(ledger.claim(intent), Claimed)
    ledger.record(key, state, sent_at=at if state == "sent" else None)  # type: ignore[arg-type]
    return intent


def ingest(store: Engine, *messages: bytes, at: datetime = AT) -> list[Told]:
    files = [Found(f"{n}.eml", content) for n, content in enumerate(messages)]
    return list(Inbox(store, LINKS.key_of).ingest(files, at))


def suppressed(store: Engine) -> dict[str, str]:
    return {one.contact: one.reason for one in Suppressions(store).entries()}


@pytest.mark.parametrize(
    "kind", ["report", "text", "complaint", "reply", "subject", "link", "address", "original", "path", "copy"]
)
def test_what_proves_a_send_suppresses_its_recipient(store: Engine, kind: str) -> None:
    """The Message-ID in the returned message or the threading headers, our key, a link that we signed, or the
    return path, however a mail system writes it and wherever."""
    intent = sent(store)
    no_id = "<gone@relay.example>"
    link = LINKS.url(intent.key.digest, ADA)
    message = {
        "report": dsn(intent.message_id),
        "text": text_bounce("ada@north.example: 550 unknown user", intent.message_id),
        "complaint": complaint(intent.message_id),
        "reply": reply("unsubscribe", to=intent.message_id),
        "subject": reply("", subject=f"unsubscribe {intent.message_id[1:].partition('@')[0]}"),
        "link": dsn(no_id).replace(b"Subject: A question", f"List-Unsubscribe: <{link}>".encode()),
        "address": came_to(f"<{BOUNCES.of(intent.message_id)}>"),
        "original": came_to(BOUNCES.of(intent.message_id).upper(), header="X-Original-To"),
        "copy": text_bounce(f"550 unknown user\n\nReturn-Path: <{BOUNCES.of(intent.message_id)}>"),
        "path": dsn(no_id).replace(
            b"Subject: A question", f"Return-Path: <{BOUNCES.of(intent.message_id)}>".encode()
        ),
    }[kind]
    (told,) = ingest(store, message)
    assert told.decision == "suppress"
    assert set(suppressed(store)) == {ADA}


@pytest.mark.parametrize(
    "more",
    ["Auto-Submitted: auto-generated", "Precedence: auto_reply", "X-Autoreply: yes", "Return-Path: <>"],
)
def test_what_a_mail_program_writes_for_its_user_unsubscribes(store: Engine, more: str) -> None:
    """It sends to our List-Unsubscribe address and says that a program wrote it. The key must be ours all the
    same, and From the recipient."""
    mine = sent(store)
    text, name = "This message was automatically generated.", mine.message_id[1:].partition("@")[0]
    for subject, sender in ((mine.key.digest, ADA), (name, BOB)):
        other = reply(text, subject=f"unsubscribe {subject}", sender=sender, more=f"{more}\n")
        assert ingest(store, other)[0].decision == "held" and suppressed(store) == {}
    (told,) = ingest(store, reply(text, subject=f"unsubscribe {name}", more=f"{more}\n"))
    assert (told.kind, told.decision) == ("unsubscribe", "suppress")
    assert suppressed(store) == {ADA: "unsubscribed"}


FORGED = {
    "no proof": lambda mine: dsn("<1@vendor.example>"),
    "a key that was never used": lambda mine: dsn(f"<{'0' * 64}@vendor.example>"),
    "computed from campaign and address": lambda mine: dsn(f"<{mine.key.digest}@vendor.example>"),
    "computed with a guessed secret": lambda mine: dsn(mine.key.message_id("vendor.example", "guess")),
    "a computed key in the subject": lambda mine: reply("", subject=f"unsubscribe {mine.key.digest}"),
    "a report with a computed key": lambda mine: dsn("<1@vendor.example>").replace(
        b"Subject: Undelivered", f"Subject: unsubscribe {mine.key.digest} Undelivered".encode()
    ),
    "a return path with a computed key": lambda mine: came_to(
        BOUNCES.of(mine.key.message_id("vendor.example", "guess"))
    ),
    "a return path without a tag": lambda mine: came_to(f"bounces+{mine.key.digest[:52]}@vendor.example"),
    "another domain": lambda mine: dsn(mine.message_id.replace("vendor", "attacker")),
    "no mail system": lambda mine: (
        dsn(mine.message_id)
        .replace(b"Return-Path: <>\n", b"")
        .replace(b"Mail Delivery System <MAILER-DAEMON@", b"Eve <eve@")
    ),
    "a forged link": lambda mine: dsn("<1@x.example>").replace(
        b"Subject: A question",
        b"List-Unsubscribe: <%s>"
        % UnsubscribeLinks("https://u.vendor.example", "x" * 32).url(mine.key.digest, ADA).encode(),
    ),
    "unsubscribed by somebody else": lambda mine: reply(
        "unsubscribe", to=mine.message_id, sender="eve@east.example"
    ),
    "two senders": lambda mine: reply("stop", to=mine.message_id, sender=f"{ADA}, eve@east.example"),
    "unproven complaint": lambda mine: complaint("<1@vendor.example>"),
}


@pytest.mark.parametrize("how", FORGED)
def test_what_proves_nothing_suppresses_nobody(store: Engine, how: str) -> None:
    """It is held for a person, with the reason, and its octets are kept."""
    content = FORGED[how](sent(store))
    (told,) = ingest(store, content)
    assert told.decision == "held" and suppressed(store) == {}
    with reading(store) as connection:
        assert connection.execute(inbox_messages.select()).one().content == content


def test_a_bounce_suppresses_no_address_that_it_claims(store: Engine) -> None:
    """The recipient of the send it names, not the one that stands in the report."""
    mine = sent(store)
    sent(store, BOB)
    ingest(store, dsn(mine.message_id, to=BOB))
    assert BOB not in suppressed(store)


def test_a_send_from_before_there_were_tags_is_proven_by_what_was_written_down(store: Engine) -> None:
    """Its Message-ID is in the ledger, and nothing is computed anew."""
    ledger = SendLedger(store, "outbound", 1000)
    for step, prove in enumerate((lambda i: dsn(i), lambda i: reply("", subject=f"unsubscribe {i[1:65]}"))):
        key = ledger.key("old", step, ADA if step else BOB)
        message_id = f"<{key.digest}@vendor.example>"
        ledger.claim(Intent(key, "lead", date(2026, 3, 2), message_id, "d", AT))
        assert ingest(store, prove(message_id))[0].decision == "suppress"
    assert set(suppressed(store)) == {ADA, BOB}


@pytest.mark.parametrize("state", ["failed", "deferred", "cancelled"])
def test_what_never_left_cannot_come_back(store: Engine, state: str) -> None:
    """A bounce of a message that the ledger knows was not sent is forged."""
    (told,) = ingest(store, dsn(sent(store, state=state).message_id))
    assert told.decision == "held" and suppressed(store) == {}


def test_a_message_about_two_contacts_is_held(store: Engine) -> None:
    """Whose no it is cannot be known."""
    both = f"{sent(store).message_id}\nMessage-ID: {sent(store, BOB).message_id}"
    (told,) = ingest(store, dsn(both))
    assert told.decision == "held" and suppressed(store) == {}


def soft(message_id: str, **more: str) -> bytes:
    return dsn(message_id, status="5.2.2", diagnostic="smtp; 552 mailbox full", **more)


def test_soft_bounces_count_within_their_days(store: Engine) -> None:
    """The third send within 30 days suppresses, by when it was sent: all are read a year later. Older ones do
    not count; a delay never does."""
    days = (0, 20, 40, 45, 46)
    ids = [sent(store, step=n, at=AT + timedelta(days=day)).message_id for n, day in enumerate(days)]
    messages = [soft(message_id) for message_id in ids]
    messages[2] = soft(ids[2], action="delayed")
    told = ingest(store, *messages[:4], at=AT + timedelta(days=400))
    assert [one.decision for one in told] == ["ignored"] * 4 and suppressed(store) == {}
    assert ingest(store, messages[4], at=AT + timedelta(days=400))[0].decision == "suppress"
    assert suppressed(store) == {ADA: "bounced"}


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0), (0, 2, 1)])
def test_soft_bounces_count_in_whatever_order_they_are_read(store: Engine, order: tuple[int, ...]) -> None:
    """Three within 30 days are three, also where the one in the middle is read last."""
    ids = [sent(store, step=n, at=AT + timedelta(days=14 * n)).message_id for n in range(3)]
    far = sent(store, step=9, at=AT + timedelta(days=44)).message_id
    told = ingest(store, soft(far), *(soft(ids[n]) for n in order))
    assert [one.decision for one in told] == ["ignored"] * 3 + ["suppress"]


def test_one_bounce_in_other_octets_is_one_bounce(store: Engine, tmp_path: Path) -> None:
    """As a Maildir, an mbox and IMAP keep it: its line ends, and the headers a mail program adds."""
    content = soft(sent(store).message_id)
    maildir = mailbox.Maildir(tmp_path / "maildir")
    maildir.add(content)
    mbox = mailbox.mbox(tmp_path / "box.mbox")
    seen = mailbox.mboxMessage(content)
    seen.set_flags("RO")
    mbox.add(seen)
    mbox.close()
    with imap_server() as server:
        server.messages = {1: content.replace(b"\n", b"\r\n")}
        sources = (str(tmp_path / "maildir"), str(tmp_path / "box.mbox"), server.url)
        messages = [one for source in sources for one in read_messages(source, PASSWORD, lambda _: False)]
    assert len({message.content for message in messages}) == 3
    told = list(Inbox(store, LINKS.key_of).ingest(messages, AT))
    assert [(one.decision, one.new) for one in told] == [("ignored", True)] * 3
    assert suppressed(store) == {}


def test_every_message_is_handled_once_and_accounted_for(store: Engine) -> None:
    """Messages in = suppress + held + ignored; again, and under another name, changes nothing."""
    message_id = sent(store).message_id
    messages = [
        dsn(message_id, status="5.2.2", diagnostic="smtp; 552 mailbox full"),
        dsn("<x@y.example>"),
        reply("On holiday", more="Auto-Submitted: auto-replied\n"),
        reply("What does it cost?", to=message_id),
        b"\xff\xfe",
    ]
    first = ingest(store, *messages)
    assert len(first) == len(messages) and {one.new for one in first} == {True}
    assert [one.decision for one in first] == ["ignored", "held", "ignored", "held", "held"]
    again = list(Inbox(store, LINKS.key_of).ingest([found(m, "other.eml") for m in messages], AT))
    assert [one.decision for one in again] == [one.decision for one in first]
    assert {one.new for one in again} == {False}
    with reading(store) as connection:
        assert len(connection.execute(inbox_messages.select()).all()) == len(messages)


def test_a_preview_changes_nothing_and_needs_no_store(store: Engine) -> None:
    """Without a ledger the class is right and nothing is suppressed."""
    hard = found(dsn(sent(store).message_id))
    assert [t.decision for t in Inbox(store, LINKS.key_of).preview([hard], AT)] == ["suppress"]
    assert suppressed(store) == {}
    (told,) = Inbox(None, LINKS.key_of).preview([hard], AT)
    assert (told.kind, told.decision) == ("bounce_hard", "held") and "no ledger" in told.reason


def test_two_auto_responders_get_no_answer(store: Engine, tmp_path: Path) -> None:
    """At most one reply each: nothing that comes in makes anything go out. The ledger is the only way out."""
    message_id = sent(store).message_id
    for n in range(20):
        away = reply(f"I am away, {n}", to=message_id, more="Auto-Submitted: auto-replied\n")
        assert ingest(store, away)[0].decision == "ignored"
    assert len(SendLedger(store, "outbound", 1000).entries()) == 1 and suppressed(store) == {}


def test_a_person_who_left_is_held(store: Engine) -> None:
    """An automatic reply that says so is for a person to read."""
    text = reply("Ada is no longer with the company", to=sent(store).message_id, more="X-Autoreply: yes\n")
    assert ingest(store, text)[0].decision == "held"


def test_a_suppression_outlives_the_contact(store: Engine) -> None:
    """Deleted and imported again, however the address is then written: the claim is refused."""
    ingest(store, reply("unsubscribe", to=sent(store).message_id))
    ledger = SendLedger(store, "outbound", 1000)
    for n, written in enumerate((ADA, " ADA@North.Example ", "Ada+crm@NORTH.example")):
        key = ledger.key("summer", n + 1, contact_key(written))
        claim = ledger.claim(
            Intent(key, f"again-{n}", date(2027, 1, 1), key.message_id("v.example", "secret"), "d", AT)
        )
        assert isinstance(claim, Refused) and claim.for_good
    (given,) = Consents(store).of(ADA)
    assert (given.consent, given.at) == ("opted_out", AT) and given.source.startswith("inbox: ")


def test_folders_maildirs_and_mboxes_are_read_alike(tmp_path: Path) -> None:
    """The same octets from each; files of other kinds are left alone."""
    content = reply("unsubscribe")
    folder = tmp_path / "folder"
    folder.mkdir()
    (folder / "a.eml").write_bytes(content)
    (folder / "notes.txt").write_bytes(b"no mail")
    maildir = mailbox.Maildir(tmp_path / "maildir")
    maildir.add(content)
    mbox = mailbox.mbox(tmp_path / "box.mbox")
    mbox.add(content)
    mbox.close()
    for source in (folder, folder / "a.eml", tmp_path / "maildir", tmp_path / "box.mbox"):
        (message,) = read_messages(str(source), None, lambda _: False)
        assert (message.content or b"").strip() == content.strip()
    with pytest.raises(InputError, match="no such folder"):
        read_messages(str(tmp_path / "none"), None, lambda _: False)


def test_the_count_of_soft_bounces_can_be_set(store: Engine) -> None:
    """One is enough where the limit says so."""
    content = dsn(sent(store).message_id, status="4.4.1", diagnostic="smtp; 421 busy")
    (told,) = Inbox(store, LINKS.key_of, SoftBounces(most=1)).ingest([found(content)], AT)
    assert told.decision == "suppress"


def test_of_an_answer_that_was_obeyed_only_its_send_is_kept(store: Engine) -> None:
    """The latest of the thread's sends that left, by its Message-ID; not a word of what its sender wrote."""
    first, second = sent(store), sent(store, step=2, at=AT + timedelta(days=7))
    never = sent(store, step=3, state="failed")
    thread = f"References: {first.message_id} {second.message_id} {never.message_id}\n"
    (told,) = ingest(store, reply("unsubscribe", to=first.message_id, more=thread))
    assert told.decision == "suppress"
    with reading(store) as connection:
        kept = connection.execute(inbox_messages.select()).one().content
        answered = send_answered(connection, kept, LINKS.key_of)
    assert kept.decode() == f"In-Reply-To: {second.message_id}\r\n\r\n"
    assert answered is not None and answered.key == second.key


@pytest.mark.parametrize(
    "content", [b"", b"\xff" * 99, b"From: \r\nReturn-Path: <", b"In-Reply-To: <1@x>\n\n"]
)
def test_what_cannot_be_read_answers_nothing(store: Engine, content: bytes) -> None:
    """Nor does what names no send of ours; and nothing raises."""
    with reading(store) as connection:
        assert send_answered(connection, content, LINKS.key_of) is None
