"""A sent partition that is made again sends nothing. The oracle is the relay's own mailbox.

20 times more, and a backfill: by `make campaign` alone. `make test` has two runs over SMTP in
tests/test_mailer_choice.py.
"""

import os
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from pathlib import Path

import pytest

from tests.outbound import SAMPLE_DAY, Outbound
from tests.smtp_server import smtp_server
from workforce_assets.cli.app import app
from workforce_assets.outbound import OUTBOUND
from workforce_assets.prepare import prepare
from workforce_assets.runner import runner

AGAIN = 20


@pytest.mark.skipif(not os.environ.get("WORKFORCE_CAMPAIGN"), reason="takes minutes: `make campaign`")
def test_materializing_again_and_backfilling_send_nothing(
    outbound: Outbound, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And every record is accounted for as before."""
    noon = datetime.combine(SAMPLE_DAY, time(15), UTC)
    with smtp_server(tmp_path / "mailbox") as server:
        settings = replace(outbound.settings, mailer=server.url)
        outbound.hand_in(limit=30)
        prepare(settings)
        with runner(settings, OUTBOUND) as at_work:
            at_work.run(SAMPLE_DAY.isoformat(), noon)
            sent = server.message_ids()
            first = {row["record_id"]: row["disposition"] for row in outbound.rows("sent_emails")}
            assert sent and set(sent.values()) == {1}
            for _ in range(AGAIN):
                at_work.run(SAMPLE_DAY.isoformat(), noon)
                assert server.message_ids() == sent
        monkeypatch.setenv("WORKFORCE_HOME", str(outbound.root))
        monkeypatch.setenv("WORKFORCE_MAILER", server.url)
        day, later = SAMPLE_DAY.isoformat(), (noon + timedelta(minutes=30)).isoformat()
        app(
            ["backfill", "outbound", "--from", day, "--to", day, "--at", later, "--yes"],
            standalone_mode=False,
        )
        assert server.message_ids() == sent
    assert {row["record_id"]: row["disposition"] for row in outbound.rows("sent_emails")} == first
