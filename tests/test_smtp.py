"""What a relay answers, or does not, decides what a send becomes. The oracle is the server's own mailbox."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from sqlalchemy import Engine

from resources.errors import InputError
from resources.mail.mailer import CannotTell, Deferred, Delivered, Delivery, Envelope, Failed, Unknown
from resources.mail.relay import Relay, parse_relay
from resources.mail.return_path import ReturnPath, parse_return_path
from resources.mail.sending import NotSent, Send, Sent, send_all
from resources.mail.smtp import SmtpMailer
from resources.mail.smtp_session import Timeouts
from resources.store.entries import Intent, SendKey
from resources.store.ledger import SendLedger
from tests.smtp_server import Running, smtp_server

pytest_plugins = ["tests.store_fixtures"]

AT = datetime(2026, 3, 2, 10, tzinfo=UTC)
DAY = date(2026, 3, 2)
PATIENT = Timeouts(connect=30, command=30, reply=30)
SHORT = Timeouts(connect=30, command=30, reply=1.5)  # for who answers late


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with smtp_server(tmp_path_factory.mktemp("smtp") / "mailbox") as running:
        yield running


@pytest.fixture
def mailer(server: Running) -> SmtpMailer:
    server.mailbox.write_bytes(b"")
    return SmtpMailer(parse_relay(server.url), timeouts=PATIENT)


def envelope(to: str, body: str = "Hello\r\n", message_id: str | None = None) -> Envelope:
    message_id = message_id or f"<{to}>"
    content = f"Message-ID: {message_id}\r\n\r\n{body}".encode()
    return Envelope(message_id, "sales@vendor.example", to, content)


def deliver(mailer: SmtpMailer, to: str, body: str = "Hello\r\n") -> Delivery:
    return mailer.deliver_all([envelope(to, body)])[0]


# More than the sockets between the two hold: the final dot cannot have been written.
BIG = "word " * 4_000_000 + "\r\n"


@pytest.mark.parametrize(
    ("to", "body", "answer", "accepted"),
    [
        ("ada@x.example", "Hello\r\n", Delivered(), 1),
        ("later.a@x.example", "Hello\r\n", Deferred("450 4.2.1 the mailbox is busy", refused=True), 0),
        ("datalater.a@x.example", "Hello\r\n", Deferred("451 4.3.0 try again", refused=True), 0),
        ("never.a@x.example", "Hello\r\n", Failed("550 5.1.1 no such user"), 0),
        ("datanever.a@x.example", "Hello\r\n", Failed("554 5.6.0 not this one"), 0),
        ("dropdata.a@x.example", "Hello\r\n", Deferred("before the message was handed over"), 0),
        ("droptext.a@x.example", BIG, Deferred("before the message was complete"), 0),
        ("dropdot.a@x.example", "Hello\r\n", Unknown("after the final dot"), 1),
        ("late.a@x.example", "Hello\r\n", Unknown("after the final dot"), 1),
        ("odd.a@x.example", "Hello\r\n", Unknown("a reply that SMTP does not know"), 1),
    ],
)
def test_what_each_answer_makes_of_a_send(
    server: Running, mailer: SmtpMailer, to: str, body: str, answer: Delivery, accepted: int
) -> None:
    """Certain only where the relay said so, or where the final dot was never written; and the connection
    serves the next message."""
    hurried = SmtpMailer(parse_relay(server.url), timeouts=SHORT)
    got = deliver(hurried if to.startswith("late.") else mailer, to, body)
    assert type(got) is type(answer)
    if not isinstance(answer, Delivered):
        assert answer.why in got.why  # type: ignore[union-attr]
    if isinstance(answer, Deferred):
        assert got.refused == answer.refused  # type: ignore[union-attr]
    assert len(server.messages()) == accepted
    assert deliver(mailer, "next@x.example") == Delivered()


def test_a_relay_that_is_not_there_defers_everything(tmp_path: Path) -> None:
    """Nobody has refused anything, so it does not count as a refusal."""
    with smtp_server(tmp_path / "mailbox") as gone:
        port = gone.port
    mailer = SmtpMailer(Relay("127.0.0.1", port, "opportunistic"), connections=2)
    answers = mailer.deliver_all([envelope(f"{n}@x.example") for n in range(5)])
    assert all(isinstance(answer, Deferred) and not answer.refused for answer in answers)


def test_a_relay_that_takes_few_connections_gets_every_message_over_those(tmp_path: Path) -> None:
    """Two at a time: whoever is refused a connection leaves its message to those that have one."""
    with smtp_server(tmp_path / "mailbox", most=2) as server:
        mailer = SmtpMailer(parse_relay(server.url), timeouts=PATIENT)
        for size in (24, 1, 24):
            answers = mailer.deliver_all([envelope(f"{size}.{n}@x.example") for n in range(size)])
            assert answers == [Delivered()] * size
        assert len(server.messages()) == 49


def test_every_message_has_its_own_answer(server: Running, mailer: SmtpMailer) -> None:
    """Forty at once over eight connections, with faults between them."""
    words = ["ok", "later", "never", "dropdot", "ok"]
    envelopes = [envelope(f"{words[n % 5]}.{n}@x.example") for n in range(40)]
    answers = mailer.deliver_all(envelopes)
    kinds = [Delivered, Deferred, Failed, Unknown, Delivered]
    assert [type(answer) for answer in answers] == [kinds[n % 5] for n in range(40)]
    accepted = {n for n in range(40) if words[n % 5] in ("ok", "dropdot")}
    assert server.message_ids() == {envelopes[n].message_id: 1 for n in accepted}
    assert all(len(message["to"]) == 1 for message in server.messages())


@pytest.mark.parametrize(
    "body",
    [
        "a\n.\r\nMAIL FROM:<x@evil.example>\r\n",
        "a\r.\r\n",
        "a\r\n.\nRCPT TO:<e@evil.example>\r\n",
        "a\0b\r\n",
        "no end",
    ],
)
def test_a_bare_line_end_never_reaches_a_relay(server: Running, mailer: SmtpMailer, body: str) -> None:
    """SMTP smuggling needs a CR or LF that relays read differently."""
    assert isinstance(deliver(mailer, "ada@x.example", body), Failed)
    assert server.messages() == []


@pytest.mark.parametrize("body", [".\r\n", "..\r\n.\r\n", "a\r\n.\r\nQUIT\r\n", ".a\r\n\r\n.b\r\n"])
def test_a_line_that_begins_with_a_dot_stays_as_it_is(server: Running, mailer: SmtpMailer, body: str) -> None:
    """And ends nothing: one message arrives, with that very text."""
    assert deliver(mailer, "ada@x.example", body) == Delivered()
    [message] = server.messages()
    assert message["content"].partition("\r\n\r\n")[2] == body


@pytest.mark.parametrize(
    "to", ["a@x.example,b@y.example", "a@x.example>\r\nRCPT TO:<b@y.example", "<a@x.example>", ""]
)
def test_what_is_not_one_address_never_reaches_rcpt(server: Running, mailer: SmtpMailer, to: str) -> None:
    assert isinstance(deliver(mailer, to), Failed)
    assert server.messages() == []


def test_text_beyond_ascii_goes_only_where_it_is_offered(server: Running, mailer: SmtpMailer) -> None:
    """This server offers SMTPUTF8 and 8BITMIME."""
    assert deliver(mailer, "jörg@x.example", "Grüße\r\n") == Delivered()
    assert server.messages()[0]["to"] == ["jörg@x.example"]


def test_smtp_cannot_say_what_went_out(mailer: SmtpMailer) -> None:
    assert isinstance(mailer.find("<a@x.example>"), CannotTell)


# --- with the ledger


def sends(ledger: SendLedger, *contacts: str) -> list[Send]:
    made = []
    for contact in contacts:
        key = ledger.key("spring", 1, contact)
        intent = Intent(key, f"lead-{contact}", DAY, key.message_id("vendor.example", "secret"), "d", AT)
        made.append(Send(intent, (), lambda c=contact, i=intent: envelope(c, message_id=i.message_id)))
    return made


def test_unknown_is_listed_and_never_sent_again(store: Engine, server: Running) -> None:
    """Dropped after the dot, answered too late, or answered in no known way: each is in the mailbox once."""
    server.mailbox.write_bytes(b"")
    ledger, mailer = SendLedger(store, "outbound", 1000), SmtpMailer(parse_relay(server.url), timeouts=SHORT)
    contacts = [f"{word}.{n}@x.example" for n in range(4) for word in ("dropdot", "late", "odd", "ok")]
    for _ in range(3):
        results = send_all(ledger, mailer, sends(ledger, *contacts))
        for contact, result in zip(contacts, results, strict=True):
            assert isinstance(result, Sent if contact.startswith("ok") else NotSent)
    states = {entry.key.contact: entry.state for entry in ledger.entries()}
    assert states == {c: "sent" if c.startswith("ok") else "unknown" for c in contacts}
    assert set(server.message_ids().values()) == {1} and len(server.messages()) == len(contacts)


def test_a_temporary_refusal_is_tried_once_more_and_a_permanent_one_never(
    store: Engine, server: Running, mailer: SmtpMailer
) -> None:
    ledger = SendLedger(store, "outbound", 1000)
    for _ in range(4):
        results = send_all(ledger, mailer, sends(ledger, "later.a@x.example", "never.a@x.example"))
    entries = {entry.key.contact: entry for entry in ledger.entries()}
    assert entries["later.a@x.example"].refusals == 2
    assert isinstance(results[0], NotSent) and results[0].why.startswith("refused 2 times: 450")
    assert isinstance(results[1], NotSent) and results[1].why.startswith("delivery failed for good: 550")
    assert server.messages() == []


# --- the relay's URL


@pytest.mark.parametrize(
    ("url", "relay"),
    [
        ("smtp://127.0.0.1:2525", Relay("127.0.0.1", 2525, "opportunistic")),
        ("smtp://mail.example.com", Relay("mail.example.com", 25, "opportunistic")),
        ("smtp+starttls://u%40x@mail.example.com", Relay("mail.example.com", 587, "starttls", "u@x")),
        ("smtps://[::1]", Relay("::1", 465, "tls")),
        ("smtp://u@mail.example.com", Relay("mail.example.com", 25, "starttls", "u")),
    ],
)
def test_a_relay_is_one_url(url: str, relay: Relay) -> None:
    """A user name means a password, and that is never offered in the clear."""
    assert parse_relay(url) == relay


@pytest.mark.parametrize(
    "url",
    [
        "mail.example.com",
        "http://x.example",
        "smtp://",
        "smtp://u:hunter2@x.example",
        "smtp://x:99999",
        "smtp://x/y",
    ],
)
def test_a_url_that_is_no_relay_is_one_line_without_the_password(url: str) -> None:
    with pytest.raises(InputError) as error:
        parse_relay(url)
    assert "hunter2" not in str(error.value) and "\n" not in str(error.value)


@pytest.mark.parametrize(
    ("host", "loopback"),
    [
        ("localhost", True),
        ("127.9.9.9", True),
        ("::1", True),
        ("10.0.0.1", False),
        ("localhost.example.com", False),
    ],
)
def test_only_this_machine_is_loopback(host: str, loopback: bool) -> None:
    assert Relay(host, 25, "opportunistic").is_loopback == loopback


def test_the_return_path_names_the_send_and_the_message_does_not_change(server: Running) -> None:
    """The envelope sender alone; what it names fits into a local part and is the same for every attempt."""
    server.mailbox.write_bytes(b"")
    message_id = SendKey("outbound", "spring", 1, "ada@x.example").message_id("vendor.example", "secret")
    one = envelope("ada@x.example", message_id=message_id)
    for bounces in (parse_return_path("mailbounces@vendor.example"), None):
        assert SmtpMailer(parse_relay(server.url), bounces=bounces).deliver_all([one]) == [Delivered()]
    named, plain = server.messages()
    local, _, domain = named["from"].rpartition("@")
    tag = message_id.partition(".")[2].partition("@")[0]
    assert (local, domain) == (f"mailbounces+{message_id[1:21]}{tag}", "vendor.example") and len(local) == 64
    assert plain["from"] == "sales@vendor.example" and plain["content"] == named["content"]


@pytest.mark.parametrize(
    "address", ["", "bounces", "a b@x.example", "a+b@x.example", "twelveoctets@x.example"]
)
def test_a_bounce_address_without_room_for_a_token_is_one_line(address: str) -> None:
    with pytest.raises(InputError, match="WORKFORCE_BOUNCE_ADDRESS"):
        parse_return_path(address)


def test_a_message_id_that_is_not_ours_names_nothing() -> None:
    assert ReturnPath("bounces", "x.example").of("<1@x.example>") == "bounces@x.example"
