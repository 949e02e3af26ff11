"""Anthropic's Messages API, as the provider speaks it."""

import json
from collections.abc import Mapping
from typing import Any

from tests.provider.log import Counter, Tokens
from tests.provider.mind import Mind, Reply

_ERRORS = {
    400: "invalid_request_error",
    401: "authentication_error",
    429: "rate_limit_error",
    500: "api_error",
    503: "api_error",
    529: "overloaded_error",
}


def think(mind: Mind, body: Mapping[str, Any]) -> Reply:
    """What the model says to this request: free text only where no schema and no forced tool binds it."""
    tools = {tool["name"]: tool["input_schema"] for tool in body.get("tools", [])}
    schema = body.get("output_config", {}).get("format", {}).get("schema")
    forced = body.get("tool_choice", {}).get("type") in ("any", "tool")
    turns = sum(message["role"] == "assistant" for message in body["messages"])
    if forced and "give_answer" in tools:
        reply = mind.say(body, tools["give_answer"], [n for n in tools if n != "give_answer"], turns)
        if reply.text is None or reply.calls or reply.stop:
            return reply
        try:
            return Reply(calls=(("give_answer", json.loads(reply.text)),), model=reply.model)
        except ValueError:
            return reply
    return mind.say(body, schema, list(tools), turns)


def count(counter: Counter, body: Mapping[str, Any], reply: Reply) -> Tokens:
    system = body.get("system", [])
    marked = isinstance(system, list) and any("cache_control" in block for block in system)
    prefix = [body["model"], body.get("tools"), system, body.get("output_config")]
    return counter.count(prefix, body["messages"], _text_of(reply), cached=marked)


def message(number: int, body: Mapping[str, Any], reply: Reply, tokens: Tokens) -> dict[str, Any]:
    content: list[dict[str, Any]] = [{"type": "text", "text": reply.text}] if reply.text is not None else []
    content += [
        {"type": "tool_use", "id": f"toolu_{number}_{at}", "name": name, "input": arguments}
        for at, (name, arguments) in enumerate(reply.calls)
    ]
    return {
        "id": f"msg_{number}",
        "type": "message",
        "role": "assistant",
        "model": reply.model or body["model"],
        "content": content,
        "stop_reason": reply.stop or ("tool_use" if reply.calls else "end_turn"),
        "stop_sequence": None,
        "usage": {
            "input_tokens": tokens.fresh,
            "cache_read_input_tokens": tokens.cached,
            "cache_creation_input_tokens": tokens.written,
            "output_tokens": tokens.out,
        },
    }


def error(status: int, fault: str) -> dict[str, Any]:
    kind, text = _ERRORS.get(status, "api_error"), fault
    said: dict[str, Any] = {"type": kind, "message": text}
    if fault == "spend limit":
        said["message"] = "Your organization has reached its monthly API usage threshold."
        said["details"] = {"error_code": "enforced_spend_limit_reached"}
    return {"type": "error", "error": said, "request_id": "req_1"}


def _text_of(reply: Reply) -> str:
    return (reply.text or "") + "".join(name + json.dumps(arguments) for name, arguments in reply.calls)
