"""OpenAI's chat completions, as the provider speaks them."""

import json
from collections.abc import Mapping
from typing import Any

from tests.provider.log import Counter, Tokens
from tests.provider.mind import Mind, Reply

# The faults' words for why a turn ended, in this wire's.
_STOPS = {"refusal": "content_filter", "max_tokens": "length"}


def think(mind: Mind, body: Mapping[str, Any]) -> Reply:
    tools = [tool["function"]["name"] for tool in body.get("tools", [])]
    schema = body.get("response_format", {}).get("json_schema", {}).get("schema")
    turns = sum(message["role"] == "assistant" for message in body["messages"])
    return mind.say(body, schema, tools, turns)


def count(counter: Counter, body: Mapping[str, Any], reply: Reply) -> Tokens:
    """OpenAI caches by itself, and charges nothing for writing."""
    system = [message for message in body["messages"] if message["role"] == "system"]
    rest = [message for message in body["messages"] if message["role"] != "system"]
    prefix = [body["model"], body.get("tools"), body.get("response_format"), system]
    said = (reply.text or "") + "".join(name + json.dumps(arguments) for name, arguments in reply.calls)
    counted = counter.count(prefix, rest, said, cached=True)
    return Tokens(counted.fresh + counted.written, counted.cached, 0, counted.out)


def message(number: int, body: Mapping[str, Any], reply: Reply, tokens: Tokens) -> dict[str, Any]:
    said: dict[str, Any] = {"role": "assistant", "content": reply.text, "refusal": reply.refusal}
    if reply.calls:
        said["tool_calls"] = [
            {
                "id": f"call_{number}_{at}",
                "type": "function",
                "function": {
                    "name": name,
                    "arguments": arguments if isinstance(arguments, str) else json.dumps(arguments),
                },
            }
            for at, (name, arguments) in enumerate(reply.calls)
        ]
    finish = _STOPS.get(reply.stop or "", reply.stop) or ("tool_calls" if reply.calls else "stop")
    return {
        "id": f"chatcmpl-{number}",
        "object": "chat.completion",
        "created": 1,
        "model": reply.model or body["model"],
        "choices": [{"index": 0, "finish_reason": finish, "message": said}],
        "usage": {
            "prompt_tokens": tokens.all_in,
            "completion_tokens": tokens.out,
            "total_tokens": tokens.all_in + tokens.out,
            "prompt_tokens_details": {"cached_tokens": tokens.cached},
        },
    }


def error(status: int, fault: str) -> dict[str, Any]:
    said = {"message": fault, "type": "error", "code": None}
    if fault == "spend limit":
        said = {
            "message": "You exceeded your current quota, please check your plan and billing details.",
            "type": "insufficient_quota",
            "code": "insufficient_quota",
        }
    return {"error": said}
