"""A run that failed is requested again, ever later and not for ever; the oracle is Dagster's own runs."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import dagster as dg
import pytest

from workforce_assets import tries
from workforce_assets.tries import RUN_KEY_TAG, TRIES, next_key


@pytest.fixture
def instance() -> Iterator[dg.DagsterInstance]:
    with dg.DagsterInstance.ephemeral() as instance:
        yield instance


def run(instance: dg.DagsterInstance, key: str, *, fails: bool) -> datetime:
    """When it ended. Tagged as the daemon tags a run that a sensor requested."""

    @dg.op
    def work() -> None:
        if fails:
            raise dg.Failure("no key")

    @dg.job
    def requested() -> None:
        work()

    requested.execute_in_process(instance=instance, tags={RUN_KEY_TAG: key}, raise_on_error=False)
    return datetime.now(UTC)


def test_what_fails_is_tried_again_ever_later_and_then_left(instance: dg.DagsterInstance) -> None:
    keys: list[str] = []
    waits: list[timedelta] = []
    ended = now = run(instance, "another", fails=True)
    while now - ended < timedelta(days=1):
        key = next_key(instance, "day", now)
        if key is not None:
            assert key not in keys, "Dagster starts nothing for a key that it has seen"
            keys.append(key)
            waits.append(now - ended)
            ended = now = run(instance, key, fails=True)
        now += timedelta(minutes=5)
    assert keys[:3] == ["day", "day:2", "day:3"] and len(keys) == TRIES == 8
    assert waits[1:] == [timedelta(minutes=5 * 2**number) for number in range(TRIES - 1)]


def test_what_succeeded_or_is_under_way_is_not_tried_again(
    instance: dg.DagsterInstance, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same key is requested, and Dagster starts nothing for it."""
    run(instance, "day", fails=False)
    later = datetime.now(UTC) + timedelta(days=9)
    assert next_key(instance, "day", later) == "day"
    began: list[str | None] = []

    @dg.op
    def looks() -> None:
        for hours in (1, 25):
            began.append(next_key(instance, "other", datetime.now(UTC) + timedelta(hours=hours)))

    @dg.job
    def under_way() -> None:
        looks()

    monkeypatch.setattr(tries, "FIRST_WAIT", timedelta(hours=1))
    under_way.execute_in_process(instance=instance, tags={RUN_KEY_TAG: "other"})
    assert began == ["other", "other:2"], "after a day, the machine it ran on is gone"
