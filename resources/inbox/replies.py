"""Replies: what a person wrote in answer to a send of ours; no bounce, complaint or automatic reply."""

from collections.abc import Iterable

from sqlalchemy import Connection

from resources.inbox.decide import MAY_BE_OUT
from resources.inbox.evidence import KeyOfLink, evidence
from resources.inbox.mail import Mail, UnreadableMail
from resources.inbox.senders import from_mail_system
from resources.store.entries import Entry
from resources.store.inbox import sends_named

# Classes of messages that a person may have written.
FROM_PEOPLE = ("unsubscribe", "other")


def answered(sends: Iterable[Entry]) -> Entry | None:
    """The one send that a message answers: of those it proves, the latest that may have left.

    A thread names all its messages (RFC 5322 section 3.6.4, References); the answer is to the last of them.
    """
    out = [entry for entry in sends if entry.state in MAY_BE_OUT]
    return max(out, key=lambda entry: (entry.intent_at, entry.message_id), default=None)


def send_answered(connection: Connection, content: bytes, key_of_link: KeyOfLink) -> Entry | None:
    """The ledger's entry of the send that these octets answer; None where they prove none. Never raises on
    what the octets are."""
    try:
        mail = Mail.parse(content)
        if from_mail_system(mail):
            return None
    except UnreadableMail:
        return None
    proof = evidence(mail, key_of_link)
    return answered(sends_named(connection, proof.message_ids, proof.names, proof.keys, proof.tokens))


def trace_of(entry: Entry) -> bytes:
    """All that is kept of a reply that rules acted on: which send it answers, nothing its sender wrote."""
    return f"In-Reply-To: {entry.message_id}\r\n\r\n".encode()
