"""What no run sees becomes an alert, once, at the places that WORKFORCE_ALERTS names."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import polars as pl
import pytest
from sqlalchemy import Engine, insert

from resources.store.engine import open_engine, writing
from resources.store.migrate import migrate
from resources.store.tables import ledger, spending
from workforce_assets.alerting.alert import Alert
from workforce_assets.alerting.tell import MOST_MESSAGES, tell
from workforce_assets.alerting.watch import Watch
from workforce_assets.outbound import OUTBOUND
from workforce_assets.settings import Settings

NOW = datetime(2026, 3, 6, 12, tzinfo=UTC)
CAP = OUTBOUND.card.budget_usd_per_day


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings.from_environment({"WORKFORCE_HOME": str(tmp_path)})


@pytest.fixture
def engine(settings: Settings) -> Iterator[Engine]:
    engine = open_engine(settings.operations_url)
    migrate(engine)
    yield engine
    engine.dispose()


def watch(settings: Settings, engine: Engine, now: datetime = NOW) -> list[Alert]:
    return Watch(OUTBOUND, settings.home, settings.lake, engine, now).alerts()


def spend(engine: Engine, day: str, specialist: str, usd: float) -> None:
    row = {"workforce": "outbound", "day": day, "specialist": specialist, "run": ""}
    row |= {"nanodollars": round(usd * 1e9)}
    with writing(engine) as connection:
        connection.execute(insert(spending), row)


def test_a_quiet_home_has_nothing_to_tell(settings: Settings, engine: Engine) -> None:
    assert watch(settings, engine) == []


@pytest.mark.parametrize(
    ("share", "severities"), [(0.79, []), (0.8, ["WARN"]), (0.99, ["WARN"]), (1.0, ["WARN", "ERROR"])]
)
def test_the_budget_alerts_at_80_and_at_100_percent(
    settings: Settings, engine: Engine, share: float, severities: list[str]
) -> None:
    """All specialists' money of a day counts together, and no other day's."""
    spend(engine, "2026-03-06", "writer", CAP * share * 0.75)
    spend(engine, "2026-03-06", "scorer", CAP * share * 0.25)
    spend(engine, "2026-03-05", "writer", CAP * 0.5)
    found = watch(settings, engine)
    assert [alert.severity for alert in found] == severities
    assert all((alert.kind, alert.partition) == ("budget", "2026-03-06") for alert in found)


def test_unknown_sends_are_told_by_partition_and_again_when_there_are_more(
    settings: Settings, engine: Engine
) -> None:
    """The last of them may be the first of a mail server's bad day."""
    send(engine, 1, "unknown")
    send(engine, 2, "sent")
    (first,) = tell(settings, watch(settings, engine))
    assert (first.kind, first.partition, first.records) == ("unknown_sends", "2026-03-05", 1)
    assert tell(settings, watch(settings, engine)) == []
    send(engine, 3, "unknown")
    (second,) = tell(settings, watch(settings, engine))
    assert second.records == 2


def send(engine: Engine, number: int, state: str) -> None:
    row = {
        **{name: str(number) for name in ("key", "contact", "record_id", "message_id", "draft_digest")},
        **{"workforce": "outbound", "campaign": "c", "step": 1, "state": state, "intent_at": NOW},
        **{"partition": "2026-03-05", "day": "2026-03-05", "tokens_in": 0, "tokens_out": 0, "usd": 0.0},
    }
    with writing(engine) as connection:
        connection.execute(insert(ledger), row)


def test_a_cohort_that_waits_is_told_once_it_has_waited_long(settings: Settings, engine: Engine) -> None:
    """Handed in at 06:00 and not through at noon is too long; the command that runs it is in the alert."""
    card = settings.home.cohorts / "2026-03-05" / "cohort.yaml"
    card.parent.mkdir(parents=True)
    card.write_text("")
    handed_in = datetime.fromtimestamp(card.stat().st_mtime, UTC)
    assert watch(settings, engine, handed_in + timedelta(hours=5, minutes=59)) == []
    (alert,) = watch(settings, engine, handed_in + timedelta(hours=6, minutes=1))
    assert (alert.kind, alert.partition) == ("freshness", "2026-03-05")
    assert alert.command == "workforce backfill outbound --from 2026-03-05 --to 2026-03-05"
    hold(settings, "sent_emails", "2026-03-05", 0)
    assert watch(settings, engine, handed_in + timedelta(days=2)) == []


def hold(settings: Settings, asset: str, day: str, held: int) -> None:
    path = settings.home.lake / asset / f"{day}.parquet"
    path.parent.mkdir(parents=True, exist_ok=True)
    rows = [{"disposition": "held", "decided_by": None, "reason": "why", "cost_usd": 0.0}] * held
    schema = {"disposition": pl.String, "decided_by": pl.String, "reason": pl.String, "cost_usd": pl.Float64}
    pl.DataFrame(rows, schema=schema).write_parquet(path)


@pytest.mark.parametrize(
    ("counts", "grows"),
    [([10, 12, 20, 31], True), ([10, 12, 12, 40], False), ([1, 2, 3, 4], False), ([30, 40, 50, 59], False)],
)
def test_a_queue_of_held_records_that_grows_is_told(
    settings: Settings, engine: Engine, counts: list[int], grows: bool
) -> None:
    """Four partitions in a row, doubled, and more than a handful: what wavers or is small is no alarm."""
    for day, held in enumerate(counts, start=2):
        hold(settings, "scored_leads", f"2026-03-0{day}", held)
    found = [(alert.kind, alert.asset, alert.records) for alert in watch(settings, engine)]
    assert found == ([("held_queue", "scored_leads", counts[-1])] if grows else [])


def alert(number: int) -> Alert:
    return Alert(
        time="2026-03-02T12:00:00.000+00:00",
        kind="check_failure",
        severity="ERROR",
        description="2 of 9 outputs pass",
        run_id="r1",
        asset="leads",
        check=f"check_{number}",
        partition="2026-03-02",
        records=7,
        owner="ada@example.com",
        command='workforce trace "L1"',
    )


@pytest.fixture
def webhook() -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """A web server that keeps what it is sent: the oracle of what went out."""
    got: list[dict[str, Any]] = []

    class Keeps(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            got.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: object) -> None: ...

    server = HTTPServer(("127.0.0.1", 0), Keeps)
    Thread(target=server.serve_forever, daemon=True).start()
    yield f"json://127.0.0.1:{server.server_port}/", got
    server.shutdown()


def with_urls(settings: Settings, *urls: str) -> Settings:
    environ = {"WORKFORCE_HOME": str(settings.home.root), "WORKFORCE_ALERTS": " ".join(urls)}
    return Settings.from_environment({**environ, "WORKFORCE_UI_URL": "https://ui.example.com"})


def test_an_alert_arrives_once_with_all_a_person_needs(
    settings: Settings, webhook: tuple[str, list[dict[str, Any]]]
) -> None:
    """What failed, where, how many records, the owner, a link into the UI, the command to look further."""
    url, got = webhook
    for _ in range(2):
        tell(with_urls(settings, url), [alert(1)])
    (message,) = got
    assert message["title"] == "ERROR check failure: leads.check_1 2026-03-02"
    assert message["message"].splitlines() == [
        "2 of 9 outputs pass",
        "records: 7",
        "owner: ada@example.com",
        "look: https://ui.example.com/assets/leads?view=checks&checkDetail=check_1",
        'run: workforce trace "L1"',
    ]


def test_a_home_in_trouble_does_not_flood_a_channel(
    settings: Settings, webhook: tuple[str, list[dict[str, Any]]]
) -> None:
    """Past ten, one message says how many more there are and where they stand; the file has them all."""
    url, got = webhook
    tell(with_urls(settings, url), [alert(number) for number in range(MOST_MESSAGES + 7)])
    assert len(got) == MOST_MESSAGES + 1
    assert got[-1]["title"] == "7 more alerts"
    assert len(settings.home.alerts.read_text().splitlines()) == MOST_MESSAGES + 7


def test_a_destination_that_cannot_be_reached_stops_nothing_and_keeps_its_secret(
    settings: Settings, webhook: tuple[str, list[dict[str, Any]]], caplog: pytest.LogCaptureFixture
) -> None:
    """The others still hear; the log names the kind of destination and no token."""
    url, got = webhook
    chosen = with_urls(settings, "json://127.0.0.1:9/secret-token", "nonsense", url)
    tell(chosen, [alert(1)])
    assert len(got) == 1
    assert "could not be sent to json" in caplog.text
    ours = [record.getMessage() for record in caplog.records if record.name.startswith("workforce_assets")]
    assert "secret-token" not in "".join(ours) + repr(chosen)


def test_the_dry_run_prints_and_leaves_standard_output_alone(
    settings: Settings, capfd: pytest.CaptureFixture[str]
) -> None:
    """`--json` promises one object there."""
    tell(with_urls(settings, "dry-run"), [alert(1)])
    captured = capfd.readouterr()
    assert captured.out == ""
    assert "ERROR check failure: leads.check_1 2026-03-02\n2 of 9 outputs pass\nrecords: 7" in captured.err
