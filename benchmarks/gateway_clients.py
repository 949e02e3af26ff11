"""What the gateway is measured against: the same requests by plain aiohttp, and by the bare SDK."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import Any

from benchmarks.gateway_work import records, steps
from resources.gateway.record_text import shown

Send = Callable[[dict[str, Any]], Awaitable[Any]]


async def plain_aiohttp(url: str, n: int, in_flight: int, model: str) -> None:
    """A session, a POST, json.loads."""
    import aiohttp

    connector = aiohttp.TCPConnector(limit=in_flight)
    async with aiohttp.ClientSession(connector=connector) as session:
        headers = {"x-api-key": "benchmark", "anthropic-version": "2023-06-01"}

        async def send(body: dict[str, Any]) -> Any:
            async with session.post(f"{url}/v1/messages", json=body, headers=headers) as response:
                return json.loads(await response.read())["content"]

        await _all(n, in_flight, model, send)


def import_sdk() -> None:
    """The SDK and its transport, which it imports when they are first used."""
    import anthropic

    anthropic.DefaultAioHttpClient()


async def bare_sdk(n: int, in_flight: int, model: str) -> None:
    """The SDK as its users call it, on the transport that the gateway uses."""
    import anthropic

    async with anthropic.AsyncAnthropic(
        http_client=anthropic.DefaultAioHttpClient(), max_retries=0
    ) as client:

        async def send(body: dict[str, Any]) -> Any:
            return (await client.messages.create(**body)).content

        await _all(n, in_flight, model, send)


async def _all(n: int, in_flight: int, model: str, send: Send) -> None:
    """The four steps one after another, as the stages go; `in_flight` workers."""
    rows = list(records(n))
    for step in steps():
        queue = iter(rows)

        async def worker(system: str = step.prompt, schema: Any = step.schema, queue: Any = queue) -> None:
            for row in queue:
                body = _body(model, system, schema, row)
                row["earlier"] = json.dumps(json.loads(await _text(send, body)))[:200]

        await asyncio.gather(*(worker() for _ in range(in_flight)))


async def _text(send: Send, body: dict[str, Any]) -> str:
    block = (await send(body))[0]
    return str(block["text"] if isinstance(block, dict) else block.text)


def _body(model: str, system: str, schema: Any, row: dict[str, Any]) -> dict[str, Any]:
    return {
        "model": model.partition("/")[2],
        "max_tokens": 1000,
        "system": [{"type": "text", "text": system, "cache_control": {"type": "ephemeral"}}],
        "output_config": {"format": {"type": "json_schema", "schema": schema}},
        "messages": [{"role": "user", "content": shown(row)}],
    }
