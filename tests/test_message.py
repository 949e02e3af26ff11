"""The message on the wire has exactly the planned headers and one recipient. The oracle is a parser."""

import json
import os
from datetime import UTC, datetime
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import SMTP, compat32
from html.parser import HTMLParser
from pathlib import Path

import pytest

from resources.campaign import SenderIdentity
from resources.mail.message import MessageError, Plan, build_message

KEY = "ab" * 32
HEADERS = [
    "auto-submitted", "content-type", "date", "from", "list-unsubscribe",
    "message-id", "mime-version", "subject", "to",
]  # fmt: skip
INJECTIONS = [
    "Hello\r\nBcc: eve@evil.example",
    "Hello\nBcc: eve@evil.example",
    "Hello\rBcc: eve@evil.example",
    "Hello\x85Bcc: eve@evil.example",
    "Hello\u2028Bcc: eve@evil.example",
    "=?utf-8?q?Hello=0D=0ABcc:_eve@evil.example?=",
    "=?utf-8?q?Hello=0ABcc:_eve@evil.example?=",
    "=?utf-8?b?SGVsbG8NCkJjYzogZXZlQGV2aWwuZXhhbXBsZQ==?=",
    "=?utf-8?q?Hello=C2=85Bcc:_eve@evil.example?=",
    "=?us-ascii?q?Hello?=",
    "Hello\x00",
    "Hello \ud800",
]


def plan(**changes: object) -> Plan:
    planned: dict[str, object] = {
        "sender": SenderIdentity(
            name="Müller & Söhne, Sales",
            email="sales@vendor.example",
            postal_address="1 Mill Lane, Northtown",
        ),
        "recipient": "ada+x@bücher.example",
        "subject": "Your planning — a “question”",
        "body": "Hello Ada,\n\n.\nFrom here on: 10 €\n",
        "message_id": f"<{KEY}@vendor.example>",
        "key": KEY,
        "at": datetime(2026, 3, 2, 10, tzinfo=UTC),
    }
    return Plan(**{**planned, **changes})  # type: ignore[arg-type]


def plain_text(message: EmailMessage) -> str:
    part = message.get_body(("plain",))
    assert part is not None
    return str(part.get_content()).replace("\r\n", "\n")


def raw_headers(content: bytes) -> list[str]:
    """Header names as a strict line reader sees them, without any of the library's header magic."""
    return sorted(name.lower() for name in BytesParser(policy=compat32).parsebytes(content))


def test_the_message_says_what_was_planned() -> None:
    content = build_message(plan())
    read = BytesParser(policy=SMTP).parsebytes(content)
    assert raw_headers(content) == HEADERS
    assert [a.addr_spec for a in read["To"].addresses] == ["ada+x@xn--bcher-kva.example"]
    assert read["From"].addresses[0].display_name == "Müller & Söhne, Sales"
    assert read["From"].addresses[0].addr_spec == "sales@vendor.example"
    assert read["Subject"] == "Your planning — a “question”"
    assert read["Date"].datetime == datetime(2026, 3, 2, 10, tzinfo=UTC)
    assert read["Message-ID"] == f"<{KEY}@vendor.example>"
    assert read["Auto-Submitted"] == "auto-generated"
    assert read["List-Unsubscribe"] == f"<mailto:sales@vendor.example?subject=unsubscribe%20{KEY}>"
    text = plain_text(read)
    assert text.startswith("Hello Ada,\n\n.\nFrom here on: 10 €\n")
    assert (
        "Sent by Müller & Söhne, Sales, 1 Mill Lane, Northtown\n" in text
        and "reply with the word unsubscribe" in text
    )


def test_the_same_plan_makes_the_same_bytes() -> None:
    """Every attempt of a send is the same message."""
    assert build_message(plan()) == build_message(plan())


def test_every_line_ends_in_crlf_and_is_ascii_and_short_enough() -> None:
    """A relay may not have to guess: no bare LF, nothing over 998 octets."""
    content = build_message(plan(body="word " * 2000 + "\r\nü" * 500))
    assert content.replace(b"\r\n", b"").count(b"\n") == content.replace(b"\r\n", b"").count(b"\r") == 0
    assert content.isascii() and max(map(len, content.split(b"\r\n"))) <= 998


@pytest.mark.parametrize("text", INJECTIONS)
def test_no_subject_adds_a_header(text: str) -> None:
    with pytest.raises(MessageError, match=r"Subject|headers are|cannot be written"):
        build_message(plan(subject=text))


@pytest.mark.parametrize("text", INJECTIONS)
def test_no_sender_name_adds_a_header(text: str) -> None:
    """Even a campaign that was never checked cannot."""
    unchecked = SenderIdentity.model_construct(name=text, email="sales@vendor.example", postal_address="x")
    with pytest.raises(MessageError):
        build_message(plan(sender=unchecked))


@pytest.mark.parametrize("field", ["message_id", "recipient"])
@pytest.mark.parametrize("text", INJECTIONS)
def test_no_other_field_adds_a_header(field: str, text: str) -> None:
    with pytest.raises(MessageError):
        build_message(plan(**{field: text}))


@pytest.mark.parametrize(
    "recipient",
    [
        "",
        "ada@north.example, eve@evil.example",
        "ada@north.example;eve@evil.example",
        "ada@north.example eve@evil.example",
        "Ada <ada@north.example>",
        "group: ada@north.example, eve@evil.example;",
        '"ada, eve"@north.example',
        "=?utf-8?q?ada=40north.example=2C?= eve@evil.example",
        "jörg@north.example",
    ],
)
def test_anything_but_one_plain_recipient_is_refused(recipient: str) -> None:
    with pytest.raises(MessageError, match="To: "):
        build_message(plan(recipient=recipient))


@pytest.mark.parametrize("changes", [{"subject": " "}, {"body": "\n\n"}, {"body": "a\x00b"}, {"body": "a\rb"},
                                     {"body": "\ud800"}, {"body": "a\x1b[2Jb"}])  # fmt: skip
def test_empty_or_unprintable_text_is_refused(changes: dict[str, str]) -> None:
    with pytest.raises(MessageError, match=r"is empty|control character"):
        build_message(plan(**changes))


def test_a_body_cannot_end_the_message_early() -> None:
    """SMTP smuggling: whatever line ends the text holds, it stays one body."""
    content = build_message(plan(body="Hello\r\n.\r\nMAIL FROM:<x@evil.example>\n.\nend"))
    read = BytesParser(policy=SMTP).parsebytes(content)
    assert raw_headers(content) == HEADERS
    text = plain_text(read)
    assert text.startswith("Hello\n.\nMAIL FROM:<x@evil.example>\n.\nend\n")


def test_mutant_an_unchecked_message_carries_a_smuggled_header() -> None:
    """What the library alone does on this Python; the oracle above sees it."""
    message = EmailMessage(policy=SMTP)
    message["To"] = "ada@north.example"
    message["Subject"] = "=?utf-8?q?Hello=0D=0ABcc:_eve@evil.example?="
    message.set_content("Hello")
    assert "bcc" in raw_headers(message.as_bytes())


def test_mutant_an_unchecked_recipient_is_two() -> None:
    message = EmailMessage(policy=SMTP)
    message["To"] = "ada@north.example, eve@evil.example"
    assert len(BytesParser(policy=SMTP).parsebytes(message.as_bytes())["To"].addresses) == 2


# --- the HTML alternative


def html_text(message: bytes) -> str:
    part = BytesParser(policy=SMTP).parsebytes(message).get_body(("html",))
    assert part is not None
    return str(part.get_content())


class Links(HTMLParser):
    """What a reader could click, load or run, and the text that is shown."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.shown = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.shown += data


def test_the_html_says_the_same_and_links_only_what_the_campaign_allows() -> None:
    allowed = "https://www.example.com/demo?a=1&b=2"
    body = (
        f"Hello <b>Ada</b> & co,\n\n<script>alert(1)</script> <img src=x onerror=y> &lt;\n"
        f"{allowed}\n{allowed}/more {allowed}@evil.example https://evil.example/ javascript:alert(1)\n"
        f'<a href="https://evil.example">{allowed}</a>\n({allowed}).\n'
    )
    content = build_message(plan(body=body, links=(allowed,), unsubscribe_url="https://vendor.example/u"))
    read = Links(html_text(content))
    mailto = f"mailto:sales@vendor.example?subject=unsubscribe%20{KEY}"
    links = [attributes.get("href") for tag, attributes in read.tags if tag == "a"]
    assert links == [allowed, allowed, allowed, "https://vendor.example/u", mailto]
    assert {tag for tag, _ in read.tags} <= {"html", "head", "meta", "body", "p", "br", "a"}
    plain = plain_text(BytesParser(policy=SMTP).parsebytes(content))  # type: ignore[arg-type]
    assert "".join(read.shown.split()) == "".join(plain.split())


def test_both_parts_tell_who_sends_and_the_way_out() -> None:
    content = build_message(plan(unsubscribe_url="https://vendor.example/u"))
    for text in (plain_text(BytesParser(policy=SMTP).parsebytes(content)), Links(html_text(content)).shown):  # type: ignore[arg-type]
        assert "Müller & Söhne, Sales, 1 Mill Lane, Northtown" in text
        assert "https://vendor.example/u" in text and "unsubscribe" in text


@pytest.mark.parametrize(
    "name", ['Ada "the" Brook', "a\\b", "Ω, Ltd", "Ada <x@y.example>", "a;b:c", " spaced "]
)
def test_any_sender_name_is_a_name_and_nothing_else(name: str) -> None:
    """It reads back as itself beside the one address, or the message is refused."""
    sender = SenderIdentity(name=name, email="sales@vendor.example", postal_address="x")
    try:
        content = build_message(plan(sender=sender))
    except MessageError:
        return
    read = BytesParser(policy=SMTP).parsebytes(content)["From"].addresses
    assert [(a.display_name, a.addr_spec) for a in read] == [(name, "sales@vendor.example")]


# --- real addresses, where they are at hand

REAL = Path(os.environ.get("WORKFORCE_REAL_DATA", Path(__file__).parents[2] / "shared" / "data"))
ADDRESSES = REAL / "email-addresses" / "addresses.jsonl"


@pytest.mark.skipif(not ADDRESSES.exists(), reason="the address corpus is not at hand")
def test_no_invalid_address_of_the_corpus_is_written_to() -> None:
    lines = [json.loads(line) for line in ADDRESSES.read_text("utf-8").splitlines()]
    accepted = [line for line in lines if is_written_to(line["address"])]
    assert [line["address"] for line in accepted if not line["smtp_valid"]] == []
    assert accepted


@pytest.mark.parametrize(
    "address",
    ["a@b@c.example", "a b@x.example", ".a@x.example", "a..b@x.example", "a@-x.example", "a@x..example",
     "@x.example", "a@", "a", "a@x.example.", "a\x00@x.example", "a@x.example\r\n", "a@[127.0.0.1]",
     "(c)a@x.example"],
)  # fmt: skip
def test_an_address_no_relay_should_see_is_refused(address: str) -> None:
    assert not is_written_to(address)


def is_written_to(address: str) -> bool:
    try:
        build_message(plan(recipient=address))
    except MessageError:
        return False
    return True
