"""What a planted defect is."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from specialists.grading import Facts
from specialists.records import Output, Record


@dataclass(frozen=True)
class Sample:
    """An output that passed, with what it was made from, and its row as it stands in the lake."""

    record: Record
    output: Output
    facts: Facts
    row: Mapping[str, Any]

    def with_output(self, **changes: Any) -> "Sample":
        """Unchecked on purpose: a defect may be what the schema would refuse."""
        return replace(self, output=self.output.model_copy(update=changes))

    def with_row(self, **changes: Any) -> "Sample":
        return replace(self, row={**self.row, **changes})


# None where there is nothing in this sample to plant it into.
Plant = Callable[[Sample], Sample | None]


@dataclass(frozen=True)
class Defect:
    """`kind` in words; `grader` must fail once it is planted. For a cohort grader it is planted into a copy
    of the row, and both stand side by side."""

    kind: str
    grader: str
    plant: Plant
