"""What is out of date: partitions made in another version or from another upstream, and what follows them.

Dagster marks only the asset whose own code version changed; what to make again is that and its downstream
closure. Nothing here makes anything again.
"""

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any

import dagster as dg

from resources.lake import Lake
from specialists.specialist import blueprint
from workforce_assets.following import touches_the_world
from workforce_assets.intake import INTAKE_VERSION
from workforce_assets.lineage import DATA_VERSION_TAG, recorded_version, tag_of, tag_of_latest
from workforce_assets.manager import StageLine, Workforce
from workforce_assets.warehouse import versions

# The event that a materialization read. Its own input_data_version is a hash over partitions, not the file's.
_INPUT_EVENT_TAG = "dagster/input_event_pointer/"


@dataclass(frozen=True)
class Stale:
    """One asset's partition that is out of date.

    `rows` were there when it was made. `by_itself`: whether automation may make it again; the world is not
    touched twice because a version changed.
    """

    partition: str
    asset: str
    why: str
    rows: int
    by_itself: bool

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


def stale_partitions(lake: Lake, instance: dg.DagsterInstance, workforce: Workforce) -> list[Stale]:
    """Oldest partition first, in the order of the stages."""
    made = {asset: versions(lake, asset) for asset in workforce.assets}
    days = sorted({day for of_asset in made.values() for day in of_asset})
    return [each for day in days for each in _of_day(instance, workforce, made, day)]


def _of_day(
    instance: dg.DagsterInstance,
    workforce: Workforce,
    made: Mapping[str, Mapping[str, Mapping[str, Any]]],
    day: str,
) -> Iterator[Stale]:
    stale: set[str] = set()
    intake = made[workforce.intake].get(day)
    if intake and intake["versions"] not in ([], [INTAKE_VERSION]):
        stale.add(workforce.intake)
        yield _stale(day, workforce.intake, f"made by {_named(intake)}, now {INTAKE_VERSION}", intake, True)
    for line in workforce.stages:
        found = made[line.asset].get(day)
        why = _why(instance, line, day, stale, found)
        if why is not None:
            stale.add(line.asset)
            alone = found is None or not touches_the_world(blueprint(line.by))
            yield _stale(day, line.asset, why, found or {"rows": 0}, alone)


def _why(
    instance: dg.DagsterInstance,
    line: StageLine,
    day: str,
    stale: set[str],
    found: Mapping[str, Any] | None,
) -> str | None:
    if found is None and line.of in stale:
        return f"missing, and follows from {line.of}"
    if found is None:
        return f"missing, and {line.of} is there" if recorded_version(instance, line.of, day) else None
    now = blueprint(line.by).decision_version
    if found["versions"] not in ([], [now]):
        return f"made by {line.by} {_named(found)}, now {now}"
    if line.of in stale:
        return f"made from {line.of}, which is stale"
    read, there = _read_version(instance, line, day), recorded_version(instance, line.of, day)
    if read is not None and there is not None and read != there:
        return f"made from another {line.of} than is there now"
    return None


def _read_version(instance: dg.DagsterInstance, line: StageLine, day: str) -> str | None:
    """The data version of the upstream file that the latest materialization read."""
    event = tag_of_latest(instance, line.asset, day, f"{_INPUT_EVENT_TAG}{line.of}")
    if event is None or not event.isdigit():
        return None
    filters = dg.AssetRecordsFilter(asset_key=dg.AssetKey(line.of), storage_ids=[int(event)])
    return tag_of(instance.fetch_materializations(filters, limit=1).records, DATA_VERSION_TAG)


def _stale(day: str, asset: str, why: str, found: Mapping[str, Any], by_itself: bool) -> Stale:
    return Stale(day, asset, why, found["rows"], by_itself)


def _named(found: Mapping[str, Any]) -> str:
    return " and ".join(found["versions"])
