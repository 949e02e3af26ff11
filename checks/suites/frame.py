"""The columns a suite looks at, of one partition, as pandas has them."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc

from checks.suites.suite import Suite
from resources.lake import LakeFile

if TYPE_CHECKING:
    import pandas as pd  # type: ignore[import-untyped]


def frame_of(file: LakeFile, suite: Suite) -> "pd.DataFrame":
    """All columns by name. Values only where they are read; True or null where only being filled counts."""
    import pandas as pd

    there = file.columns()
    wanted = [name for name in (*suite.read, *suite.filled) if name in there]
    table = pa.Table.from_batches(_batches(file, wanted, suite), _schema(file, wanted, suite))
    for name in there:
        if name not in wanted:
            table = table.append_column(name, pa.nulls(len(table)))
    return table.to_pandas(types_mapper=pd.ArrowDtype)


def _batches(file: LakeFile, wanted: list[str], suite: Suite) -> Iterator[pa.RecordBatch]:
    schema = _schema(file, wanted, suite)
    for batch in file.batches(wanted):
        columns = [
            batch.column(name) if name in suite.read else _there_or_not(batch.column(name)) for name in wanted
        ]
        yield pa.RecordBatch.from_arrays(columns, schema=schema)


def _there_or_not(column: pa.Array) -> pa.Array:
    return pc.if_else(pc.is_valid(column), True, pa.scalar(None, pa.bool_()))


def _schema(file: LakeFile, wanted: list[str], suite: Suite) -> pa.Schema:
    types = file.schema()
    return pa.schema(
        [(name, types.field(name).type if name in suite.read else pa.bool_()) for name in wanted]
    )
