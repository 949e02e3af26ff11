"""A run waits for its rate limits for so long in all, however many groups of records it has."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine

from resources.mail.mailer import CannotTell, Finding
from resources.mail.sending import send_all
from specialists.judging import TOGETHER
from tests.test_send_rates import AT, Clock, Wire, ledger
from tests.test_sender import ADA, World

pytest_plugins = ["tests.store_fixtures"]

PER_MINUTE, RECORDS = 6, TOGETHER + 50
PATIENCE = timedelta(seconds=900)


class Line(Wire):
    """As the other, for a relay that keeps no record."""

    def settled(self) -> None:
        """Its own list tells."""

    def find(self, message_id: str, run: str | None = None) -> Finding:
        return CannotTell("it keeps no record")

    def recipients(self) -> list[str]:
        return [to for _, to in self.went]


def test_mail_leaves_while_the_hours_that_were_decided_are_not_long_over(
    store: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Hours and consent are decided as of the run's clock, so the last message may leave a quarter later."""
    clock = Clock()
    mailer = Line(clock)
    monkeypatch.setattr(send_all, "__defaults__", (clock.sleep, None))
    contacts = {f"lead-{n}": replace(ADA, email=f"p{n}@x{n}.example") for n in range(RECORDS)}
    of = World(store, tmp_path, contacts, mailer=mailer, ledger=ledger(store, clock, PER_MINUTE, None))
    rows = of.run(AT)
    assert len(rows) == RECORDS
    assert max(at for at, _ in mailer.went) <= AT + PATIENCE
    sent = [record for record, row in rows.items() if row["disposition"] == "done"]
    held = {row["reason"] for row in rows.values() if row["disposition"] != "done"}
    assert len(sent) == len(set(mailer.recipients())) >= PER_MINUTE * 14
    assert len(held) == 1 and "the rate limit has no room" in held.pop()
