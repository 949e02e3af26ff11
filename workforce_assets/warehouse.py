"""Questions to the lake, asked in SQL through DuckDB. It reads the Parquet files and holds no record."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from dagster_duckdb import DuckDBResource

from resources.lake import Lake


@contextmanager
def connect(lake: Lake) -> Iterator[Any]:
    """A DuckDB connection that can read the lake, wherever it is. In memory: no file lock to wait for."""
    with DuckDBResource(database=":memory:").get_connection() as connection:
        if lake.root.protocol not in ("", "file"):
            connection.register_filesystem(lake.root.fs)
        yield connection


def outcomes(lake: Lake, asset: str, partition: str | None = None) -> list[dict[str, Any]]:
    """Rows per partition, disposition, decider and reason of an asset, or of one of its partitions."""
    if not _has(lake, asset, partition):
        return []
    with connect(lake) as connection:
        rows = connection.execute(
            """
            select parse_filename(filename, true) as partition, disposition, decided_by, reason,
                   count(*) as rows, sum(cost_usd) as cost_usd
            from read_parquet(?, filename = true)
            group by all
            order by partition, rows desc
            """,
            [_source(lake, asset, partition)],
        )
        return _dicts(rows)


def versions(lake: Lake, asset: str) -> dict[str, dict[str, Any]]:
    """For each partition of an asset: `versions` that made its rows (sorted), and `rows`."""
    if not _has(lake, asset, None):
        return {}
    with connect(lake) as connection:
        rows = connection.execute(
            """
            select parse_filename(filename, true) as partition,
                   list_sort(list(distinct specialist_version)) as versions,
                   count(*) as rows
            from read_parquet(?, filename = true, union_by_name = true)
            group by partition
            """,
            [_source(lake, asset, None)],
        )
        found = {row.pop("partition"): row for row in _dicts(rows)}
    # A partition without rows has no row that says so.
    return {day: found.get(day, {"versions": [], "rows": 0}) for day in lake.partitions(asset)}


def find_record(lake: Lake, asset: str, record_id: str, partition: str | None) -> list[dict[str, Any]]:
    """Every row of one record in one asset, its partition with it; oldest first."""
    if not _has(lake, asset, partition):
        return []
    with connect(lake) as connection:
        rows = connection.execute(
            "select parse_filename(filename, true) as partition, * exclude (filename)"
            " from read_parquet(?, filename = true, union_by_name = true) where record_id = ? order by 1",
            [_source(lake, asset, partition), record_id],
        )
        return _dicts(rows)


def _has(lake: Lake, asset: str, partition: str | None) -> bool:
    known = lake.partitions(asset)
    return partition in known if partition else bool(known)


def _source(lake: Lake, asset: str, partition: str | None) -> str:
    return str(lake.root / asset / f"{partition or '*'}.parquet")


def _dicts(result: Any) -> list[dict[str, Any]]:
    names = [column[0] for column in result.description]
    return [dict(zip(names, row, strict=True)) for row in result.fetchall()]
