"""The lake: one Parquet file per asset and partition, the records of truth.

Written as a stream to a staging file, then published in one atomic replace. A file whose content is
unchanged (apart from the run that wrote it) stays as it is, so running again changes nothing.
"""

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any
from uuid import uuid4

import pyarrow as pa
import pyarrow.parquet as pq
from upath import UPath

# Rows per Parquet row group: a few MB, so that a million rows stream through a bounded window.
ROW_GROUP = 10_000


@dataclass(frozen=True)
class LakeFile:
    """One Parquet file: `rows()` streams it as dicts, in order."""

    path: UPath

    @property
    def name(self) -> str:
        return str(self.path)

    def exists(self) -> bool:
        return bool(self.path.exists())

    def batches(self, columns: list[str] | None = None) -> Iterator[pa.RecordBatch]:
        with self.path.open("rb") as stream:
            yield from pq.ParquetFile(stream).iter_batches(batch_size=ROW_GROUP, columns=columns)

    def rows(self, columns: list[str] | None = None) -> Iterator[dict[str, Any]]:
        for batch in self.batches(columns):
            yield from batch.to_pylist()

    def view(self, columns: list[str] | None = None, disposition: str | None = None) -> "Rows":
        """The same, to be gone through as often as needed."""
        return Rows(self, columns, disposition)

    def schema(self) -> pa.Schema:
        with self.path.open("rb") as stream:
            return pq.ParquetFile(stream).schema_arrow

    def columns(self) -> list[str]:
        return list(self.schema().names)

    def sha256(self) -> str:
        """SHA-256 of the file's bytes: its data version."""
        with self.path.open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()  # type: ignore[arg-type]


@dataclass(frozen=True)
class Rows:
    """A file's rows as dicts, in order, read anew each time; where given, only those with `disposition`."""

    file: LakeFile
    columns: list[str] | None
    disposition: str | None

    def __iter__(self) -> Iterator[dict[str, Any]]:
        rows = self.file.rows(self.columns)
        return rows if self.disposition is None else (r for r in rows if r["disposition"] == self.disposition)


@dataclass(frozen=True)
class Lake:
    """The lake's root: a folder, or anything fsspec reaches (`s3://...`)."""

    root: UPath

    def file(self, asset: str, partition: str) -> LakeFile:
        return LakeFile(self.root / asset / f"{partition}.parquet")

    def partitions(self, asset: str) -> list[str]:
        folder = self.root / asset
        return sorted(path.stem for path in folder.glob("*.parquet")) if folder.exists() else []

    def before(self, asset: str, partition: str) -> list[LakeFile]:
        """The asset's partitions before one, oldest first."""
        return [self.file(asset, each) for each in self.partitions(asset) if each < partition]

    def stage(
        self, asset: str, partition: str, schema: pa.Schema, rows: Iterable[Mapping[str, Any]], staging: Path
    ) -> LakeFile:
        """Write the rows to a file that can be published, or the published one if nothing changed."""
        staging.mkdir(parents=True, exist_ok=True)
        staged = LakeFile(UPath(staging / f"{asset}-{partition}-{uuid4().hex}.parquet"))
        with staged.path.open("wb") as sink, pq.ParquetWriter(sink, schema, compression="zstd") as writer:
            source = iter(rows)
            while chunk := list(islice(source, ROW_GROUP)):
                writer.write_table(pa.Table.from_pylist(chunk, schema=schema))
        published = self.file(asset, partition)
        if published.exists() and same_content(staged, published):
            staged.path.unlink()
            return published
        return staged


def same_content(one: LakeFile, other: LakeFile) -> bool:
    """Whether two files hold the same rows, whichever run wrote them."""
    columns = one.columns()
    if columns != other.columns():
        return False
    compared = [name for name in columns if name != "run_id"]
    sides = [file.batches(compared) for file in (one, other)]
    while True:
        left, right = (next(side, None) for side in sides)
        if left is None or right is None:
            return left is right
        if not left.equals(right):
            return False
