"""Small charts in the metadata: how a figure went over the last days, as a line of text.

Dagster's own plots show each figure by the time of its run; these show it by the partition's day, beside the
day that is looked at, wherever Markdown is read.
"""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta

import dagster as dg

DAYS_BACK = 14
_BARS = "▁▂▃▄▅▆▇█"
_NOTHING = "·"
# Of each day several runs may have told; the newest counts.
_MOST_RECORDS = 100


def bars(values: Sequence[float | None]) -> str:
    """A bar for each value, the highest of them full; a dot where there is none."""
    highest = max((value for value in values if value is not None), default=0.0)
    return "".join(_NOTHING if value is None else _bar(value, highest) for value in values)


def _bar(value: float, highest: float) -> str:
    return _BARS[round(value / highest * (len(_BARS) - 1))] if highest > 0 else _BARS[0]


def lately(
    instance: dg.DagsterInstance, asset: str, partition: str, figures: Mapping[str, float]
) -> dg.MarkdownMetadataValue:
    """`figures` (numbers of this partition's metadata, by name) beside those of the 13 days before it."""
    day = date.fromisoformat(partition)
    days = [(day - timedelta(n)).isoformat() for n in reversed(range(1, DAYS_BACK))]
    before = _told(instance, asset, days)
    lines = [f"| | {days[0]} to {partition} | highest | this day |", "| --- | --- | --- | --- |"]
    for name, now in figures.items():
        values = [*(before.get(each, {}).get(name) for each in days), now]
        highest = max(value for value in values if value is not None)
        lines.append(f"| {name} | `{bars(values)}` | {highest:.4g} | {now:.4g} |")
    return dg.MetadataValue.md("\n".join(lines))


def _told(instance: dg.DagsterInstance, asset: str, days: Sequence[str]) -> dict[str, dict[str, float]]:
    """The numbers that the latest materialization of each day told."""
    filters = dg.AssetRecordsFilter(asset_key=dg.AssetKey(asset), asset_partitions=days)
    found: dict[str, dict[str, float]] = {}
    for record in instance.fetch_materializations(filters, limit=_MOST_RECORDS).records:
        made = record.asset_materialization
        if made is not None and made.partition is not None and made.partition not in found:
            values = {name: told.value for name, told in made.metadata.items()}
            found[made.partition] = {n: float(v) for n, v in values.items() if isinstance(v, int | float)}
    return found
