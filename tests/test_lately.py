"""Small charts in the metadata show a figure by the partition's day, whenever its run was."""

import dagster as dg
import pytest

from workforce_assets.lately import bars, lately

DAYS = dg.DailyPartitionsDefinition(start_date="2026-01-01", timezone="UTC")


@pytest.mark.parametrize(
    ("values", "drawn"),
    [
        ([], ""),
        ([None, None], "··"),
        ([0.0, 0.0], "▁▁"),
        ([0.0, 0.5, None, 1.0], "▁▅·█"),
        ([3.0], "█"),
    ],
)
def test_bars_reach_from_nothing_to_the_highest(values: list[float | None], drawn: str) -> None:
    assert bars(values) == drawn


def test_days_stand_in_their_order_with_their_latest_figures() -> None:
    """Made in any order and some twice; a day without a run is a dot, a later day is not there."""

    @dg.asset(partitions_def=DAYS)
    def made(context: dg.AssetExecutionContext) -> dg.MaterializeResult[None]:
        rate = float(context.run.tags["rate"])
        shown = lately(context.instance, "made", context.partition_key, {"hold_rate": rate})
        return dg.MaterializeResult(metadata={"hold_rate": rate, "rows": 7, "lately": shown})

    with dg.DagsterInstance.ephemeral() as instance:
        for day, rate in (("05", 0.9), ("03", 0.2), ("01", 0.4), ("01", 0.1), ("04", 0.4)):
            key, tags = f"2026-03-{day}", {"rate": str(rate)}
            result = dg.materialize([made], partition_key=key, instance=instance, tags=tags)
        (event,) = result.get_asset_materialization_events()
    text = str(event.step_materialization_data.materialization.metadata["lately"].value)
    assert text.splitlines() == [
        "| | 2026-02-19 to 2026-03-04 | highest | this day |",
        "| --- | --- | --- | --- |",
        "| hold_rate | `··········▃·▅█` | 0.4 | 0.4 |",
    ]
