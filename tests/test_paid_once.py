"""What was paid for is durable before the next call: a kill repeats the calls in flight at most.

The oracle is the provider: at each call it looks into the store, by a connection of its own.
"""

import json
import time
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, event, func, select

from resources.crm import CohortContacts, CohortCrm, Profile
from resources.gateway.failures import ProviderDown
from resources.store.budget import Caps, StoredBudget
from resources.store.engine import open_engine, reading
from resources.store.group_commit import GroupCommit
from resources.store.journal import StoredJournal
from resources.store.tables import journal
from specialists.reading import Setting
from specialists.stage import Stage
from tests.gateway_kit import HAIKU, FakeClock, at_provider, gateway, hosted
from tests.outbound import SAMPLE_DAY
from tests.provider import Mind, Plan, Provider, running
from tests.samples import campaign

pytest_plugins = ["tests.store_fixtures"]

RECORDS = 12
SLOW_DISK = 0.03
"""Seconds a commit takes: without them, one who asks too early may still be seen too late."""
SCORER = hosted("scorer", HAIKU)
_CASES = (SCORER.folder / "cases.jsonl").read_text("utf-8").splitlines()
_JUDGED = next(case["record"] for case in map(json.loads, _CASES) if case["expect"].get("judged"))
ROWS = [{**_JUDGED, "record_id": f"lead-{number}"} for number in range(RECORDS)]
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
MESSAGE = "Please send a quote. We match about 9,000 invoices a month by hand today."


@pytest.fixture
def provider(monkeypatch: pytest.MonkeyPatch) -> Iterator[Provider]:
    with running() as one:
        at_provider(monkeypatch, one)
        yield one


@pytest.mark.parametrize("in_flight", [1, 4])
def test_every_answer_but_those_in_flight_is_durable_at_each_call(
    store: Engine, empty_url: str, provider: Provider, in_flight: int
) -> None:
    looking = open_engine(empty_url)
    kept: list[int] = []

    def look(body: Mapping[str, Any]) -> None:
        with reading(looking) as connection:
            kept.append(connection.execute(select(func.count()).select_from(journal)).scalar_one())

    provider.mind = Mind(script=look)
    event.listen(store, "commit", _slowly)
    made = list(_stage(store, in_flight).run(ROWS))
    look({})
    looking.dispose()
    assert {row["decided_by"] for row in made} == {f"model:{HAIKU}"} and len(made) == RECORDS
    assert len(provider.calls) == kept.pop() == RECORDS
    assert all(durable >= call - in_flight for call, durable in enumerate(kept, start=1)), kept


def test_a_run_that_breaks_off_has_kept_what_was_answered(store: Engine, provider: Provider) -> None:
    """The first record's key is refused while the others of the same moment are answered."""
    provider.plan = Plan(at_call=lambda number: "401" if number == 0 else None)
    provider.latency = 4 * SLOW_DISK
    event.listen(store, "commit", _slowly)
    with pytest.raises(ProviderDown):
        list(_stage(store, in_flight=4).run(ROWS))
    with reading(store) as connection:
        kept = connection.execute(select(func.count()).select_from(journal)).scalar_one()
    assert kept == sum(call.fault is None for call in provider.calls) > 0


def _stage(store: Engine, in_flight: int) -> Stage:
    """The shipped Scorer, every lead of which has a message to judge."""
    profiles = {row["record_id"]: Profile("Director", MESSAGE, "web form") for row in ROWS}
    commits = GroupCommit(store)
    return Stage(
        SCORER.build({"crm": CohortCrm(profiles)}, gateway(HAIKU, FakeClock(), in_flight)),
        lambda row: None,
        StoredJournal(store, commits),
        StoredBudget(commits, "outbound", SAMPLE_DAY, "run", Caps(1000.0)),
        Setting(SAMPLE_DAY, NOON, campaign(), CohortContacts({})),
        "run",
        in_flight,
    )


def _slowly(connection: Connection) -> None:
    time.sleep(SLOW_DISK)
