"""Small hand-made messages, as mail systems and people write them."""

from resources.inbox.sources import Found


def dsn(
    message_id: str,
    *,
    status: str = "5.1.1",
    diagnostic: str = "smtp; 550 5.1.1 User unknown",
    to: str = "ada@north.example",
    action: str = "failed",
    sender: str = "MAILER-DAEMON@mx.north.example",
) -> bytes:
    """An RFC 3464 report that returns the headers of the message it is about."""
    return f"""\
Return-Path: <>
From: Mail Delivery System <{sender}>
To: sales@vendor.example
Subject: Undelivered Mail Returned to Sender
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="b"

--b
Content-Type: text/plain

I'm sorry to have to inform you that your message could not be delivered.
--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.north.example

Final-Recipient: rfc822; {to}
Action: {action}
Status: {status}
Diagnostic-Code: {diagnostic}

--b
Content-Type: text/rfc822-headers

From: sales@vendor.example
To: {to}
Subject: A question
Message-ID: {message_id}

--b--
""".encode()


def complaint(message_id: str, kind: str = "abuse") -> bytes:
    """A feedback report (RFC 5965)."""
    return f"""\
From: <abuse@isp.example>
To: sales@vendor.example
Subject: FW: A question
MIME-Version: 1.0
Content-Type: multipart/report; report-type=feedback-report; boundary="b"

--b
Content-Type: text/plain

This is an email abuse report.
--b
Content-Type: message/feedback-report

Feedback-Type: {kind}
User-Agent: Filter/1.0
Version: 1

--b
Content-Type: message/rfc822

From: sales@vendor.example
Subject: A question
Message-ID: {message_id}

Hello
--b--
""".encode()


def reply(
    text: str,
    *,
    to: str = "<none@vendor.example>",
    sender: str = "Ada <ada@north.example>",
    subject: str = "Re: A question",
    more: str = "",
    kind: str = "text/plain",
) -> bytes:
    """A person's, or a program's, answer to the message with the Message-ID `to`."""
    headers = f"From: {sender}\nTo: sales@vendor.example\nSubject: {subject}\nIn-Reply-To: {to}\n{more}"
    return f"{headers}MIME-Version: 1.0\nContent-Type: {kind}; charset=utf-8\n\n{text}\n".encode()


def text_bounce(words: str, message_id: str = "") -> bytes:
    """A bounce for people only, with a copy of the message below."""
    copy = f"------ This is a copy of the message ------\n\nMessage-ID: {message_id}\nSubject: A question\n"
    return (
        "Return-Path: <>\nFrom: Mail Delivery System <Mailer-Daemon@mx.example>\n"
        f"Subject: Mail delivery failed: returning message to sender\n\n{words}\n\n{copy}"
    ).encode()


def found(content: bytes, file: str = "one.eml") -> Found:
    return Found(file, content)
