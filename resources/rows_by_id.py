"""Rows found by record id, held as Arrow columns: a million take what they weigh, not an object each."""

from collections.abc import Callable, Iterable
from typing import Any, Generic, TypeVar

import numpy as np
import pyarrow as pa

T = TypeVar("T")


class RowsById(Generic[T]):
    """What `make` makes of the columns of one row, found by its record id.

    The batches have `record_id`, which stands once in all of them, and the columns `make` takes, in order.
    """

    def __init__(self, batches: Iterable[pa.RecordBatch], schema: pa.Schema, make: Callable[..., T]) -> None:
        # Offsets of 64 bits: the texts of one column may be more than 2 GiB together.
        wide = pa.schema([(field.name, _wide(field.type)) for field in schema])
        table = pa.Table.from_batches((batch.cast(wide) for batch in batches), schema=wide)
        self._ids = table.column("record_id").combine_chunks()
        self._columns = [
            table.column(name).combine_chunks() for name in table.column_names if name != "record_id"
        ]
        hashes = np.fromiter((hash(one.as_py()) for one in self._ids), np.int64, len(self._ids))
        self._order = np.argsort(hashes, kind="stable").astype(np.uint32)
        self._hashes = hashes[self._order]
        self._make = make

    def __len__(self) -> int:
        return len(self._ids)

    def get(self, record_id: str) -> T | None:
        """None where there is no such row."""
        wanted = hash(record_id)
        for at in range(int(np.searchsorted(self._hashes, wanted)), len(self._hashes)):
            if self._hashes[at] != wanted:
                return None
            row = int(self._order[at])
            if self._ids[row].as_py() == record_id:
                return self._make(*(column[row].as_py() for column in self._columns))
        return None

    def __getitem__(self, record_id: str) -> T:
        """Raises KeyError where there is no such row."""
        found = self.get(record_id)
        if found is None:
            raise KeyError(record_id)
        return found


def _wide(kind: Any) -> Any:
    return pa.large_string() if pa.types.is_string(kind) else kind
