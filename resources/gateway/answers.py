"""The union of what may come back from anything that judges, and what it cost."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens and money (US dollars) of one call, or of several added up.

    `tokens_in` are all input tokens, `cached` (read from the provider's cache) and `cache_write` among them;
    `tokens_out` are all output tokens, `reasoning` among them. `price` says by which prices `usd` was
    computed; None where nothing was billed or the bill is not known.
    """

    tokens_in: int = 0
    tokens_out: int = 0
    usd: float = 0.0
    cached: int = 0
    cache_write: int = 0
    reasoning: int = 0
    price: str | None = None

    def __add__(self, other: "Usage") -> "Usage":
        return Usage(
            self.tokens_in + other.tokens_in,
            self.tokens_out + other.tokens_out,
            self.usd + other.usd,
            self.cached + other.cached,
            self.cache_write + other.cache_write,
            self.reasoning + other.reasoning,
            self.price or other.price,
        )


NO_COST = Usage()


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that happened on the way to an answer, for the trace.

    `did`: `answered`, `refused`, `malformed: <why>`, `called <tool>`, `was given <tool>`,
    `was told: <why>`, `failed: <why>`. `by`: the model's id as the provider gave it, `code`, or None where
    nobody answered. `stop`: the provider's own word. An attempt whose answer was lost has its reserved worst
    case as `usage.usd` and no tokens.
    """

    did: str
    by: str | None = None
    stop: str | None = None
    usage: Usage = NO_COST


@dataclass(frozen=True, slots=True)
class Answered:
    output: Mapping[str, Any]
    usage: Usage = NO_COST
    steps: tuple[Step, ...] = ()


@dataclass(frozen=True, slots=True)
class Refused:
    """The candidate declined, or is not sure enough to say."""

    why: str
    usage: Usage = NO_COST
    steps: tuple[Step, ...] = ()


@dataclass(frozen=True, slots=True)
class Malformed:
    """What came back does not fit the schema. It is never repaired into a decision.

    `again`: another answer to the same question may fit.
    """

    why: str
    usage: Usage = NO_COST
    steps: tuple[Step, ...] = ()
    again: bool = True


@dataclass(frozen=True, slots=True)
class OverBudget:
    why: str
    usage: Usage = NO_COST
    steps: tuple[Step, ...] = ()


@dataclass(frozen=True, slots=True)
class Unavailable:
    """No answer was to be had. Nothing was decided, and it is tried again on the next run."""

    why: str
    usage: Usage = NO_COST
    steps: tuple[Step, ...] = ()


# Nothing was decided: it is asked anew on the next run.
NotJudged = Malformed | OverBudget | Unavailable
Answer = Answered | Refused | NotJudged


@dataclass(frozen=True, slots=True)
class ToolCall:
    """A tool the model wants to have called. `arguments` is None where they are no JSON object."""

    id: str
    name: str
    arguments: Mapping[str, Any] | None


@dataclass(frozen=True, slots=True)
class Calls:
    """Not an answer yet: the model wants tools. `said` is its turn in the provider's own form."""

    calls: tuple[ToolCall, ...]
    said: object
    usage: Usage = NO_COST
    steps: tuple[Step, ...] = ()


Reply = Answer | Calls
