"""Who said yes or no is recorded with source and time, and outlives the lead."""

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine

from resources.lead_file import lay_out, read_leads
from resources.lead_rows import sift
from resources.store.consents import Consents
from resources.store.entries import Claimed, Intent, Refused
from resources.store.ledger import SendLedger
from workforce_assets.intake_consents import record_consents

pytest_plugins = ["tests.store_fixtures"]

DAY = date(2026, 3, 2)


def lead(email: str | None, consent: str, disposition: str = "done") -> dict[str, Any]:
    return {"email": email, "consent": consent, "disposition": disposition}


def test_intake_records_what_was_said(store: Engine) -> None:
    """Every row travels on; a yes and a later no of one person both stand; a second run adds nothing."""
    rows = [
        lead("Ada+crm@North.example", "opted_in"),
        lead("bob@north.example", "unknown"),
        lead("no address", "opted_in"),
        lead(None, "opted_in"),
        lead("eve@north.example", "opted_in", "rejected"),
    ]
    consents = Consents(store)
    for _ in range(2):
        assert list(record_consents(rows, consents, "outbound", DAY)) == rows
    list(record_consents([lead("ada@north.example", "opted_out")], consents, "outbound", date(2026, 3, 9)))
    said = [(one.consent, one.source, one.at) for one in consents.of("ada@north.example")]
    assert said == [
        ("opted_in", "leads of outbound, 2026-03-02", datetime(2026, 3, 2, tzinfo=UTC)),
        ("opted_out", "leads of outbound, 2026-03-09", datetime(2026, 3, 9, tzinfo=UTC)),
    ]
    assert not any(consents.of(f"{name}@north.example") for name in ("bob", "eve"))


REJECTED = {
    "the same lead_id": "1,X,ada@x.example,{},",
    "a zone that is none": "2,X,ada@x.example,{},CEST",
    "a value too few": "2,X,ada@x.example,{}",
    "a value too many": "2,X,Ada@X.example,{},,more",
}


@pytest.mark.parametrize("how", REJECTED)
def test_a_no_in_a_rejected_row_is_a_no(store: Engine, tmp_path: Path, how: str) -> None:
    """In the file's own word. Her good row is a lead all the same, and nothing is sent to her."""
    rejected = intake(store, tmp_path, "1,X,ada@x.example,opted_in,", REJECTED[how].format("Opt-Out"))
    assert rejected == 1
    assert [one.consent for one in Consents(store).of("ada@x.example")] == ["opted_in", "opted_out"]
    assert claim(store, "ada@x.example") == Refused("opted out", for_good=True)


@pytest.mark.parametrize("how", REJECTED)
def test_a_yes_in_a_rejected_row_is_no_yes(store: Engine, tmp_path: Path, how: str) -> None:
    """Nor is a word that means neither, or a no from nobody who can be told."""
    words = [REJECTED[how].format(word) for word in ("opted_in", "yes", "perhaps")]
    nobody = REJECTED[how].format("no").replace("@", " at ")
    assert intake(store, tmp_path, "1,X,bob@x.example,,", *words, nobody) == 4
    assert Consents(store).of("ada@x.example") == []
    assert isinstance(claim(store, "ada@x.example"), Claimed)


def intake(store: Engine, folder: Path, *lines: str) -> int:
    """How many rows of a file with these lines were rejected."""
    file = folder / "leads.csv"
    file.write_text("\n".join(["lead_id,company,email,consent,timezone", *lines, ""]), "utf-8")
    rows = sift((file.name, raw) for raw in read_leads(file, lay_out(file)))
    found = list(record_consents(rows, Consents(store), "outbound", DAY))
    assert len(found) == len(lines)
    return sum(row["disposition"] == "rejected" for row in found)


def claim(store: Engine, contact: str) -> Any:
    ledger = SendLedger(store, "outbound", 100)
    key = ledger.key("spring", 1, contact)
    message_id = ledger.message_id(key, "vendor.example")
    return ledger.claim(Intent(key, "lead", DAY, message_id, "d", datetime(2026, 3, 2, 10, tzinfo=UTC)))
