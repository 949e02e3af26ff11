"""Every message that comes in is classed for what it is, whatever its sender got wrong."""

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from evals.inbox import score, totals
from resources.inbox.classify import Classified, classify_bytes
from resources.inbox.html_text import visible_text
from tests.inbox_mail import complaint, dsn, reply, text_bounce

CORPUS = Path(os.environ.get("WORKFORCE_TEST_DATA", "not-given")) / "bounces"
ID = "<1@vendor.example>"


def classed(content: bytes) -> Classified:
    return classify_bytes(content)[1]


@pytest.mark.parametrize(
    ("status", "diagnostic", "kind", "clear"),
    [
        ("5.1.1", "smtp; 550 5.1.1 User unknown", "bounce_hard", True),
        ("5.0.0", "smtp; 550 No such user here", "bounce_hard", True),
        ("5.4.4", "X-Unix; host not found", "bounce_hard", True),
        ("5.1.10", "smtp; 556 5.1.10 Recipient address has null MX", "bounce_hard", True),
        ("5.2.2", "smtp; 552 5.2.2 Mailbox full", "bounce_soft", True),
        (
            "5.1.1",
            "smtp; 550 5.1.1 receiving mail at a rate that prevents additional messages",
            "bounce_soft",
            True,
        ),
        ("5.7.1", "smtp; 550 5.7.1 blocked using dnsbl.example", "bounce_soft", True),
        ("5.1.8", "smtp; 553 5.1.8 Domain of sender address does not exist", "bounce_soft", True),
        ("4.4.1", "smtp; 421 user unknown to a server that is not reached", "bounce_soft", True),
        ("5.3.4", "smtp; 552 message too big", "bounce_soft", True),
        ("5.0.0", "smtp; 550 no", "bounce_soft", False),
    ],
)
def test_hard_and_soft_follow_the_words_and_the_code(
    status: str, diagnostic: str, kind: str, clear: bool
) -> None:
    """A full mailbox is soft though its code is 5.x.x; what says nothing is unclear, so a person looks."""
    found = classed(dsn(ID, status=status, diagnostic=diagnostic))
    assert (found.kind, found.clear) == (kind, clear)


@pytest.mark.parametrize(
    ("words", "kind"),
    [
        ("<ada@north.example>: 550 5.1.1 unknown user", "bounce_hard"),
        ("ada@north.example\n    Unrouteable address", "bounce_hard"),
        ("ada@north.example\n    mailbox is full: retry timeout exceeded", "bounce_soft"),
        ("Could not be delivered: connection timed out", "bounce_soft"),
    ],
)
def test_bounces_without_a_report_are_read_from_their_words(words: str, kind: str) -> None:
    """As exim, qmail and others write them."""
    assert classed(text_bounce(words)).kind == kind


def test_a_success_notice_is_no_bounce_and_a_delay_is_no_failure() -> None:
    """RFC 3464 actions other than failed."""
    assert classed(dsn(ID, action="delivered", status="2.0.0")).kind == "other"
    delayed = classed(dsn(ID, action="delayed", status="4.4.7"))
    assert delayed.kind == "bounce_soft" and delayed.reports[0].outcome == "delayed"


@pytest.mark.parametrize(
    ("kind", "clear"), [("abuse", True), ("fraud", True), ("auth-failure", False), ("not-spam", False)]
)
def test_complaints_are_reports_of_people(kind: str, clear: bool) -> None:
    """What a program reports about our signatures is nobody's complaint: a person looks."""
    found = classed(complaint(ID, kind))
    assert (found.kind, found.clear) == ("complaint", clear)


@pytest.mark.parametrize(
    ("subject", "more"),
    [
        ("Re: A question", "Auto-Submitted: auto-replied\n"),
        ("Re: A question", "X-Autoreply: yes\n"),
        ("Re: A question", "Precedence: auto_reply\n"),
        ("Abwesenheitsnotiz", "X-Auto-Response-Suppress: All\n"),
        ("Réponse automatique : A question", "Return-Path: <>\n"),
    ],
)
def test_automatic_replies(subject: str, more: str) -> None:
    """By RFC 3834's header, those in common use, or a subject with a second sign."""
    assert classed(reply("stop\n", subject=subject, more=more)).kind == "auto_reply"


AUTOMATIC, BULK = "Auto-Submitted: auto-replied\n", "Precedence: bulk\n"
DAEMON, NOBODY = "Mail Gateway <mailer-daemon@relay.example>", "Mail Gateway <gateway@relay.example>"
RETURNED = "multipart/mixed; boundary=b"
REPORT = "multipart/report; report-type=delivery-status; boundary=b"
COPY = "--b\n\nIki neno.\n--b\nContent-Type: message/rfc822\n\nSubject: A question\n\nHello\n--b--"


@pytest.mark.parametrize("more", [AUTOMATIC, BULK])
@pytest.mark.parametrize(
    ("subject", "sender", "kind", "text"),
    [
        ("Taarifa", DAEMON, "text/plain", "Barua haikufika."),
        ("Taarifa", "", "text/plain", "Barua haikufika."),
        ("Undeliverable: A question", NOBODY, "text/plain", "Barua haikufika."),
        ("Taarifa", NOBODY, RETURNED, COPY),
        ("Taarifa", NOBODY, REPORT, "Barua haikufika."),
    ],
)
def test_what_may_be_a_bounce_in_unknown_words_is_never_ignored(
    subject: str, sender: str, kind: str, text: str, more: str
) -> None:
    """Whatever its headers call it: its sender, its form, its subject or what it returns speak for one."""
    found = classed(reply(text, subject=subject, sender=sender, kind=kind, more=more))
    assert not found.clear and found.kind in ("auto_reply", "other", "bounce_soft")


def test_a_newsletter_about_failures_and_an_absent_persons_words_are_no_bounces() -> None:
    """Neither is a receipt, though it is a report. All three are as they were: of no consequence."""
    news = reply("550 errors", subject="Bounced mail", more=BULK + "List-Unsubscribe: <mailto:u@x.example>\n")
    away = reply(
        "Mail that could not be delivered is not read.",
        subject="Automatic reply: A question",
        more="Return-Path: <>\n" + AUTOMATIC,
    )
    receipt = reply(
        "--b\nContent-Type: message/disposition-notification\n\nDisposition: displayed\n--b--",
        kind="multipart/report; report-type=disposition-notification; boundary=b",
    )
    kinds = [(found.kind, found.clear) for found in map(classed, (news, away, receipt))]
    assert kinds == [("other", True), ("auto_reply", True), ("auto_reply", True)]


@pytest.mark.parametrize(
    "words",
    [
        "ada wurde nicht gefunden: die E-Mail-Adresse wurde nicht gefunden.",
        "L'adresse de messagerie que vous avez entrée est introuvable.",
        "No se encontró la dirección de correo electrónico.",
        "O endereço de email inserido não foi encontrado.",
        "Het ingevoerde e-mailadres is niet gevonden.",
        "收件人邮件地址（ada@north.example）不存在，邮件无法送达。",
        "入力したメール アドレスが見つかりませんでした。",
    ],
)
def test_an_unknown_address_is_hard_in_other_languages(words: str) -> None:
    """As Exchange and others translate it, without a code."""
    assert classed(text_bounce(words)).kind == "bounce_hard"


@pytest.mark.parametrize(
    "text",
    [
        "unsubscribe",
        "UNSUBSCRIBE!",
        "Please remove me from your mailing list.",
        "Hi,\n\nplease take me off your list. I am not interested.\n\nBest regards\nAda Brook\n+44 20 7946",
        "Stop\n\nOn Mon, 2 Mar 2026 at 10:00, Sales <sales@vendor.example>\nwrote:\n> Would you like a demo?",
        "Bitte abmelden. Danke!",
        "Désinscription",
        "Darme de baja, por favor",
        "Отписаться",
        "配信停止",
        "Don't email me again",
        "unsubscribe\n-- \nAda Brook, who likes to say: never stop",
    ],
)
def test_an_unmistakable_reply_unsubscribes(text: str) -> None:
    """In its own words, in several languages, whatever is quoted or signed below."""
    assert classed(reply(text)).kind == "unsubscribe"


@pytest.mark.parametrize(
    "text",
    [
        "Please don't unsubscribe me",
        "Stop by our booth on Monday",
        "stop?",
        "How do I unsubscribe my old address and keep this one?",
        "Sounds good, let us talk.\n\n> To get no more of these messages, reply with the word unsubscribe",
        "Unsubscribe\nI was only joking, call me tomorrow please",
        "> unsubscribe",
        "",
    ],
)
def test_anything_else_is_free_text(text: str) -> None:
    """A word in a quote, a question or a sentence that goes on may mean something else."""
    assert classed(reply(text)).kind == "other"


def test_hidden_text_of_html_is_not_read() -> None:
    """It would let somebody else's words unsubscribe a person, or steer who reads it."""
    html = '<p>Call me.</p><div style="display: none">unsubscribe</div><span hidden>stop</span>'
    assert visible_text(html) == "Call me."
    assert visible_text("<head><title>x</title><body>Call <b>me</b>") == "Call me"
    assert len(visible_text("<div>" * 20_000 + "deep" + "</div>" * 20_000)) == 4
    assert classed(reply("<div hidden>x</div><p>unsubscribe</p>", kind="text/html")).kind == "unsubscribe"


NAUGHTY = [
    b"",
    b"\x00\xff\xfe",
    b"From: =?utf-8?b?!!!?=\nSubject: =?x-none?q?=00=ff?=\n\n\xff",
    b"Content-Type: multipart/mixed\n\nno boundary",
    b'Content-Type: multipart/report; report-type=delivery-status; boundary=""\n\n--\n',
    b"Content-Type: text/plain; charset=\xff\nContent-Transfer-Encoding: base64\n\n!!!",
    b"Content-Type: message/delivery-status\n\nStatus: 5.1.1\n\n",
    b"Content-Type: message/rfc822\n\n" * 300,
    b"".join(b'Content-Type: multipart/mixed; boundary="%d"\n\n--%d\n' % (n, n) for n in range(500)),
    b"From: a@b@c, <>, \x00 <x>\nIn-Reply-To: " + b"<a@b>" * 5000 + b"\n\nhi",
    b'Content-Type: text/plain\n\n{"notificationType":' + b"[" * 50_000,
]


@pytest.mark.parametrize("content", NAUGHTY, ids=range(len(NAUGHTY)))
def test_naughty_mail_is_classed_too(content: bytes) -> None:
    """No exception escapes, and what cannot be read is not clear."""
    assert classed(content).kind in ("other", "bounce_hard", "bounce_soft")


def test_a_rule_that_breaks_stops_no_other_message(monkeypatch: pytest.MonkeyPatch) -> None:
    """The message is held for a person, with what went wrong."""

    def broken(_: object) -> None:
        raise LookupError("a charset nobody has heard of")

    monkeypatch.setattr("resources.inbox.classify.auto_reply", broken)
    found = classed(reply("hello"))
    assert (found.kind, found.clear) == ("other", False) and "nobody has heard of" in found.why


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.binary(max_size=600), st.integers(0, 900))
def test_no_damage_to_a_report_raises(noise: bytes, at: int) -> None:
    """Random octets in the middle of a report."""
    whole = dsn(ID)
    classed(whole[:at] + noise + whole[at:])


@pytest.mark.skipif(not CORPUS.exists(), reason="the labelled mail is not part of this project")
def test_labelled_mail() -> None:
    """The promises on real mail: 99 % of bounces seen or held, no other message suppresses."""
    figures = totals(score(CORPUS))
    assert figures["bounces classed as bounce, or held"] >= 0.99 * figures["bounces"]
    assert figures["suppressed without proof"] == 0
    assert figures["not bounces classed as bounce"] <= 0.01 * figures["not bounces"]
