"""The way of one record: its row at every stage, and whether each file is the one Dagster recorded."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import dagster as dg

from resources.gateway.answers import NotJudged
from resources.journal import Journal, JournalKey, Judgement
from resources.lake import Lake
from workforce_assets.manager import Workforce
from workforce_assets.warehouse import find_record

DATA_VERSION_TAG = "dagster/data_version"

# What every row says about itself; the rest of a row is what the stage made.
_LINEAGE = ("disposition", "reason", "decided_by", "specialist_version", "input_digest")
_COST = ("tokens_in", "tokens_out", "cost_usd", "run_id")


@dataclass(frozen=True)
class Hop:
    """A record at one stage. `file_is_recorded`: the file's SHA-256 equals the data version in the event log;
    None where the log knows no materialization. `judgement`: what the journal has of it, with every step;
    `tried`: what came to none in the row's run, with every step."""

    partition: str
    asset: str
    disposition: str
    reason: str | None
    decided_by: str | None
    specialist_version: str
    input_digest: str
    tokens_in: int
    tokens_out: int
    cost_usd: float
    run_id: str
    verdicts: list[dict[str, Any]]
    made: dict[str, Any]
    file_sha256: str
    file_is_recorded: bool | None
    judgement: Judgement | None
    tried: NotJudged | None

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


def hops(
    lake: Lake,
    instance: dg.DagsterInstance,
    workforce: Workforce,
    record_id: str,
    partition: str | None,
    journal: Journal,
) -> list[Hop]:
    """Every hop of a record, partition by partition, in the order of the stages."""
    makers = {line.asset: line.by for line in workforce.stages}
    found = [
        _hop(lake, instance, asset, row, *_asked(journal, makers.get(asset), row))
        for asset in workforce.assets
        for row in find_record(lake, asset, record_id, partition)
    ]
    order = {asset: number for number, asset in enumerate(workforce.assets)}
    return sorted(found, key=lambda hop: (hop.partition, order[hop.asset]))


def _asked(
    journal: Journal, maker: str | None, row: dict[str, Any]
) -> tuple[Judgement | None, NotJudged | None]:
    """What was judged of this very input by this very version, also where an earlier run paid for it; where
    nobody has decided, what its own run has tried."""
    if maker is None or (row["decided_by"] or "").startswith("rule:"):
        return None, None
    key = JournalKey(maker, row["specialist_version"], row["record_id"], row["input_digest"])
    if row["decided_by"] is None:
        return None, journal.last_try(key, row["run_id"])
    return journal.find([key]).get(key), None


def _hop(
    lake: Lake,
    instance: dg.DagsterInstance,
    asset: str,
    row: dict[str, Any],
    judgement: Judgement | None,
    tried: NotJudged | None,
) -> Hop:
    day = row.pop("partition")
    sha256 = lake.file(asset, day).sha256()
    recorded = recorded_version(instance, asset, day)
    known = {name: row.pop(name) for name in (*_LINEAGE, *_COST)}
    verdicts = row.pop("verdicts")
    made = {name: value for name, value in row.items() if value is not None and name != "record_id"}
    return Hop(
        partition=day,
        asset=asset,
        **known,
        verdicts=verdicts,
        made=made,
        file_sha256=sha256,
        file_is_recorded=None if recorded is None else recorded == sha256,
        judgement=judgement,
        tried=tried,
    )


def recorded_version(instance: dg.DagsterInstance, asset: str, partition: str) -> str | None:
    """The data version of the latest materialization that Dagster's event log holds."""
    return tag_of_latest(instance, asset, partition, DATA_VERSION_TAG)


def tag_of_latest(instance: dg.DagsterInstance, asset: str, partition: str, tag: str) -> str | None:
    """A tag of the latest materialization of a partition."""
    filters = dg.AssetRecordsFilter(asset_key=dg.AssetKey(asset), asset_partitions=[partition])
    return tag_of(instance.fetch_materializations(filters, limit=1).records, tag)


def tag_of(records: Sequence[dg.EventLogRecord], tag: str) -> str | None:
    """A tag of the first of the materializations, if there is one."""
    if not records or records[0].asset_materialization is None:
        return None
    return (records[0].asset_materialization.tags or {}).get(tag)
