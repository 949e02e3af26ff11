"""A general harness: one agent, all skills in its system prompt, all tools, a loop until it is done.

What most would write with the anthropic SDK: its retries are on as it ships, and with `cached` the prompt
cache ends behind the tools, the system prompt, and the newest message of the conversation.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Body = dict[str, Any]
Message = dict[str, Any]
# One request to the provider: its body in, the assistant's content blocks out.
Send = Callable[[Body], Sequence[Mapping[str, Any]]]

_CACHE = {"cache_control": {"type": "ephemeral"}}
# A loop that does not end by itself is ended.
MOST_TURNS = 20


@dataclass(frozen=True, slots=True)
class Result:
    """What a tool answered. `ended`: there is nothing left to do for this record."""

    text: str
    is_error: bool = False
    ended: bool = False


Do = Callable[[str, Mapping[str, Any]], Result]


@dataclass(frozen=True)
class Agent:
    """`chatty`: it reports in words when a record is done, as an agent does that nobody told to be brief."""

    model: str
    system: str
    tools: Sequence[Mapping[str, Any]]
    cached: bool
    chatty: bool = False
    max_tokens: int = 1_000

    def work(self, task: str, conversation: list[Message], send: Send, do: Do) -> bool:
        """Whether it came to an end that the tools know of. `conversation` grows by what was said."""
        conversation.append({"role": "user", "content": [{"type": "text", "text": task}]})
        ended = False
        for _ in range(MOST_TURNS):
            said = send(self.body(conversation))
            conversation.append({"role": "assistant", "content": [dict(block) for block in said]})
            calls = [block for block in said if block["type"] == "tool_use"]
            if not calls:
                return ended
            results = [(call, do(call["name"], call["input"])) for call in calls]
            conversation.append({"role": "user", "content": [_result(call, r) for call, r in results]})
            ended = ended or any(result.ended for _, result in results)
            if ended and not self.chatty:
                return True
        return ended

    def body(self, conversation: Sequence[Message]) -> Body:
        system: Message = {"type": "text", "text": self.system}
        tools = [dict(tool) for tool in self.tools]
        messages = list(conversation)
        if self.cached:
            tools[-1] |= _CACHE
            system |= _CACHE
            *before, last = messages[-1]["content"]
            messages[-1] = {**messages[-1], "content": [*before, {**last, **_CACHE}]}
        return {
            "model": self.model,
            "max_tokens": self.max_tokens,
            "tools": tools,
            "system": [system],
            "messages": messages,
        }


def by_sdk(timeout_seconds: float) -> Send:
    """The provider over HTTP, by ANTHROPIC_BASE_URL and ANTHROPIC_API_KEY, with the SDK's own retries."""
    import anthropic

    client = anthropic.Anthropic(timeout=timeout_seconds)

    def send(body: Body) -> Sequence[Mapping[str, Any]]:
        return [block.model_dump(exclude_none=True) for block in client.messages.create(**body).content]

    return send


def _result(call: Mapping[str, Any], result: Result) -> Message:
    said: Message = {"type": "tool_result", "tool_use_id": call["id"], "content": result.text}
    return {**said, "is_error": True} if result.is_error else said
