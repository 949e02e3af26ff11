"""Every kind of alert, from what happened to what a person reads: once, with all they need.

The dry run's text is the oracle: what failed, where, how many records, the owner, a link, a command.
"""

import os
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, get_args

import dagster as dg
import polars as pl
import pytest
from sqlalchemy import Engine, insert

from resources.batches.ports import Ask, Batch
from resources.journal import JournalKey
from resources.store.batches import Payer, StoredBatches
from resources.store.budget import Caps
from resources.store.engine import open_engine, writing
from resources.store.migrate import migrate
from resources.store.tables import ledger, spending
from workforce_assets.alerting.alert import Kind
from workforce_assets.alerting.from_runs import alerts_of_run
from workforce_assets.alerting.sensors import alert_sensors, watch_sensor
from workforce_assets.alerting.tell import tell
from workforce_assets.outbound import OUTBOUND
from workforce_assets.settings import Settings

DAYS = dg.DailyPartitionsDefinition(start_date="2026-01-01", timezone="UTC", end_offset=1)
DAY = "2026-03-02"
OWNER, REVOPS = "head-of-data@example.com", "head-of-revops@example.com"
UI = "https://ui.example.com"


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    environ = {"WORKFORCE_HOME": str(tmp_path), "WORKFORCE_ALERTS": "dry-run", "WORKFORCE_UI_URL": UI}
    return Settings.from_environment(environ)


@pytest.fixture
def engine(settings: Settings) -> Iterator[Engine]:
    engine = open_engine(settings.operations_url)
    migrate(engine)
    yield engine
    engine.dispose()


@pytest.fixture
def heard(capfd: pytest.CaptureFixture[str]) -> Callable[[], list[list[str]]]:
    """The alerts that were printed since it was last asked, each as its lines."""

    def printed() -> list[list[str]]:
        lines = [line for line in capfd.readouterr().err.splitlines() if " - dagster - " not in line]
        return [alert.splitlines() for alert in "\n".join(lines).split("\n\n") if alert.strip()]

    return printed


# What runs tell, through the sensors as the daemon evaluates them.


def repository(settings: Settings, **failed: Any) -> dg.RepositoryDefinition:
    """One asset, whose check finds what `failed` says."""

    @dg.asset(partitions_def=DAYS, owners=[OWNER])
    def leads() -> None:
        if failed.get("raises"):
            raise ValueError("the disk is full")

    @dg.asset_check(asset=leads, partitions_def=DAYS, blocking=True)
    def cites_sources() -> dg.AssetCheckResult:
        return dg.AssetCheckResult(**{"passed": True, **{k: v for k, v in failed.items() if k != "raises"}})

    job = dg.define_asset_job("outbound", selection="*")
    return dg.Definitions(
        [leads], asset_checks=[cites_sources], jobs=[job], sensors=alert_sensors(settings)
    ).get_repository_def()


class Daemon:
    """Evaluates the sensors as Dagster's daemon does: from where each has come to."""

    def __init__(self, repository: dg.RepositoryDefinition, instance: dg.DagsterInstance) -> None:
        self._repository, self._instance = repository, instance
        self._cursors: dict[str, str | None] = {}
        self.tick()  # a sensor that starts tells of nothing that was before

    def tick(self) -> None:
        for sensor in self._repository.sensor_defs:
            context = dg.build_sensor_context(
                instance=self._instance,
                cursor=self._cursors.get(sensor.name),
                repository_def=self._repository,
                sensor_name=sensor.name,
            )
            self._cursors[sensor.name] = sensor.evaluate_tick(context).cursor


LOOK_AT_CHECK = f"look: {UI}/assets/leads?view=checks&checkDetail=cites_sources"
RATE = {"outputs": 60, "passed": 50, "pass_rate": 0.8333, "bar": 0.99, "done_but_failing": 0}
FAILING = {"failing_records": dg.MetadataValue.json(["L7", "L9"])}
WARN, ERROR = dg.AssetCheckSeverity.WARN, dg.AssetCheckSeverity.ERROR
FROM_RUNS: list[Any] = [
    pytest.param(
        {"passed": False, "severity": WARN, "description": "unusual", "metadata": {"failing_rows": 7}},
        [
            f"WARN check failure: leads.cites_sources {DAY}",
            *("unusual", "records: 7", f"owner: {OWNER}", LOOK_AT_CHECK, "run: workforce status"),
        ],
        id="a check that warns, of a run that succeeds",
    ),
    pytest.param(
        {
            **{"passed": False, "severity": ERROR, "description": "no source"},
            "metadata": {**RATE, "done_but_failing": 10, **FAILING},
        },
        [
            f"ERROR check failure: leads.cites_sources {DAY}",
            *("no source", "records: 10", f"owner: {OWNER}", LOOK_AT_CHECK, 'run: workforce trace "L7"'),
        ],
        id="a check that blocks, and stops its run",
    ),
    pytest.param(
        {"passed": False, "severity": WARN, "description": "50 of 60", "metadata": {**RATE, **FAILING}},
        [
            f"WARN floor breach: leads.cites_sources {DAY}",
            *("50 of 60", "records: 10", f"owner: {OWNER}", LOOK_AT_CHECK, 'run: workforce trace "L7"'),
        ],
        id="a pass rate below the floor, of a run that succeeds",
    ),
    pytest.param(
        {"raises": True},
        [
            f"ERROR run failure: run {DAY}",
            *("leads: ValueError: the disk is full", f"owner: {OWNER}", f"look: {UI}/runs/RUN"),
            "run: workforce status",
        ],
        id="a run that fails",
    ),
]


@pytest.mark.parametrize(("failed", "said"), FROM_RUNS)
def test_what_a_run_found_is_told_once(
    settings: Settings, heard: Callable[[], list[list[str]]], failed: dict[str, Any], said: list[str]
) -> None:
    """A warning fails no run and is told all the same; a command that tells of the same run adds nothing."""
    asked = repository(settings, **failed)
    with dg.DagsterInstance.ephemeral() as instance:
        daemon = Daemon(asked, instance)
        heard()
        run = asked.get_job("outbound").execute_in_process(
            instance=instance, partition_key=DAY, raise_on_error=False
        )
        heard()
        daemon.tick()
        assert heard() == [[line.replace("RUN", run.run_id) for line in said]]
        tell(settings, alerts_of_run(instance, run.run_id, {}))
        daemon.tick()
        assert heard() == []


# What no run sees, through the sensor that looks every ten minutes.


def spend(share: float) -> Callable[[Settings, Engine], None]:
    """So much of the day's budget."""

    def spent(settings: Settings, engine: Engine) -> None:
        nanodollars = round(OUTBOUND.card.budget_usd_per_day * share * 1e9)
        row = {"workforce": "outbound", "day": DAY, "specialist": "writer", "run": ""}
        with writing(engine) as connection:
            connection.execute(insert(spending), row | {"nanodollars": nanodollars})

    return spent


def send_into_the_dark(settings: Settings, engine: Engine) -> None:
    """Two sends whose connection broke at the last moment."""
    for number in "12":
        row = {
            **dict.fromkeys(("key", "contact", "record_id", "message_id", "draft_digest"), number),
            **{"workforce": "outbound", "campaign": "c", "step": 1, "state": "unknown"},
            **{"intent_at": datetime(2026, 3, 2, tzinfo=UTC), "partition": DAY, "day": DAY},
            **{"tokens_in": 0, "tokens_out": 0, "usd": 0.0},
        }
        with writing(engine) as connection:
            connection.execute(insert(ledger), row)


def lose_a_batch(settings: Settings, engine: Engine) -> None:
    """Three requests were sent, and nobody can tell whether the provider has them."""
    book = StoredBatches(engine, "outbound", Payer(date(2026, 3, 2), "run-1", Caps(5.0)))
    at = datetime(2026, 3, 2, tzinfo=UTC)
    batch = Batch("b1", None, "intended", DAY, "writer", "v1", "anthropic/x", 3, at, at, "", False)
    book.intend(batch, [Ask(JournalKey("writer", "v1", f"L{n}", "d"), 0.01) for n in range(3)])
    book.unclear("b1", "may be msgbatch_1, msgbatch_2")


def leave_a_cohort(settings: Settings, engine: Engine) -> None:
    """Handed in long ago, and not through."""
    card = settings.home.cohorts / DAY / "cohort.yaml"
    card.parent.mkdir(parents=True)
    card.write_text("")
    os.utime(card, (1_772_000_000, 1_772_000_000))


def hold_more_every_day(settings: Settings, engine: Engine) -> None:
    for day, held in zip(range(2, 6), (10, 20, 30, 40), strict=True):
        path = settings.home.lake / "scored_leads" / f"2026-03-0{day}.parquet"
        path.parent.mkdir(parents=True, exist_ok=True)
        row = {"disposition": "held", "decided_by": None, "reason": "why", "cost_usd": 0.0}
        pl.DataFrame([row] * held).write_parquet(path)


def told(title: str, what: str, records: int | None, link: str, command: str) -> list[str]:
    counted = [] if records is None else [f"records: {records}"]
    return [title, what, *counted, f"owner: {REVOPS}", f"look: {UI}{link}", f"run: {command}"]


BUDGET = "of 5.00 USD of 2026-03-02 are spent or reserved"
HOLDS = "at 100 % what needs a hosted model is held"
AT_80 = f"WARN budget: 80% of outbound's budget {DAY}"
AT_100 = f"ERROR budget: 100% of outbound's budget {DAY}"
WATCHED: list[Any] = [
    pytest.param(
        spend(0.8),
        [told(AT_80, f"4.00 {BUDGET} (80% reached); {HOLDS}", None, "", "workforce report")],
        id="80 % of the budget",
    ),
    pytest.param(
        spend(1.0),
        [
            told(AT_80, f"5.00 {BUDGET} (80% reached); {HOLDS}", None, "", "workforce report"),
            told(AT_100, f"5.00 {BUDGET} (100% reached); {HOLDS}", None, "", "workforce report"),
        ],
        id="the whole budget",
    ),
    pytest.param(
        send_into_the_dark,
        [
            told(
                f"ERROR unknown sends: sent_emails {DAY}",
                "2 sends may or may not have arrived; none is tried again by itself",
                2,
                f"/assets/sent_emails?view=partitions&partition={DAY}",
                "workforce ledger list --workforce outbound --state unknown",
            )
        ],
        id="sends of unknown end",
    ),
    pytest.param(
        lose_a_batch,
        [
            told(
                f"ERROR unclear batch: drafted_emails {DAY}",
                "nobody can tell what became of batch b1 (may be msgbatch_1, msgbatch_2); "
                "3 records wait for `workforce batches settle b1`",
                3,
                f"/assets/drafted_emails?view=partitions&partition={DAY}",
                "workforce batches list",
            )
        ],
        id="a batch of unknown end",
    ),
    pytest.param(
        leave_a_cohort,
        [
            told(
                f"ERROR freshness: sent_emails {DAY}",
                "the cohort was handed in at 2026-02-25 06:13 UTC and sent_emails has no partition",
                None,
                f"/assets/sent_emails?view=partitions&partition={DAY}",
                f"workforce backfill outbound --from {DAY} --to {DAY}",
            )
        ],
        id="a cohort that waits",
    ),
    pytest.param(
        hold_more_every_day,
        [
            told(
                "WARN held queue: scored_leads 2026-03-05",
                "held on the last 4 partitions: 10, 20, 30, 40",
                40,
                "/assets/scored_leads?view=partitions&partition=2026-03-05",
                "workforce status",
            )
        ],
        id="a queue of held records that grows",
    ),
]


@pytest.mark.parametrize(("happens", "said"), WATCHED)
def test_what_no_run_sees_is_told_once(
    settings: Settings,
    engine: Engine,
    heard: Callable[[], list[list[str]]],
    happens: Callable[[Settings, Engine], None],
    said: list[list[str]],
) -> None:
    """As the sensor evaluates it; what still stands ten minutes later is not told again."""
    happens(settings, engine)
    sensor = watch_sensor(settings, OUTBOUND)
    assert sensor.default_status is dg.DefaultSensorStatus.RUNNING
    heard()
    sensor.evaluate_tick(dg.build_sensor_context())
    assert heard() == said
    sensor.evaluate_tick(dg.build_sensor_context())
    assert heard() == []


def test_every_kind_of_alert_is_told_above() -> None:
    """A new kind needs its case here, and its line in docs/operating.md."""
    said = [each.values[1] for each in FROM_RUNS] + [alert for each in WATCHED for alert in each.values[1]]
    kinds = {" ".join(alert[0].partition(":")[0].split()[1:]) for alert in said}
    assert kinds == {kind.replace("_", " ") for kind in get_args(Kind)}
    documented = (Path(__file__).parents[1] / "docs" / "operating.md").read_text("utf-8")
    assert [kind for kind in kinds if f"`{kind}`" not in documented] == []
