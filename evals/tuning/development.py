"""Development cases as a tuner sees them: the record as judgement may see it, and the right answer.

Nothing here reads `evals/held_out/`: what tunes a prompt never sees what proves it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from resources.errors import InputError
from specialists.cases import load_cases
from specialists.records import Record, digest
from specialists.specialist import Blueprint

# Fewer would leave one of the halves without anything to tell.
FEWEST = 10
_AT = datetime(2026, 3, 2, 12, tzinfo=UTC)


@dataclass(frozen=True)
class Example:
    """One case that judgement must decide. `right`: the fields of the answer that matter."""

    name: str
    record: Record
    right: Mapping[str, Any]

    def is_right(self, answer: Mapping[str, Any]) -> bool:
        return all(answer.get(name) == value for name, value in self.right.items())


@dataclass(frozen=True)
class Development:
    """Two halves by name: `reflected` on, and `chosen` by."""

    reflected: Sequence[Example]
    chosen: Sequence[Example]


def development(specialist: Blueprint) -> Development:
    """The specialist's own cases that say what judgement answers. Raises InputError where too few do."""
    path = specialist.folder / "cases.jsonl"
    examples = [
        Example(
            case.name,
            specialist.reads.model_validate({"partition": _AT.date(), "at": _AT, **case.record}),
            case.expect.judged,
        )
        for case in load_cases(path)
        if case.expect.judged is not None
    ]
    if len(examples) < FEWEST:
        why = f"{len(examples)} cases say what judgement should answer; a tuner needs {FEWEST}"
        raise InputError(path, why, "add cases with expect.judged")
    ordered = sorted(examples, key=lambda one: digest(one.name))
    return Development(ordered[::2], ordered[1::2])
