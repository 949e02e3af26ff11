"""The factory: a line of a workforce becomes a partitioned asset and its checks."""

import time
from collections import deque
from collections.abc import Callable
from datetime import date
from typing import Any

import dagster as dg

from checks.stage_checks import Inspection, stage_checks
from checks.suites.checks import Open as OpenWithEarlier
from checks.suites.checks import suite_check
from checks.suites.declared import stage_suite
from resources.lake import LakeFile
from resources.receipts import Receipt, finished, keep_receipt
from specialists.evidence import refuse_stale
from specialists.rows import stage_schema
from specialists.specialist import Blueprint, blueprint
from specialists.tools import Effect
from workforce_assets.columns import columns_of
from workforce_assets.following import follows, freshness
from workforce_assets.lately import lately
from workforce_assets.live import Live
from workforce_assets.made_from import made_from
from workforce_assets.manager import StageLine, Workforce, refuse_shared_batches
from workforce_assets.partitions import DAYS
from workforce_assets.specialist_resource import SpecialistResource
from workforce_assets.summary import Summary
from workforce_assets.world import RunBudget
from workforce_assets.world_resource import WorldResource

# What every stage needs beside its own specialist.
COMMON = {"world", "clock", "progress"}

# A run's tag: the most it may spend, in US dollars.
MAX_USD_TAG = "workforce/max_usd"
# Tags a run that was started to read what batches have brought.
FOLLOWS_BATCHES_TAG = "workforce/follows_batches"


def stage_asset(workforce: Workforce, line: StageLine) -> dg.AssetsDefinition:
    """The asset that one specialist makes from one upstream asset."""
    made_by = blueprint(line.by)
    refuse_shared_batches(workforce, made_by)

    @dg.asset(
        name=line.asset,
        ins={"upstream": dg.AssetIn(line.of)},
        partitions_def=DAYS,
        backfill_policy=dg.BackfillPolicy.multi_run(max_partitions_per_run=1),
        group_name=workforce.name,
        kinds={"parquet", "python"},
        owners=[made_by.card.owner],
        tags={"workforce": workforce.name, "specialist": line.by, "posture": made_by.card.posture},
        code_version=made_by.decision_version,
        description=describe(made_by),
        automation_condition=follows(made_by),
        freshness_policy=freshness(),
        metadata=columns_of(made_by, line.of),
        required_resource_keys={line.by, *COMMON},
    )
    def asset(context: dg.AssetExecutionContext, upstream: LakeFile) -> dg.MaterializeResult[LakeFile]:
        world_resource: WorldResource = context.resources.world
        specialist: SpecialistResource = getattr(context.resources, line.by)
        own_clock = context.resources.clock.at is not None
        world = world_resource.open(date.fromisoformat(context.partition_key), own_clock=own_clock)
        refuse_stale(made_by)
        source = made_from(workforce, line, world, upstream)
        published = world.lake.file(line.asset, context.partition_key)
        if source is not None and finished(published, source):
            return reuse(context, line.asset, published)
        at = context.resources.clock.instant(context)
        stage = specialist.stage(workforce, line, world, at, run_budget(context))
        done = (row for row in upstream.rows() if row["disposition"] == "done")
        rows, calls = stage.run(done), stage.pulse.calls
        made = write(context, line.asset, stage_schema(made_by), rows, done_rows(upstream), calls)
        if source is not None:
            keep_receipt(published, Receipt(source, made.value.sha256()))
        return made

    return asset


def run_budget(context: dg.AssetExecutionContext) -> RunBudget:
    """The run's own cap, where its starter tagged one on it: it holds for runs from the UI, too."""
    tagged = context.run.tags.get(MAX_USD_TAG)
    follows = FOLLOWS_BATCHES_TAG in context.run.tags
    return RunBudget(context.run.run_id, float(tagged) if tagged else None, follows)


def done_rows(file: LakeFile) -> int:
    """Of an asset: as many as the next stage makes."""
    dispositions = (batch.column("disposition") for batch in file.batches(["disposition"]))
    return sum(column.to_pylist().count("done") for column in dispositions)


def write(
    context: dg.AssetExecutionContext,
    asset: str,
    schema: Any,
    rows: Any,
    of: int | None = None,
    calls: Callable[[], int] = lambda: 0,
) -> dg.MaterializeResult[LakeFile]:
    """Stream the rows to the lake's staging and say what they were. The IO manager publishes them.

    `of`: how many rows there will be, where that is known; `calls`: those under way, whenever it is asked.
    """
    world: WorldResource = context.resources.world
    summary, started = Summary(), time.monotonic()
    live = Live(summary, of, calls)
    watched = summary.watch(rows, context.resources.progress.watcher(context, asset, live))
    file = world.lake().stage(asset, context.partition_key, schema, watched, world.home.staging)
    seconds = time.monotonic() - started
    context.log.info(
        f"{asset} {context.partition_key}: {summary.rows} rows in {seconds:.1f} s, "
        f"{dict(summary.by_disposition)}"
    )
    return _result(context, asset, file, summary, seconds)


def reuse(context: dg.AssetExecutionContext, asset: str, file: LakeFile) -> dg.MaterializeResult[LakeFile]:
    """A finished partition stays as it is; its counts are told again."""
    summary, started = Summary(), time.monotonic()
    progress = context.resources.progress.watcher(context, asset, Live(summary))
    told = [name for name in file.columns() if name in Summary.COLUMNS]
    deque(summary.watch(file.rows(told), progress), maxlen=0)
    context.log.info(
        f"{asset} {context.partition_key}: {summary.rows} rows were decided before, from the same inputs, "
        "rules and pin; the file stays as it is"
    )
    return _result(context, asset, file, summary, time.monotonic() - started)


def _result(
    context: dg.AssetExecutionContext, asset: str, file: LakeFile, summary: Summary, seconds: float
) -> dg.MaterializeResult[LakeFile]:
    chart = lately(context.instance, asset, context.partition_key, summary.figures())
    metadata = {**summary.metadata(seconds), "lately": chart}
    return dg.MaterializeResult(value=file, metadata=metadata, data_version=dg.DataVersion(file.sha256()))


def checks_of(workforce: Workforce, line: StageLine) -> dg.AssetChecksDefinition:
    """The stage's graders and conservation as partitioned checks."""

    def inspect(context: dg.AssetCheckExecutionContext) -> Inspection:
        world_resource: WorldResource = context.resources.world
        specialist: SpecialistResource = getattr(context.resources, line.by)
        day = context.partition_key
        world = world_resource.open(date.fromisoformat(day))
        at = context.resources.clock.instant(context)
        examined = specialist.examined(workforce, line, world, at)
        return Inspection(
            examined, world.setting(at), world.lake.file(line.of, day), world.lake.file(line.asset, day)
        )

    return stage_checks(line.asset, line.of, blueprint(line.by), DAYS, {line.by, *COMMON}, inspect)


def suite_of(line: StageLine) -> dg.AssetChecksDefinition:
    """What the specialist's hand-off promises, and how the partition compares with recent ones."""
    suite = stage_suite(line.asset, blueprint(line.by))
    return suite_check(suite, DAYS, COMMON, partition_and_before(line.asset))


def partition_and_before(asset: str) -> OpenWithEarlier:
    """Opens the partition of `asset` that is checked, and those before it."""

    def opened(context: dg.AssetCheckExecutionContext) -> tuple[LakeFile, list[LakeFile]]:
        lake = context.resources.world.lake()
        return lake.file(asset, context.partition_key), lake.before(asset, context.partition_key)

    return opened


def describe(specialist: Blueprint) -> str:
    """The card as the UI shows it, in Markdown."""
    card, pin = specialist.card, specialist.pin
    tools = ", ".join(f"`{name}` ({effect})" for name, effect in sorted(card.tools.items(), key=_reads_first))
    judgement = f"pinned to `{pin.candidate}`" if pin.candidate else "no model, a person takes the rest"
    evidence = f"says {pin.evidence.verdict}" if pin.evidence else "none yet, so local outbox only"
    facts = {
        "Owner": card.owner,
        "Tools": tools,
        "Judgement": f"{judgement} · **evidence:** {evidence}",
        "Authority": f"at most {card.highest_authority} · **posture:** {card.posture}",
        "Prompt, rules, tools, graders, cases": f"`specialists/{card.name}/`",
    }
    listed = "\n".join(f"- **{name}:** {said}" for name, said in facts.items())
    # A table or a heading is taller than what the UI shows without a click.
    return "\n\n".join([f"**{card.name.capitalize()}.** {card.role}", f"**Scope:** {card.scope}", listed])


def _reads_first(tool: tuple[str, Effect]) -> tuple[bool, str]:
    return tool[1] is Effect.WRITE, tool[0]
