"""A suite: what is expected of an asset's columns, and which of them must be read to tell."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from specialists.decisions import DISPOSITIONS

# From the module great_expectations.expectations to expectations by name.
Expectations = Callable[[Any], Mapping[str, Any]]


@dataclass(frozen=True)
class Suite:
    """What is expected of one asset's partitions.

    `columns`: all that must be there. `read`: those whose values are looked at. `filled`: those of which only
    whether they have a value is. `watched`: closed sets whose shares are compared with recent partitions.
    A million wide rows need not be held for a check of a few columns.
    """

    asset: str
    columns: tuple[str, ...]
    read: tuple[str, ...]
    filled: tuple[str, ...]
    watched: Mapping[str, tuple[str, ...]]
    expectations: Expectations

    @property
    def name(self) -> str:
        return f"{self.asset}_suite"


def of_every_asset(suite_columns: tuple[str, ...]) -> Expectations:
    """What holds of every asset of records."""

    def build(expect: Any) -> dict[str, Any]:
        return {
            "has_all_columns": expect.ExpectTableColumnsToMatchSet(
                column_set=list(suite_columns), exact_match=False
            ),
            "record_id_is_given": expect.ExpectColumnValuesToNotBeNull(column="record_id"),
            "record_id_is_unique": expect.ExpectColumnValuesToBeUnique(column="record_id"),
            "disposition_is_given": expect.ExpectColumnValuesToNotBeNull(column="disposition"),
            "disposition_is_known": expect.ExpectColumnValuesToBeInSet(
                column="disposition", value_set=list(DISPOSITIONS)
            ),
        }

    return build
