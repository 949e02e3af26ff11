"""A sent partition that is made again sends nothing. The oracle is the relay's own mailbox.

20 times more, and a backfill: by `make campaign` alone. `make test` has two runs over SMTP in
tests/test_mailer_choice.py.
"""

import os
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from pathlib import Path

import pytest

from resources.store.engine import open_engine
from resources.store.ledger import SendLedger
from tests.outbound import SAMPLE, SAMPLE_DAY, Outbound
from tests.smtp_server import smtp_server
from workforce_assets.cli.app import app
from workforce_assets.outbound import OUTBOUND
from workforce_assets.prepare import prepare
from workforce_assets.runner import runner
from workforce_assets.settings import Settings

AGAIN, RUNS = 20, 2


campaign = pytest.mark.skipif(
    not os.environ.get("WORKFORCE_CAMPAIGN"), reason="takes minutes: `make campaign`"
)


@campaign
def test_runs_at_once_in_processes_of_their_own_send_each_message_once(tmp_path: Path) -> None:
    """The command line, twice at the same time, over one partition of one home."""
    with smtp_server(tmp_path / "mailbox") as server:
        command = [
            sys.executable, "-m", "workforce_assets.cli", "run", "outbound", "--limit", "30",
            "--leads", str(SAMPLE / "leads" / f"{SAMPLE_DAY}.csv"), "--date", str(SAMPLE_DAY),
            "--directory", str(SAMPLE / "directory.yaml"),
            "--at", f"{SAMPLE_DAY}T15:00:00+00:00", "--mailer", server.url, "--json",
        ]  # fmt: skip
        environ = {**os.environ, "WORKFORCE_HOME": str(tmp_path / "home")}
        runs = [subprocess.Popen(command, env=environ, stdout=subprocess.DEVNULL) for _ in range(RUNS)]
        assert [run.wait() for run in runs] == [0] * RUNS
        assert server.message_ids() and set(server.message_ids().values()) == {1}
    engine = open_engine(Settings.from_environment(environ).operations_url)
    known = {entry.message_id for entry in SendLedger(engine, "outbound", 0).entries()}
    engine.dispose()
    assert known >= set(server.message_ids())


@campaign
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
