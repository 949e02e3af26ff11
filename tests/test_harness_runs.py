"""The harness benchmark runs from end to end on a few leads: its table stands on what the code does now."""

from pathlib import Path

from benchmarks.harness.accounting import account
from benchmarks.harness.ways import FAIR

LEADS = 3


def test_every_way_does_the_same_work(tmp_path: Path) -> None:
    """Each way asks for every lead with every generation; prices of the same calls follow the list prices."""
    found = account(tmp_path, LEADS, lambda what: None)
    assert found.records == LEADS
    for way, costs in found.costs.items():
        assert {cost.calls for cost in costs.values()} == {costs["newest"].calls}, way
    assert all(cost.calls >= LEADS for cost in found.costs[FAIR].values())
    batch, live = found.costs["f batches"]["newest"], found.costs["e right-sized"]["newest"]
    assert batch.usd * 2 == live.usd > 0
