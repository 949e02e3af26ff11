"""What `deciding` promises on PostgreSQL does not hang on how the database was set up."""

import time
from datetime import UTC, date, datetime
from threading import Thread

from sqlalchemy import Engine, make_url, text

from resources.store.engine import deciding, open_engine
from resources.store.entries import Intent, Refused
from resources.store.ledger import SendLedger
from resources.store.migrate import migrate
from resources.store.suppressions import SENDING, Suppression, suppress_in

pytest_plugins = ["tests.store_fixtures"]

AT = datetime(2026, 3, 2, 10, tzinfo=UTC)


def waiting(engine: Engine) -> bool:
    with engine.connect() as connection:
        return bool(connection.execute(text("select count(*) from pg_locks where not granted")).scalar_one())


def test_a_claim_that_waited_sees_the_unsubscription_it_waited_for(postgres: str) -> None:
    """Also where the database's default would show it the state from before it waited."""
    options = "-c default_transaction_isolation=repeatable\\ read"
    engine = open_engine(make_url(postgres).update_query_dict({"options": options}).render_as_string(False))
    migrate(engine)
    ledger = SendLedger(engine, "outbound", 100)
    key = ledger.key("isolation", 1, "ada@isolation.example")
    intent = Intent(key, "lead", date(2026, 3, 2), ledger.message_id(key, "v.example"), "d", AT)
    claims: list[object] = []
    claiming = Thread(target=lambda: claims.append(ledger.claim(intent)))
    with deciding(engine, SENDING) as unsubscribing:
        suppress_in(unsubscribing, Suppression(key.contact, "unsubscribed", "unsubscribe link", AT))
        claiming.start()
        while not waiting(engine):
            time.sleep(0.01)
    claiming.join()
    engine.dispose()
    assert isinstance(claims[0], Refused)
