"""A message that waits for a person is a no until it was read; so is the last no in the consent ledger."""

import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine
from typer.testing import CliRunner, Result

from resources.inbox.ingest import Inbox
from resources.store.consents import Consent, Consents
from resources.store.entries import Claim, Claimed, Intent, Refused
from resources.store.inbox_holds import HeldInbox, NotHeld
from resources.store.ledger import SendLedger
from resources.store.suppressions import Suppressions
from tests.inbox_mail import dsn, found, reply
from workforce_assets.cli.app import app

pytest_plugins = ["tests.store_fixtures"]

AT = datetime(2026, 3, 2, 10, tzinfo=UTC)
ADA, BOB = "ada@north.example", "bob@south.example"
WAITS = Refused("a message from this contact waits for a person", for_good=False)
UNPROVEN = {
    "an unsubscription that proves nothing": reply("unsubscribe", sender="Ada <ADA+x@North.example>"),
    "words no rule reads": reply("I told you on the telephone already that we are through.", sender=ADA),
}


def claim(store: Engine, contact: str, step: int) -> Claim:
    ledger = SendLedger(store, "outbound", 1000)
    key = ledger.key("spring", step, contact)
    message_id = ledger.message_id(key, "vendor.example")
    return ledger.claim(Intent(key, f"lead-{contact}", date(2026, 3, 2), message_id, "d", AT))


def ingest(store: Engine, content: bytes) -> str:
    [told] = Inbox(store, lambda _: None).ingest([found(content)], AT)
    return told.decision


@pytest.mark.parametrize("kind", UNPROVEN)
@pytest.mark.parametrize("suppress", [True, False])
def test_a_held_message_holds_its_contact_until_a_person_has_settled_it(
    store: Engine, kind: str, suppress: bool
) -> None:
    """However the address is written; another contact is not held, and what waits is told once."""
    assert ingest(store, UNPROVEN[kind]) == "held"
    assert ingest(store, UNPROVEN[kind]) == "held"
    assert claim(store, ADA, 1) == WAITS and isinstance(claim(store, BOB, 1), Claimed)
    desk = HeldInbox(store)
    [message] = desk.waiting()
    assert message.contacts == (ADA,) and desk.one(message.digest[:9])[1] == UNPROVEN[kind]
    desk.settle(message.digest[:9], "Eve", AT, suppress=suppress)
    assert desk.waiting() == []
    if suppress:
        assert claim(store, ADA, 1) == Refused("suppressed: unsubscribed", for_good=True)
        assert "read by Eve" in Suppressions(store).entries()[0].source
    else:
        assert isinstance(claim(store, ADA, 1), Claimed)
    for unknown in (message.digest, "", "zz"):
        with pytest.raises(NotHeld):
            desk.settle(unknown, "Eve", AT, suppress=True)


def test_a_second_message_holds_on(store: Engine) -> None:
    """Settling one says nothing of the other."""
    for content in UNPROVEN.values():
        ingest(store, content)
    desk = HeldInbox(store)
    first, _ = desk.waiting()
    desk.settle(first.digest, "Eve", AT, suppress=False)
    assert claim(store, ADA, 1) == WAITS


def test_somebody_elses_no_to_our_send_holds_its_recipient(store: Engine) -> None:
    """A colleague answers for Ada: the send is proven, the sender is not hers, a person must look."""
    granted = claim(store, ADA, 1)
    assert isinstance(granted, Claimed)
    ingest(store, reply("unsubscribe", to=granted.entry.message_id, sender="eve@east.example"))
    assert HeldInbox(store).waiting()[0].contacts == (ADA, "eve@east.example")
    assert claim(store, ADA, 2) == WAITS


def test_a_forged_bounce_holds_nobody(store: Engine) -> None:
    """It may name whom it likes, and write whom it likes into From: without proof it is in nobody's way."""
    assert ingest(store, dsn("<1@vendor.example>", to=ADA, sender=ADA)) == "held"
    assert HeldInbox(store).waiting()[0].contacts == ()
    assert isinstance(claim(store, ADA, 1), Claimed)


def test_the_last_word_of_the_consent_ledger_counts(store: Engine) -> None:
    """A no from another day's file, read as the intent is written; of a yes and a no at one time, the no."""
    said = [(ADA, "opted_in", 0), (ADA, "opted_out", 1), (BOB, "opted_out", 0), (BOB, "opted_in", 1)]
    tied = [("c@x.example", "opted_in", 0), ("c@x.example", "opted_out", 0)]
    given = [Consent(who, what, "leads", AT + timedelta(days=day)) for who, what, day in said + tied]  # type: ignore[arg-type]
    Consents(store).record(given)
    assert claim(store, ADA, 1) == claim(store, "c@x.example", 1) == Refused("opted out", for_good=True)
    assert isinstance(claim(store, BOB, 1), Claimed)
    assert isinstance(claim(store, "d@x.example", 1), Claimed)


def command(home: Path, *arguments: str) -> Result:
    return CliRunner().invoke(app, arguments, env={"WORKFORCE_HOME": str(home), "COLUMNS": "200"})


def test_the_commands_list_show_and_settle(tmp_path: Path) -> None:
    """A name is asked for; what is settled no longer waits."""
    (tmp_path / "one.eml").write_bytes(UNPROVEN["words no rule reads"])
    home = tmp_path / "home"
    assert command(home, "inbox", "ingest", str(tmp_path / "one.eml")).exit_code == 0
    [waits] = json.loads(command(home, "inbox", "held", "--json").stdout)["held"]
    assert waits["holds"] == [ADA] and waits["file"] == "one.eml"
    assert "we are through" in command(home, "inbox", "show", waits["message"][:8]).stdout
    assert command(home, "inbox", "settle", waits["message"][:8], "--suppress").exit_code == 2
    settled = command(home, "inbox", "settle", waits["message"][:8], "--suppress", "--by", "Eve")
    assert settled.exit_code == 0 and "ada@north.example is suppressed" in settled.stdout
    assert "0 wait" in command(home, "inbox", "held").stdout
    assert command(home, "inbox", "show", waits["message"][:8]).exit_code == 2
