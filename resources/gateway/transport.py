"""The port to one provider's wire: one attempt out, what was said back. Each SDK has one module behind it."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal, Protocol

from resources.gateway.answers import ToolCall
from resources.gateway.ports import Question
from resources.gateway.prices import Counts

# Forced where a model takes no schema: calling it is giving the answer.
ANSWER_TOOL = "give_answer"
ANSWER_TOOL_SAYS = "Give the answer. This is the only way to answer."

Ended = Literal["done", "called", "cut off", "refused", "otherwise"]


@dataclass(frozen=True, slots=True)
class Request:
    """One question in the provider's form; `size` is its length in UTF-8 bytes, which bounds its tokens."""

    payload: object
    size: int


@dataclass(frozen=True, slots=True)
class Said:
    """What a provider answered. `counts` is None where it did not say what it billed.

    `text` is None where it said nothing but calls; `stop` is its own word for why it ended, `turn` its turn
    in its own form, to be put before the next question.
    """

    model: str
    counts: Counts | None
    ended: Ended
    stop: str | None
    text: str | None
    calls: tuple[ToolCall, ...]
    refusal: str | None
    turn: object
    headers: Iterable[tuple[str, str]]


class Transport(Protocol):
    def write(self, question: Question) -> Request: ...

    async def send(self, request: Request, timeout_seconds: float) -> Said:
        """One attempt, never retried inside. Raises ProviderFailed, and nothing else."""
        ...

    async def close(self) -> None: ...
