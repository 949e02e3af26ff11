"""The port to anything that judges: what is asked, and the union of what may come back."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens and money (US dollars) that one answer cost."""

    tokens_in: int = 0
    tokens_out: int = 0
    usd: float = 0.0


NO_COST = Usage()


@dataclass(frozen=True, slots=True)
class Question:
    """One bounded question. `record` is data to be judged, never instructions."""

    prompt: str
    record: Mapping[str, Any]
    schema: Mapping[str, Any]
    max_output_tokens: int
    timeout_seconds: float


@dataclass(frozen=True, slots=True)
class Answered:
    output: Mapping[str, Any]
    usage: Usage = NO_COST


@dataclass(frozen=True, slots=True)
class Refused:
    """The candidate declined, or is not sure enough to say."""

    why: str
    usage: Usage = NO_COST


@dataclass(frozen=True, slots=True)
class Malformed:
    """What came back does not fit the schema. It is never repaired into a decision."""

    why: str
    usage: Usage = NO_COST


@dataclass(frozen=True, slots=True)
class OverBudget:
    why: str
    usage: Usage = NO_COST


@dataclass(frozen=True, slots=True)
class Unavailable:
    """No answer was to be had. Nothing was decided, and it is tried again on the next run."""

    why: str
    usage: Usage = NO_COST


Answer = Answered | Refused | Malformed | OverBudget | Unavailable


class Gateway(Protocol):
    """One hosted model."""

    def ask(self, question: Question) -> Answer: ...
