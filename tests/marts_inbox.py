"""What came back to the sends of a lake made up at random, as the inbox ingests it."""

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime

from sqlalchemy import insert

from resources.inbox.ingest import Inbox
from resources.inbox.sources import Found
from resources.store.engine import open_engine, writing
from resources.store.entries import SendKey
from resources.store.tables import ledger
from tests.inbox_mail import complaint, dsn, reply
from tests.marts_lake import DAYS, Lake, contact_of, entry, message_id_of
from workforce_assets.settings import Settings

AT = datetime(2026, 3, 20, 9, tzinfo=UTC)
AUTOMATIC = "Auto-Submitted: auto-replied\n"
LATER = "please write to my colleague Grace instead"

Write = Callable[[str, str], bytes]

# What a person wrote, to a message with this Message-ID, from this contact: each is one reply.
ANSWERS: tuple[Write, ...] = (
    lambda to, ada: reply("what does it cost?", to=to, sender=ada),
    lambda to, ada: reply("unsubscribe", to=to, sender=ada),
    lambda to, ada: reply("unsubscribe", to=to, sender="grace@elsewhere.example"),
    lambda to, ada: reply("see below", sender=ada, more=f"References: <none@x.example> {to}\n"),
)
# What is none: automatic, a report, or no proof of a send of ours.
OTHERS: tuple[Write, ...] = (
    lambda to, ada: reply("I am on leave", to=to, sender=ada, more=AUTOMATIC),
    lambda to, ada: reply("Ada has left the company", to=to, sender=ada, more=AUTOMATIC),
    lambda to, ada: dsn(to, to=ada),
    lambda to, ada: dsn(to, to=ada, status="4.2.2", diagnostic="smtp; 452 mailbox full"),
    lambda to, ada: reply("It was not to be.", to=to, sender="Mail Delivery System <postmaster@mx.example>"),
    lambda to, ada: complaint(to),
    lambda to, ada: reply("news for all", to=to, sender=ada, more="Precedence: bulk\n"),
    lambda to, ada: reply("what does it cost?", sender=ada),
    lambda to, ada: reply("unsubscribe", sender=ada),
)
# To how many sends of a day each answer came; on the second day nobody answered.
ANSWERED = {DAYS[0]: 2, DAYS[2]: 1}


def replies_on(day: date) -> int:
    """How many replies the day's sends have: what was written, counted by hand."""
    return ANSWERED.get(day, 0) * len(ANSWERS)


def ingest(settings: Settings, messages: Iterator[bytes]) -> list[str]:
    """What became of each message."""
    engine = open_engine(settings.operations_url)
    files = (Found(f"{number}.eml", content) for number, content in enumerate(messages))
    decisions = [told.decision for told in Inbox(engine, lambda _: None).ingest(files, AT)]
    engine.dispose()
    return decisions


def send_of_another_workforce(settings: Settings, day: date) -> str:
    """The Message-ID of an email that another workforce's campaign sent on that day."""
    key = SendKey("support", "digest", 1, "grace@example.com")
    engine = open_engine(settings.operations_url)
    with writing(engine) as connection:
        connection.execute(insert(ledger), entry(day, key, "G1", "<digest@example.com>", AT, "rule:digest"))
    engine.dispose()
    return "<digest@example.com>"


def what_came_back(lake: Lake) -> Iterator[bytes]:
    """Every message to a send of its own; those that are no replies on every whole day."""
    for day in DAYS:
        sent = (row["record_id"] for row in lake["sent_emails", day] if row["disposition"] == "done")
        for write in (*ANSWERS * ANSWERED.get(day, 0), *OTHERS):
            record_id = next(sent)
            yield write(message_id_of(day, record_id), contact_of(day, record_id))
