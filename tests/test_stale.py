"""`workforce stale`: what is out of date and all that follows it, and what making it again will cost."""

from dataclasses import replace
from datetime import date

import dagster as dg
import polars as pl
import pytest

from specialists.specialist import blueprint
from tests.outbound import SAMPLE_DAY, Outbound
from tests.test_forecast import AT, HAIKU
from workforce_assets.definitions import build
from workforce_assets.forecast import rehearsal
from workforce_assets.forecast.again import usd_again
from workforce_assets.forecast.estimate import estimate
from workforce_assets.forecast.interval import NOTHING
from workforce_assets.outbound import OUTBOUND
from workforce_assets.prepare import instance_of
from workforce_assets.staleness import Stale, stale_partitions


def stale(home: Outbound) -> list[Stale]:
    with instance_of(home.settings) as instance:
        return stale_partitions(home.settings.lake, instance, OUTBOUND)


def test_what_was_just_made_is_not_stale(ran: Outbound) -> None:
    assert stale(ran) == []


def test_another_version_makes_the_partition_stale_and_all_that_follows(outbound: Outbound) -> None:
    """The asset and its downstream closure of that day; sends only by hand."""
    outbound.hand_in(limit=20)
    outbound.run()
    path = outbound.settings.home.lake / "scored_leads" / f"{SAMPLE_DAY}.parquet"
    rows = pl.read_parquet(path)
    changed = rows.with_columns(specialist_version=pl.lit("older"), cost_usd=pl.lit(0.25))
    changed.write_parquet(path)
    found = stale(outbound)
    assert [(each.asset, each.by_itself) for each in found] == [
        ("scored_leads", True),
        ("drafted_emails", True),
        ("sent_emails", False),
    ]
    assert found[0].why.startswith("made by scorer older, now ")
    assert found[1].why == "made from scored_leads, which is stale"
    # Rules and local models make it again: nothing to pay, whatever was paid then.
    assert usd_again(outbound.settings, OUTBOUND, found, AT) == [NOTHING] * 3


def test_a_day_that_was_stopped_lists_all_that_is_missing(outbound: Outbound) -> None:
    """The first stage that is missing, and all that follows; nothing was sent, so nothing is sent twice."""
    outbound.hand_in(limit=20)
    outbound.run()
    for asset in OUTBOUND.assets[2:]:
        (outbound.settings.home.lake / asset / f"{SAMPLE_DAY}.parquet").unlink()
    assert [(each.asset, each.why, each.by_itself) for each in stale(outbound)] == [
        ("scored_leads", "missing, and enriched_leads is there", True),
        ("drafted_emails", "missing, and follows from scored_leads", True),
        ("sent_emails", "missing, and follows from drafted_emails", True),
    ]


def test_making_it_again_costs_what_the_forecast_says(
    outbound: Outbound, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A model is pinned where rules and templates did it for nothing: each stage's own money, by day."""
    outbound.hand_in(limit=20)
    writer = blueprint("writer")
    pinned = replace(writer, pin=writer.pin.model_copy(update={"candidate": HAIKU}))
    monkeypatch.setattr(rehearsal, "blueprint", lambda name: pinned if name == "writer" else blueprint(name))
    forecast = estimate(outbound.settings, OUTBOUND, [SAMPLE_DAY], AT, {})
    (expected,) = [one.usd for one in forecast.specialists if one.specialist == "writer"]
    assert 0 < expected.low < expected.high
    found = [Stale(str(SAMPLE_DAY), asset, "changed", 20, True) for asset in OUTBOUND.assets]
    of_asset = dict.fromkeys(OUTBOUND.assets, NOTHING) | {"drafted_emails": expected}
    assert usd_again(outbound.settings, OUTBOUND, found, AT) == list(of_asset.values())


def test_a_cohort_that_grew_makes_what_follows_stale(outbound: Outbound) -> None:
    """Made from another file than is there now, by Dagster's own record of what was read."""
    outbound.hand_in(limit=20)
    outbound.run()
    outbound.hand_in(limit=25)
    with instance_of(outbound.settings) as instance:
        job = build(outbound.settings).resolve_implicit_global_asset_job_def()
        job.execute_in_process(
            instance=instance, partition_key=str(SAMPLE_DAY), asset_selection=[dg.AssetKey("leads")]
        )
    found = stale(outbound)
    assert [each.asset for each in found] == list(OUTBOUND.assets[1:])
    assert found[0].why == "made from another leads than is there now"
    assert {each.partition for each in found} == {date.isoformat(SAMPLE_DAY)}
