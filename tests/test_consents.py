"""Who said yes or no is recorded with source and time, and outlives the lead."""

from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import Engine

from resources.store.consents import Consents
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
