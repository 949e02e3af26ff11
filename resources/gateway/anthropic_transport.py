"""Anthropic's Messages API: a question as its body, and what was said back."""

import json
from collections.abc import Iterator, Mapping
from typing import Any, cast

from resources.gateway.answers import ToolCall
from resources.gateway.anthropic_client import AnthropicClient, strict_schema
from resources.gateway.failures import KINDS, ProviderFailed
from resources.gateway.models import Model
from resources.gateway.ports import Exchange, Question
from resources.gateway.prices import MOST_TOKENS, Counts
from resources.gateway.record_text import shown
from resources.gateway.strict_json import parse_object
from resources.gateway.transport import ANSWER_TOOL, ANSWER_TOOL_SAYS, Ended, Request, Said

_PATH = "/v1/messages"
_NO_ARGUMENTS = {"type": "object", "properties": {}, "additionalProperties": False}
_ENDED: Mapping[str | None, Ended] = {
    "end_turn": "done",
    "tool_use": "called",
    "max_tokens": "cut off",
    "model_context_window_exceeded": "cut off",
    "refusal": "refused",
}


class AnthropicTransport:
    """Implements `resources.gateway.transport.Transport`. `connections`: the most that are open at once."""

    def __init__(self, model: Model, connections: int) -> None:
        self._model, self._client = model, AnthropicClient(connections)
        self._prefix: tuple[tuple[object, ...], str] = ((), "")

    def write(self, question: Question) -> Request:
        """Tools, system prompt and schema first, the same bytes for every record; then the record."""
        messages = json.dumps(list(_messages(question)), ensure_ascii=False)
        body = f'{self._fixed(question)}"messages":{messages}}}'.encode("utf-8", "backslashreplace")
        return Request(body, len(body))

    async def send(self, request: Request, timeout_seconds: float) -> Said:
        response = await self._client.post(_PATH, cast(bytes, request.payload), timeout_seconds)
        try:
            return said_of(parse_object(response.content), response.headers.items())
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            raise ProviderFailed(KINDS["cut answer"], f"{error}"[:300]) from None

    async def close(self) -> None:
        await self._client.close()

    def _fixed(self, question: Question) -> str:
        """All of the body but the messages. The last one is kept: it is the same for a whole stage."""
        key = (question.prompt, id(question.schema), question.tools, question.max_output_tokens)
        if self._prefix[0][:4] != key:
            # The schema is kept beside the key, so that its id stays its own.
            self._prefix = ((*key, question.schema), _fixed(self._model, question))
        return self._prefix[1]


def _fixed(model: Model, question: Question) -> str:
    # No sampling parameters: the newest models refuse them. The cache ends behind the system prompt.
    body: dict[str, Any] = {"model": model.name, "max_tokens": question.max_output_tokens}
    tools: list[dict[str, Any]] = [
        {"name": tool.name, "description": tool.description, "input_schema": _NO_ARGUMENTS}
        for tool in question.tools
    ]
    if model.structured == "schema":
        schema = strict_schema(question.schema)
        body["output_config"] = {"format": {"type": "json_schema", "schema": schema}}
    else:
        tools.append(
            {"name": ANSWER_TOOL, "description": ANSWER_TOOL_SAYS, "input_schema": dict(question.schema)}
        )
        body["tool_choice"] = {"type": "any", "disable_parallel_tool_use": True}
    if tools:
        body["tools"] = tools
    body["system"] = [{"type": "text", "text": question.prompt, "cache_control": {"type": "ephemeral"}}]
    return json.dumps(body, ensure_ascii=False)[:-1] + ","


def _messages(question: Question) -> Iterator[dict[str, Any]]:
    yield {"role": "user", "content": shown(dict(question.record))}
    for exchange in question.exchanges:
        yield {"role": "assistant", "content": exchange.said}
        yield {"role": "user", "content": list(_results(exchange))}


def _results(exchange: Exchange) -> Iterator[dict[str, Any]]:
    for result in exchange.results:
        yield {
            "type": "tool_result",
            "tool_use_id": result.call_id,
            "content": result.text,
            "is_error": result.is_error,
        }


def said_of(body: Mapping[str, Any], headers: Any) -> Said:
    """A Message, read. Raises ValueError, TypeError, KeyError or AttributeError on what is none."""
    stop, content = body["stop_reason"], body["content"]
    text = "".join(block["text"] for block in content if block["type"] == "text")
    calls = tuple(
        ToolCall(block["id"], block["name"], block["input"] if isinstance(block["input"], dict) else None)
        for block in content
        if block["type"] == "tool_use"
    )
    model = body["model"]
    if not isinstance(model, str):
        raise ValueError("it does not say which model answered")
    return Said(
        model,
        _counts(body.get("usage")),
        _ENDED.get(stop, "otherwise"),
        stop,
        text,
        calls,
        None,
        content,
        headers,
    )


def _counts(usage: Mapping[str, Any] | None) -> Counts | None:
    """Anthropic's `input_tokens` are those neither read from nor written to the cache."""
    if not usage:
        return None
    cached = _tokens(usage.get("cache_read_input_tokens") or 0)
    written = _tokens(usage.get("cache_creation_input_tokens") or 0)
    thought = _tokens((usage.get("output_tokens_details") or {}).get("thinking_tokens") or 0)
    tokens_in = _tokens(usage["input_tokens"]) + cached + written
    return Counts(tokens_in, _tokens(usage["output_tokens"]), cached, written, thought)


def _tokens(said: object) -> int:
    """Raises ValueError on what is no number of tokens: no bill could be made of it."""
    if isinstance(said, bool) or not isinstance(said, int) or not 0 <= said < MOST_TOKENS:
        raise ValueError(f"it does not say how many tokens it billed, but {said!r:.50}")
    return said
