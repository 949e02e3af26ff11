"""Reads the batches that are done, and makes again what waited for them: that then costs nothing."""

import asyncio
from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import dagster as dg

from resources.batches.ports import Batch
from specialists.specialist import version_on_disk
from workforce_assets.batches import opened_book, tending
from workforce_assets.manager import StageLine, Workforce
from workforce_assets.settings import Settings
from workforce_assets.stage_asset import FOLLOWS_BATCHES_TAG
from workforce_assets.tries import next_key

if TYPE_CHECKING:
    from dagster._core.definitions.unresolved_asset_job_definition import UnresolvedAssetJobDefinition

_EVERY_SECONDS = 60


def batch_sensor(
    settings: Settings, workforce: Workforce, job: "UnresolvedAssetJobDefinition"
) -> dg.SensorDefinition:
    """On from the start: what it reads was paid for by a run that somebody started."""

    @dg.sensor(
        name=f"{workforce.name}_batches",
        job=job,
        minimum_interval_seconds=_EVERY_SECONDS,
        default_status=dg.DefaultSensorStatus.RUNNING,
        description="Reads Message Batches that are done, and makes again what waited for them.",
    )
    def sensor(context: dg.SensorEvaluationContext) -> Iterator[dg.RunRequest | dg.SkipReason]:
        with opened_book(settings, workforce) as book:
            batches: Sequence[Batch] = []
            left: set[str] = set()
            if book is not None:
                if book.batches("intended", "waiting"):
                    ticked = asyncio.run(tending(book).tick())
                    left = {batch.id for batch in ticked.left}
                    for problem in ticked.problems:
                        context.log.warning(problem)
                batches = book.batches("intended", "waiting", "ended", "void")
            found = [
                _request(context.instance, workforce, line, day, read)
                for line, day, read in ready(workforce, batches, left)
            ]
        requests = [request for request in found if request is not None]
        if not requests:
            waiting = sum(batch.state in ("intended", "waiting") for batch in batches)
            failed = f"; {len(found)} stages failed to use what was read, see their runs" if found else ""
            yield dg.SkipReason(f"{waiting} batches are under way, none is new{failed}")
        yield from requests

    return sensor


def ready(
    workforce: Workforce, batches: Sequence[Batch], left: Collection[str]
) -> Iterator[tuple[StageLine, str, list[Batch]]]:
    """Stages and days all of whose batches are done, some of them not yet in a materialization.

    `left`: ids of those that are done, and for a new process to read. Nobody waits for what none can.
    """
    by_stage: dict[tuple[str, str], list[Batch]] = defaultdict(list)
    for batch in batches:
        if batch.state in ("ended", "void") or _readable(batch):
            by_stage[batch.specialist, batch.partition].append(batch)
    for (specialist, day), of_stage in sorted(by_stage.items()):
        done = [batch for batch in of_stage if batch.state in ("ended", "void") or batch.id in left]
        fresh = [batch for batch in done if not batch.followed]
        lines = [line for line in workforce.stages if line.by == specialist]
        if fresh and lines and len(done) == len(of_stage):
            yield lines[0], day, fresh


def _readable(batch: Batch) -> bool:
    """By a run that begins now: its process has what is on disk, whatever this one has."""
    try:
        return version_on_disk(batch.specialist) == batch.decision_version
    except Exception:  # the folder is gone, or being edited: looked at again
        return False


def _request(
    instance: dg.DagsterInstance, workforce: Workforce, line: StageLine, day: str, read: Sequence[Batch]
) -> dg.RunRequest | None:
    """The stage again, and of what follows from it whatever that day has: nothing new is begun.

    None where such a run has failed, and it is not time for the next.
    """
    key = next_key(instance, f"{line.asset}:{day}:{','.join(batch.id for batch in read)}", datetime.now(UTC))
    if key is None:
        return None
    made = {line.asset}
    for later in workforce.stages[workforce.stages.index(line) + 1 :]:
        if later.of in made and day in instance.get_materialized_partitions(dg.AssetKey(later.asset)):
            made.add(later.asset)
    return dg.RunRequest(
        run_key=key,
        partition_key=day,
        asset_selection=[dg.AssetKey(name) for name in workforce.assets if name in made],
        tags={FOLLOWS_BATCHES_TAG: ",".join(batch.known_as for batch in read)[:250]},
    )
