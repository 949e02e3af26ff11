"""Each failed check and each failed run becomes one line of alerts.jsonl, once, whoever tells of it."""

import json
import multiprocessing
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import dagster as dg
import pytest

from resources.home import Home
from workforce_assets.alerting.alert import Alert
from workforce_assets.alerting.from_runs import alerts_of_run, owners_of
from workforce_assets.alerting.sensors import alert_sensors
from workforce_assets.alerting.tell import write_alerts
from workforce_assets.settings import Settings

DAYS = dg.DailyPartitionsDefinition(start_date="2026-01-01", timezone="UTC", end_offset=1)
DAY = "2026-03-02"
OWNER = "head-of-data@example.com"


@dg.asset(partitions_def=DAYS, owners=[OWNER])
def leads() -> None: ...


@dg.asset(partitions_def=DAYS)
def broken() -> None:
    raise ValueError("the disk is full")


@dg.multi_asset_check(
    specs=[
        dg.AssetCheckSpec("sound", asset="leads", partitions_def=DAYS),
        dg.AssetCheckSpec("doubtful", asset="leads", partitions_def=DAYS),
        dg.AssetCheckSpec("wrong", asset="leads", partitions_def=DAYS, blocking=True),
    ]
)
def verdicts() -> Iterator[dg.AssetCheckResult]:
    yield dg.AssetCheckResult(check_name="sound", passed=True)
    yield dg.AssetCheckResult(
        check_name="doubtful",
        passed=False,
        severity=dg.AssetCheckSeverity.WARN,
        description="1 of 9 fails",
        metadata={"outputs": 9, "passed": 8, "failing_records": dg.MetadataValue.json(["L1", "L2"])},
    )
    yield dg.AssetCheckResult(check_name="wrong", passed=False, description="2 rows\nare lost")


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path)


@pytest.fixture
def instance() -> Iterator[dg.DagsterInstance]:
    with dg.DagsterInstance.ephemeral() as ephemeral:
        yield ephemeral


def run(instance: dg.DagsterInstance, *assets: Any) -> str:
    result = dg.materialize(list(assets), partition_key=DAY, instance=instance, raise_on_error=False)
    return result.run_id


def lines(home: Home) -> list[dict[str, Any]]:
    return [json.loads(line) for line in home.alerts.read_text("utf-8").splitlines()]


def alert(number: int) -> Alert:
    return Alert(
        time="2026-03-02T12:00:00.000+00:00",
        kind="check_failure",
        run_id="r1",
        asset="leads",
        check=f"check_{number}",
        partition=DAY,
        severity="ERROR",
        description="failed",
        owner=None,
    )


def test_the_failed_checks_of_a_partition_become_one_line(
    home: Home, instance: dg.DagsterInstance, caplog: pytest.LogCaptureFixture
) -> None:
    """A line says what, where, how bad, how many, whose it is, where to look, what to type.

    The run that a blocking check stopped is no second alert.
    """
    run_id = run(instance, leads, verdicts)
    written = write_alerts(
        home.alerts, alerts_of_run(instance, run_id, {"leads": OWNER}), "https://ui.example.com/"
    )
    found = lines(home)
    assert len(written) == len(found) == 1
    assert found[0].pop("time").endswith("+00:00")
    assert found[0] == {
        "kind": "check_failure",
        "run_id": run_id,
        "asset": "leads",
        "check": "doubtful, wrong",
        "partition": DAY,
        "severity": "ERROR",
        "description": "doubtful: 1 of 9 fails; wrong: 2 rows are lost",
        "subject": None,
        "records": 1,
        "owner": OWNER,
        "command": "workforce status",
        "link": "https://ui.example.com/assets/leads?view=checks&checkDetail=doubtful",
    }
    assert "ERROR check failure: leads.doubtful, wrong 2026-03-02: doubtful: 1 of 9 fails" in caplog.text


def test_a_step_that_raises_alerts_with_its_cause(home: Home, instance: dg.DagsterInstance) -> None:
    """A failed run names the step and what it raised, not what Dagster wrapped around it."""
    run_id = run(instance, broken)
    (failure,) = alerts_of_run(instance, run_id, {"broken": OWNER})
    assert failure.kind == "run_failure"
    assert failure.description == "broken: ValueError: the disk is full"
    assert failure.owner == OWNER


def test_a_sound_run_alerts_nothing_and_writes_no_file(home: Home, instance: dg.DagsterInstance) -> None:
    """An empty home stays free of an alert file until there is something to tell."""
    assert write_alerts(home.alerts, alerts_of_run(instance, run(instance, leads), {})) == []
    assert not home.alerts.exists()


def test_telling_twice_writes_once(home: Home, instance: dg.DagsterInstance) -> None:
    """A command and a sensor may both tell of one run; the next run of the same partition alerts anew."""
    first = alerts_of_run(instance, run(instance, leads, verdicts), {})
    assert len(write_alerts(home.alerts, first)) == 1
    assert write_alerts(home.alerts, first) == []
    second = alerts_of_run(instance, run(instance, leads, verdicts), {})
    assert len(write_alerts(home.alerts, [*second, *second])) == 1
    assert len(lines(home)) == 2


def tell(path: Path, together: Any) -> None:
    together.wait(300)
    for number in range(100):
        write_alerts(path, [alert(number), alert(number + 1)])


def test_processes_that_tell_at_once_write_once(home: Home) -> None:
    """Two processes at the same moment neither repeat nor tear a line."""
    context = multiprocessing.get_context("spawn")
    together = context.Barrier(3)
    processes = [context.Process(target=tell, args=(home.alerts, together)) for _ in range(3)]
    for process in processes:
        process.start()
    for process in processes:
        process.join(300)
        assert process.exitcode == 0
    assert [line["check"] for line in lines(home)] == [f"check_{number}" for number in range(101)]


def test_half_a_line_of_a_killed_process_costs_no_alert(home: Home) -> None:
    """The torn line stays as it is; the alerts after it are whole lines of their own."""
    write_alerts(home.alerts, [alert(1)])
    with home.alerts.open("a") as file:
        file.write('{"time": "2026-')
    assert write_alerts(home.alerts, [alert(1), alert(2)]) == [alert(2)]
    first, torn, last = home.alerts.read_text("utf-8").splitlines()
    assert (json.loads(first)["check"], json.loads(last)["check"]) == ("check_1", "check_2")
    assert torn == '{"time": "2026-'


def test_sensors_tell_of_runs_that_succeed_with_a_warning_and_of_runs_that_fail(
    home: Home, instance: dg.DagsterInstance
) -> None:
    """A WARN fails no run, so both ends are watched; owners come from the assets; nobody has to start it."""
    sensors = {
        sensor.name: sensor for sensor in alert_sensors(Settings(home, home.operations_url, str(home.lake)))
    }
    assert {sensor.default_status for sensor in sensors.values()} == {dg.DefaultSensorStatus.RUNNING}
    definitions = dg.Definitions(assets=[leads], asset_checks=[verdicts], sensors=[*sensors.values()])
    repository = definitions.get_repository_def()
    assert owners_of(repository) == {"leads": OWNER}
    result = dg.materialize([leads, verdicts], partition_key=DAY, instance=instance, raise_on_error=False)
    context = dg.build_run_status_sensor_context(
        sensor_name="alerts_on_failure",
        dagster_event=result.get_run_failure_event(),
        dagster_instance=instance,
        dagster_run=result.dagster_run,
        repository_def=repository,
    )
    sensors["alerts_on_failure"](context)
    sensors["alerts_on_success"](context)
    assert [(line["check"], line["owner"]) for line in lines(home)] == [
        ("doubtful, wrong", OWNER),
    ]
