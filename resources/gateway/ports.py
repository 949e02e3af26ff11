"""The ports to anything that judges: a candidate in this process, or a hosted model behind a gateway."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from resources.gateway.answers import Answer, Reply
from resources.gateway.purse import Purse


@dataclass(frozen=True, slots=True)
class ReadTool:
    """A READ tool on offer. It takes no arguments: it answers about the record at hand."""

    name: str
    description: str


@dataclass(frozen=True, slots=True)
class ToolResult:
    """What code answered to one tool call: data as JSON text, or what was wrong with the call."""

    call_id: str
    text: str
    is_error: bool = False


@dataclass(frozen=True, slots=True)
class Exchange:
    """One earlier turn: what the model said (`Calls.said`), and what its calls were answered."""

    said: object
    results: tuple[ToolResult, ...]


@dataclass(frozen=True, slots=True)
class Question:
    """One bounded question. `record` is data to be judged, never instructions.

    `max_output_tokens` and `timeout_seconds` hold for each attempt.
    """

    prompt: str
    record: Mapping[str, Any]
    schema: Mapping[str, Any]
    max_output_tokens: int
    timeout_seconds: float
    tools: tuple[ReadTool, ...] = ()
    exchanges: tuple[Exchange, ...] = ()


class Candidate(Protocol):
    """Something that decides in this process, for nothing."""

    def ask(self, question: Question) -> Answer: ...


class Gateway(Protocol):
    """One hosted model."""

    async def ask(self, question: Question, purse: Purse) -> Reply:
        """One turn, transport failures retried. Every attempt is paid out of `purse`.

        Raises ProviderDown where no record can be judged: the run stops, and a later one resumes.
        """
        ...

    def stop(self) -> None:
        """Ask no more, ever: calls that are under way end, all that waits to be asked raises ProviderDown.

        To be called on the loop that asks.
        """
        ...

    async def close(self) -> None:
        """Let go of the connections. Asking again opens new ones."""
        ...
