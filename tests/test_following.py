"""A stage follows by itself where its upstream passed, day by day, and never because of a version."""

from dataclasses import replace

import dagster as dg
import pytest

from specialists.specialist import Blueprint, blueprint
from workforce_assets.definitions import build
from workforce_assets.following import follows, touches_the_world
from workforce_assets.settings import Settings

DAYS = dg.DailyPartitionsDefinition(start_date="2026-03-01", end_date="2026-03-06")
GOOD, BAD = "2026-03-02", "2026-03-03"


def world(version: str = "v1") -> dg.Definitions:
    """Three assets: one with a blocking check, a stage after it, and a stage that acts."""

    @dg.asset(partitions_def=DAYS)
    def leads() -> None: ...

    @dg.asset_check(asset=leads, blocking=True, partitions_def=DAYS)
    def sound(context: dg.AssetCheckExecutionContext) -> dg.AssetCheckResult:
        return dg.AssetCheckResult(passed=context.partition_key != BAD)

    @dg.asset(
        partitions_def=DAYS,
        deps=[leads],
        code_version=version,
        automation_condition=follows(blueprint("enricher")),
    )
    def enriched_leads() -> None: ...

    @dg.asset(
        partitions_def=DAYS,
        deps=[enriched_leads],
        code_version=version,
        automation_condition=follows(blueprint("sender")),
    )
    def sent_emails() -> None: ...

    return dg.Definitions(assets=[leads, enriched_leads, sent_emails], asset_checks=[sound])


class Daemon:
    """Dagster's own evaluation of the conditions, tick after tick."""

    def __init__(self, instance: dg.DagsterInstance) -> None:
        self.instance, self.cursor = instance, None

    def tick(self, definitions: dg.Definitions) -> set[tuple[str, str | None]]:
        result = dg.evaluate_automation_conditions(definitions, self.instance, cursor=self.cursor)
        self.cursor = result.cursor
        asked = set()
        for each in result.results:
            for partition in each.true_subset.expensively_compute_asset_partitions():
                asked.add((each.key.to_user_string(), partition.partition_key))
        return asked


def make(instance: dg.DagsterInstance, definitions: dg.Definitions, day: str, *assets: str) -> None:
    selection = dg.AssetSelection.assets(*assets)
    job = dg.define_asset_job("once", selection=selection)
    dg.Definitions.merge(definitions, dg.Definitions(jobs=[job])).resolve_job_def("once").execute_in_process(
        instance=instance, partition_key=day, raise_on_error=False
    )


def test_a_stage_follows_where_its_upstream_passed_and_nowhere_else() -> None:
    """Of two days that came in, the good one goes on, stage after stage; the bad one waits."""
    definitions = world()
    with dg.DagsterInstance.ephemeral() as instance:
        daemon = Daemon(instance)
        assert daemon.tick(definitions) == set()
        for day in (GOOD, BAD):
            make(instance, definitions, day, "leads")
        asked = daemon.tick(definitions)
        assert ("enriched_leads", GOOD) in asked
        assert {partition for _, partition in asked} == {GOOD}


def test_a_stage_that_touches_the_world_is_not_run_again_by_itself() -> None:
    """New input makes a stage again, not the sends: who wants those, asks for them."""
    definitions = world()
    with dg.DagsterInstance.ephemeral() as instance:
        daemon = Daemon(instance)
        daemon.tick(definitions)
        make(instance, definitions, GOOD, "leads", "enriched_leads", "sent_emails")
        daemon.tick(definitions)
        make(instance, definitions, GOOD, "leads")
        assert daemon.tick(definitions) == {("enriched_leads", GOOD)}


def test_a_changed_version_starts_nothing() -> None:
    """It marks partitions stale; a person decides what making them again is worth."""
    with dg.DagsterInstance.ephemeral() as instance:
        daemon = Daemon(instance)
        daemon.tick(world())
        make(instance, world(), GOOD, "leads", "enriched_leads", "sent_emails")
        daemon.tick(world())
        assert daemon.tick(world("v2")) == set()


@pytest.mark.parametrize("name", ["enricher", "scorer", "writer", "sender"])
def test_only_the_sender_touches_the_world(name: str) -> None:
    """Read from the tools themselves."""
    chosen: Blueprint = blueprint(name)
    assert touches_the_world(replace(chosen)) is (name == "sender")


def test_every_stage_has_a_condition_a_freshness_policy_columns_and_their_origin() -> None:
    """What the UI shows of an asset comes with it; leads have no upstream columns."""
    definitions = build(Settings.from_environment({}))
    graph = definitions.resolve_asset_graph()
    for name in ("leads", "enriched_leads", "scored_leads", "drafted_emails", "sent_emails"):
        node = graph.get(dg.AssetKey(name))
        assert node.freshness_policy is not None
        columns = node.metadata["dagster/column_schema"].columns
        assert {"record_id", "disposition", "cost_usd"} <= {column.name for column in columns}
        if name != "leads":
            assert node.automation_condition is not None
            assert node.metadata["dagster/column_lineage"].deps_by_column["record_id"]
