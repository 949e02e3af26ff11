"""The provider's HTTP server: two wire formats, one call log, faults by plan."""

import asyncio
import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from types import ModuleType
from typing import Any

from aiohttp import web

from tests.provider import anthropic_wire, openai_wire
from tests.provider.batches import Batches
from tests.provider.faults import FAULTS, NO_FAULTS, Plan
from tests.provider.log import NO_TOKENS, Call, Counter
from tests.provider.mind import Mind, Reply

_STATUS = {"429": 429, "500": 500, "503": 503, "529": 529, "400": 400, "401": 401, "spend limit": 429}


class Provider:
    """`calls` is the oracle: append-only, every request that arrived, with what it is charged."""

    def __init__(
        self,
        mind: Mind | None = None,
        plan: Plan = NO_FAULTS,
        latency_seconds: float = 0.0,
        now: Callable[[], float] = time.time,
        keep_bodies: bool = True,
    ) -> None:
        self.mind, self.plan, self.latency, self.now = mind or Mind(), plan, latency_seconds, now
        self.calls: list[Call] = []
        self.headers: dict[str, str] = {}
        self.url = ""
        self._counter, self._arrived, self._keep = Counter(), 0, keep_bodies
        self.batches = Batches(self.mind, self._counter, now)

    @property
    def bill(self) -> float:
        """US dollars for all calls and batches so far."""
        return sum(call.usd for call in self.calls) + self.batches.bill

    def app(self) -> web.Application:
        app = web.Application(client_max_size=64 * 1024**2)
        app.router.add_post("/v1/messages", self._messages)
        app.router.add_post("/v1/chat/completions", self._completions)
        app.router.add_get("/calls", self._tell)
        self.batches.add_routes(app.router)
        return app

    async def _messages(self, request: web.Request) -> web.StreamResponse:
        return await self._answer(request, anthropic_wire)

    async def _completions(self, request: web.Request) -> web.StreamResponse:
        return await self._answer(request, openai_wire)

    async def _answer(self, request: web.Request, wire: ModuleType) -> web.StreamResponse:
        body = json.loads(await request.read())
        number, self._arrived = self._arrived, self._arrived + 1
        fault = self.plan.fault(number)
        if self.latency:
            await asyncio.sleep(self.latency)
        if fault in _STATUS:
            self._log(number, request, body, fault, None)
            return self._error(_STATUS[fault], fault, wire)
        reply = _spoiled(wire.think(self.mind, body), fault)
        tokens = wire.count(self._counter, body, reply)
        self._log(number, request, body, fault, tokens)
        raw = json.dumps(wire.message(number, body, reply, tokens)).encode()
        return await self._send(request, raw, fault)

    async def _send(self, request: web.Request, raw: bytes, fault: str | None) -> web.StreamResponse:
        if fault == "timeout":
            await asyncio.sleep(self.plan.stall_seconds)
        if fault in ("timeout", "reset"):
            _hang_up(request)
        response = web.StreamResponse(headers={"Content-Type": "application/json", **self.headers})
        response.content_length = len(raw)
        if fault in ("timeout", "reset"):
            return response
        await response.prepare(request)
        if fault == "truncated":
            await response.write(raw[: len(raw) // 2])
            if request.transport is not None:
                request.transport.close()  # not abort: what was written still arrives
            return response
        await response.write(raw)
        return response

    def _error(self, status: int, fault: str, wire: ModuleType) -> web.Response:
        headers = dict(self.headers)
        if status == 429 and fault == "429" and self.plan.retry_after is not None:
            headers["Retry-After"] = self.plan.retry_after
        return web.json_response(wire.error(status, fault), status=status, headers=headers)

    def _log(self, number: int, request: web.Request, body: Any, fault: str | None, tokens: Any) -> None:
        headers, kept = (request.headers, body) if self._keep else ({}, {})
        charged = tokens is not None and FAULTS.get(fault or "", True)
        usd = tokens.usd(body["model"]) if charged else 0.0
        self.calls.append(
            Call(number, self.now(), request.path, headers, kept, fault, tokens or NO_TOKENS, usd)
        )

    async def _tell(self, _: web.Request) -> web.Response:
        """The log's totals, for whoever runs the server as a process of its own."""
        return web.json_response({"calls": len(self.calls), "usd": self.bill})


def _hang_up(request: web.Request) -> None:
    """As a machine that dies: no goodbye. A client that has gone by itself has no transport any more."""
    if request.transport is not None:
        request.transport.abort()


def _spoiled(reply: Reply, fault: str | None) -> Reply:
    """The same, gone wrong in what it says."""
    text = reply.text if reply.text is not None else "{}"
    match fault:
        case "malformed":
            return Reply(text[: len(text) // 2])
        case "wrong schema":
            return Reply('{"something": "else"}')
        case "refusal":
            return Reply("", stop="refusal")
        case "cut off":
            return replace(reply, stop="max_tokens")
        case "wrong model":
            return replace(reply, model="another-model-1")
        case _:
            return reply


@contextmanager
def running(provider: Provider | None = None) -> Iterator[Provider]:
    """A server on a free loopback port in a thread of its own, until the block ends."""
    provider = provider or Provider()
    loop, ready = asyncio.new_event_loop(), threading.Event()
    stopping = asyncio.Event()

    async def serve() -> None:
        runner = web.AppRunner(provider.app(), access_log=None, shutdown_timeout=0.1)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        host, port = runner.addresses[0][:2]
        provider.url = f"http://{host}:{port}"
        ready.set()
        await stopping.wait()
        await runner.cleanup()

    thread = threading.Thread(target=lambda: loop.run_until_complete(serve()), daemon=True)
    thread.start()
    ready.wait(10)
    try:
        yield provider
    finally:
        loop.call_soon_threadsafe(stopping.set)
        thread.join(10)
        loop.close()
