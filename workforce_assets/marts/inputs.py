"""What a build reads beside the lake, put into the schema `build` of the warehouse that is being made:

    build.days      the days to build: those whose files have changed since they were built
    build.cohorts   the campaign of each day
    build.sends     the ledger's entries of the days to build, without the contact
    build.replies   day and campaign of the send that each reply answers, of all days

The schema is gone when the build is over. `built.days` stays: what each day's files were when it was built.
"""

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
from sqlalchemy import Connection, Table, inspect, select

from resources.campaign import load_campaign
from resources.cohort import load_cohort
from resources.errors import InputError
from resources.home import Home
from resources.inbox.evidence import KeyOfLink
from resources.lake import Lake
from resources.store.engine import open_engine, reading
from resources.store.tables import inbox_messages, ledger
from workforce_assets.marts.replies import replies

DAY = pa.field("day", pa.date32())
_COHORTS = pa.schema([DAY, ("campaign", pa.string()), ("campaign_step", pa.int32())])
_SENDS = pa.schema([DAY, ("record_id", pa.string()), ("state", pa.string()), ("draft_digest", pa.string())])
_REPLIES = pa.schema([DAY, ("campaign", pa.string())])
_BUILT = pa.schema([DAY, ("version", pa.string())])


@dataclass(frozen=True)
class BuildInputs:
    """The inputs of one build. `versions` names, for each day, what its files in the lake are now;
    `key_of_link` is what a reply's links prove."""

    home: Home
    operations_url: str
    versions: Mapping[date, str]
    key_of_link: KeyOfLink

    def write(self, warehouse: Path) -> None:
        """Fill the schema `build`."""
        with duckdb.connect(str(warehouse)) as connection:
            connection.execute("create schema if not exists built")
            connection.execute("create table if not exists built.days (day date, version varchar)")
            # A build that was killed may have left it in the copy.
            connection.execute("drop schema if exists build cascade")
            connection.execute("create schema build")
            before = dict(connection.execute("select day, version from built.days").fetchall())
            changed = self._changed(before)
            _create(connection, "build.days", pa.table({"day": pa.array(changed, DAY.type)}))
            _create(connection, "build.cohorts", _table(_COHORTS, self._campaigns()))
            with self._store(ledger) as store:
                _create(connection, "build.sends", _table(_SENDS, _sends(store, changed)))
            with self._store(ledger, inbox_messages) as store:
                found = replies(connection, store, self.key_of_link) if store is not None else ()
                _create(connection, "build.replies", _table(_REPLIES, found))

    def finish(self, warehouse: Path, all_built: bool) -> None:
        """Drop the schema `build`; note what was built if every mart was."""
        with duckdb.connect(str(warehouse)) as connection:
            connection.execute("drop schema if exists build cascade")
            if all_built:
                _create(connection, "built.days", _table(_BUILT, self.versions.items()))

    def _changed(self, before: Mapping[date, str]) -> list[date]:
        """Days whose files are others than those built from; days that are gone from the lake too."""
        days = {*before, *self.versions}
        return sorted(day for day in days if before.get(day) != self.versions.get(day))

    def _campaigns(self) -> Iterable[tuple[date, str, int]]:
        for card in sorted(self.home.cohorts.glob("*/cohort.yaml")):
            try:
                day = date.fromisoformat(card.parent.name)
                campaign = load_campaign(load_cohort(self.home, day).campaign)
            except (ValueError, InputError):
                continue  # a cohort nobody can read has no campaign; its own run says what is wrong with it
            yield day, campaign.id, campaign.step

    @contextmanager
    def _store(self, *tables: Table) -> Iterator[Connection | None]:
        """The operations store; None where it has not all of these tables yet."""
        engine = open_engine(self.operations_url)
        try:
            if not {table.name for table in tables} <= set(inspect(engine).get_table_names()):
                yield None
                return
            with reading(engine) as connection:
                yield connection
        finally:
            engine.dispose()


def _sends(store: Connection | None, days: Iterable[date]) -> Iterable[tuple[date, str, str, str]]:
    if store is None:
        return
    columns = (ledger.c.partition, ledger.c.record_id, ledger.c.state, ledger.c.draft_digest)
    query = select(*columns).where(ledger.c.partition.in_([day.isoformat() for day in days]))
    for row in store.execute(query):
        yield date.fromisoformat(row.partition), row.record_id, row.state, row.draft_digest


def lake_versions(lake: Lake, assets: Iterable[str]) -> dict[date, str]:
    """For each day that has a partition: a digest of its files' names, sizes (bytes) and times of change."""
    found: dict[date, list[str]] = {}
    for asset in assets:
        for partition in lake.partitions(asset):
            try:
                day = date.fromisoformat(partition)
            except ValueError:
                continue  # the marts' sources do not match such a file either
            status = lake.file(asset, partition).path.stat()
            found.setdefault(day, []).append(f"{asset} {status.st_size} {status.st_mtime_ns}")
    return {day: hashlib.sha256("\n".join(files).encode()).hexdigest() for day, files in found.items()}


def _table(schema: pa.Schema, rows: Iterable[tuple[Any, ...]]) -> pa.Table:
    names = schema.names
    return pa.Table.from_pylist([dict(zip(names, row, strict=True)) for row in rows], schema=schema)


def _create(connection: duckdb.DuckDBPyConnection, name: str, table: pa.Table) -> None:
    connection.register("incoming", table)
    connection.execute(f"create or replace table {name} as select * from incoming")
    connection.unregister("incoming")
