"""Every other hosted model through litellm: the one module that imports it.

Keys and addresses are read by litellm from the provider's own variables (OPENAI_API_KEY, OPENAI_BASE_URL...).
"""

import asyncio
import json
import os
import sys
from collections.abc import Mapping
from typing import Any, cast

from resources.gateway.answers import ToolCall
from resources.gateway.failures import KINDS, ProviderFailed
from resources.gateway.litellm_failures import failure_of
from resources.gateway.models import Model
from resources.gateway.ports import Question
from resources.gateway.prices import MOST_TOKENS, Counts
from resources.gateway.record_text import shown
from resources.gateway.strict_json import parse_object
from resources.gateway.transport import ANSWER_TOOL, ANSWER_TOOL_SAYS, Ended, Request, Said

_ENDED: Mapping[str | None, Ended] = {
    "stop": "done",
    "tool_calls": "called",
    "length": "cut off",
    "content_filter": "refused",
    "refusal": "refused",
}
# What providers call being done.
_DONE = frozenset({"stop", "end_turn", "stop_sequence", "complete", "eos", "eos_token", "finish"})


class LitellmTransport:
    """Implements `resources.gateway.transport.Transport`."""

    def __init__(self, model: Model) -> None:
        self._model = model

    def write(self, question: Question) -> Request:
        """Tools and system prompt first, the same for every record; then the record."""
        payload = {
            "messages": _messages(question),
            "max_tokens": question.max_output_tokens,
            **_form(self._model, question),
        }
        return Request(
            payload, len(json.dumps(payload, ensure_ascii=False).encode("utf-8", "backslashreplace"))
        )

    async def send(self, request: Request, timeout_seconds: float) -> Said:
        litellm = _litellm()
        try:
            async with asyncio.timeout(timeout_seconds):
                response = await litellm.acompletion(
                    model=self._model.candidate,
                    timeout=timeout_seconds,
                    num_retries=0,
                    max_retries=0,
                    # With tools, litellm 1.106 else imports an extra that is not installed.
                    _skip_mcp_handler=True,
                    **cast(dict[str, Any], request.payload),
                )
        except (TimeoutError, litellm.Timeout):
            raise ProviderFailed(KINDS["timeout"], f"no answer in {timeout_seconds:g} s") from None
        except Exception as error:  # litellm raises what it likes; one attempt failed, whatever it was
            raise failure_of(litellm, error) from error
        try:
            return _said(response)
        except (ValueError, TypeError, KeyError, AttributeError, IndexError) as error:
            raise ProviderFailed(KINDS["cut answer"], f"{error}"[:300]) from None

    async def close(self) -> None:
        await _litellm().close_litellm_async_clients()


def _litellm() -> Any:
    """Imported only when a hosted model is asked: it takes seconds, and would fetch a price list else."""
    os.environ["LITELLM_LOCAL_MODEL_COST_MAP"] = "True"
    import litellm
    from litellm.llms.custom_httpx.http_handler import AsyncHTTPHandler

    litellm.telemetry = False
    litellm.suppress_debug_info = True
    AsyncHTTPHandler.single_connection_post_request = _not_once_more
    return litellm


async def _not_once_more(*_: object, **__: object) -> None:
    """litellm (1.106) posts again by itself where a connection broke, whatever `num_retries` says: two calls
    would be paid where one was reserved. It calls this while it handles what broke, which goes on as it was.
    """
    broke = sys.exception()
    if broke is not None:
        raise broke


def _messages(question: Question) -> list[dict[str, Any]]:
    messages: list[dict[str, Any]] = [
        {"role": "system", "content": question.prompt},
        {"role": "user", "content": shown(dict(question.record))},
    ]
    for exchange in question.exchanges:
        messages.append(exchange.said)  # type: ignore[arg-type]
        messages += [
            {"role": "tool", "tool_call_id": result.call_id, "content": result.text}
            for result in exchange.results
        ]
    return messages


def _form(model: Model, question: Question) -> dict[str, Any]:
    """The tools on offer, and the schema as the only way out."""
    schema = dict(question.schema)
    none = {"type": "object", "properties": {}, "additionalProperties": False}
    tools = [_tool(tool.name, tool.description, none) for tool in question.tools]
    form: dict[str, Any] = {}
    if model.structured == "schema":
        form["response_format"] = {
            "type": "json_schema",
            "json_schema": {"name": "judgement", "strict": True, "schema": schema},
        }
    else:
        tools.append(_tool(ANSWER_TOOL, ANSWER_TOOL_SAYS, schema))
        form["tool_choice"] = "required"
    return {"tools": tools, **form} if tools else form


def _tool(name: str, description: str, parameters: dict[str, Any]) -> dict[str, Any]:
    return {
        "type": "function",
        "function": {"name": name, "description": description, "parameters": parameters},
    }


def _said(response: Any) -> Said:
    choice, hidden = response.choices[0], response._hidden_params
    message = choice.message
    # litellm keeps OpenAI's own field only here.
    refusal = (getattr(message, "provider_specific_fields", None) or {}).get("refusal")
    calls = tuple(
        ToolCall(call.id, str(call.function.name), _arguments(call.function.arguments))
        for call in message.tool_calls or ()
    )
    stop = _stop(choice)
    headers = {k: str(v) for k, v in (hidden.get("headers") or {}).items()}
    return Said(
        str(hidden.get("provider_response_model") or response.model),
        _counts(getattr(response, "usage", None)),
        _ENDED.get(stop, "otherwise"),
        stop,
        message.content,
        calls,
        str(refusal) if refusal else None,
        message.model_dump(exclude_none=True),
        headers.items(),
    )


def _stop(choice: Any) -> str | None:
    """The provider's own word: litellm calls every reason that it does not know `stop`."""
    native = (getattr(choice, "provider_specific_fields", None) or {}).get("native_finish_reason")
    if choice.finish_reason == "stop" and native and native.lower() not in _DONE:
        return str(native)
    return str(choice.finish_reason)


def _arguments(text: str | None) -> dict[str, Any] | None:
    try:
        return parse_object(text or "{}")
    except ValueError:
        return None


def _counts(usage: Any) -> Counts | None:
    """OpenAI's `prompt_tokens` are all input tokens, `completion_tokens` all output tokens."""
    if usage is None:
        return None
    read, made = usage.prompt_tokens_details, usage.completion_tokens_details
    counts = Counts(
        usage.prompt_tokens,
        usage.completion_tokens,
        getattr(read, "cached_tokens", None) or 0,
        getattr(read, "cache_creation_tokens", None) or 0,
        getattr(made, "reasoning_tokens", None) or 0,
    )
    return counts if _is_a_bill(counts) else None


def _is_a_bill(said: Counts) -> bool:
    """litellm fills in zeros for what the provider left out; a part above its whole would be money back."""
    numbers = (said.tokens_in, said.tokens_out, said.cached, said.cache_write, said.reasoning)
    return (
        all(type(number) is int and 0 <= number < MOST_TOKENS for number in numbers)
        and said.tokens_in > 0
        and said.tokens_out > 0
        and said.cached + said.cache_write <= said.tokens_in
        and said.reasoning <= said.tokens_out
    )
