"""What the mock model says: a value made from the schema and the record, always the same for both."""

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Reply:
    """A scripted turn. `text` is said as it stands; `calls` are tools it wants: names and arguments.

    `stop` is the wire's own word for why it ended; `refusal` is OpenAI's; `model` another one that answers.
    """

    text: str | None = None
    calls: tuple[tuple[str, Any], ...] = ()
    stop: str | None = None
    refusal: str | None = None
    model: str | None = None


@dataclass
class Mind:
    """`script` gets the request's body and may answer a Reply; None: an answer made from the schema.

    `asks_for_tools`: every tool on offer is called once before it answers.
    """

    script: Callable[[Mapping[str, Any]], Reply | None] = lambda body: None
    asks_for_tools: bool = False
    _schemas: dict[str, Any] = field(default_factory=dict)

    def say(self, body: Mapping[str, Any], schema: Any, tools: list[str], turns: int) -> Reply:
        """`schema`: what the answer must fit, None where none was asked for; `turns`: earlier ones."""
        scripted = self.script(body)
        if scripted is not None:
            return scripted
        if self.asks_for_tools and tools and turns == 0:
            return Reply(calls=tuple((name, {}) for name in tools))
        if schema is None:
            return Reply("ok")
        record = json.dumps(body["messages"], sort_keys=True)
        return Reply(json.dumps(value_of(schema, hashlib.sha256(record.encode()).digest())))


def value_of(schema: Mapping[str, Any], seed: bytes) -> Any:
    """A value that fits the JSON Schema."""
    return _value(schema, schema.get("$defs", {}), seed)


def _value(schema: Mapping[str, Any], defs: Mapping[str, Any], seed: bytes) -> Any:
    if "$ref" in schema:
        return _value(defs[schema["$ref"].rpartition("/")[2]], defs, seed)
    if "const" in schema:
        return schema["const"]
    if "enum" in schema:
        return schema["enum"][seed[0] % len(schema["enum"])]
    if "anyOf" in schema:
        return _value(schema["anyOf"][0], defs, seed)
    kind = schema.get("type")
    if kind == "object":
        named = schema.get("properties", {})
        return {name: _value(named[name], defs, _next(seed, name)) for name in named}
    if kind == "array":
        return [_value(schema["items"], defs, seed)] if schema.get("minItems") else []
    return _plain(kind, schema, seed)


def _plain(kind: Any, schema: Mapping[str, Any], seed: bytes) -> Any:
    low, high = schema.get("minimum", 0), schema.get("maximum", 1)
    if kind == "integer":
        return int(low) + seed[0] % (int(high) - int(low) + 1)
    if kind == "number":
        return round(low + (high - low) * seed[0] / 255, 3)
    if kind == "boolean":
        return bool(seed[0] % 2)
    if kind == "null":
        return None
    return "2026-01-02" if schema.get("format") == "date" else f"said {seed.hex()[:12]}"


def _next(seed: bytes, name: str) -> bytes:
    return hashlib.sha256(seed + name.encode()).digest()
