"""Anthropic's Message Batches: create, look at, cancel, fetch results. Half price; results come unordered."""

import json
import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from aiohttp import web

from tests.provider import anthropic_wire
from tests.provider.log import Counter
from tests.provider.mind import Mind

BATCH_SHARE = 0.5
_ENDS = ("succeeded", "errored", "canceled", "expired")


@dataclass
class Batch:
    """`ends_at`: when all of it is processed, in the server's own seconds."""

    id: str
    created: float
    ends_at: float
    requests: list[Mapping[str, Any]]
    canceled_at: float | None = None
    results: list[dict[str, Any]] | None = None


@dataclass
class Batches:
    """`fate` says what becomes of one item: one of succeeded, errored, expired. `lasts_seconds`: how long.

    `create_fault`, by the number of the request to create: `lost` (made, and the connection breaks) or a
    status. `error`: the type of errored items. `before_cancel`: whether an item was done by then.
    `sent_as`: what becomes of the results' lines on their way. `log` has every request, and is the oracle.
    """

    mind: Mind
    counter: Counter
    now: Callable[[], float]
    lasts_seconds: float = 0.0
    fate: Callable[[Mapping[str, Any]], str] = lambda request: "succeeded"
    made: dict[str, Batch] = field(default_factory=dict)
    bill: float = 0.0
    create_fault: Callable[[int], str | None] = lambda number: None
    error: str = "invalid_request_error"
    before_cancel: Callable[[Mapping[str, Any]], bool] = lambda request: False
    sent_as: Callable[[list[str]], list[str]] = lambda lines: lines
    log: list[str] = field(default_factory=list)

    @property
    def creates(self) -> int:
        return self.log.count("create")

    def asked(self) -> list[Mapping[str, Any]]:
        """Every item of every batch that was made, as it was sent."""
        return [item for batch in self.made.values() for item in batch.requests]

    def add_routes(self, router: web.UrlDispatcher) -> None:
        router.add_post("/v1/messages/batches", self._create)
        router.add_get("/v1/messages/batches", self._list)
        router.add_get("/v1/messages/batches/{id}", self._retrieve)
        router.add_post("/v1/messages/batches/{id}/cancel", self._cancel)
        router.add_get("/v1/messages/batches/{id}/results", self._results)

    async def _create(self, request: web.Request) -> web.Response:
        fault = self.create_fault(self.creates)
        self.log.append("create")
        body = json.loads(await request.read())
        if fault is not None and fault.isdecimal():
            return web.json_response(anthropic_wire.error(int(fault), fault), status=int(fault))
        ids = [item["custom_id"] for item in body["requests"]]
        if len(set(ids)) != len(ids) or not ids:
            return web.json_response(anthropic_wire.error(400, "custom_id must be unique"), status=400)
        batch = Batch(
            f"msgbatch_{len(self.made) + 1}", self.now(), self.now() + self.lasts_seconds, body["requests"]
        )
        self.made[batch.id] = batch
        if fault == "lost" and request.transport is not None:
            request.transport.abort()
        return web.json_response(self._seen(batch, request))

    async def _list(self, request: web.Request) -> web.Response:
        self.log.append("list")
        newest = [self._seen(batch, request) for batch in reversed(self.made.values())]
        after, limit = request.query.get("after_id"), int(request.query.get("limit", 20))
        start = 1 + [one["id"] for one in newest].index(after) if after else 0
        page, more = newest[start : start + limit], len(newest) > start + limit
        return web.json_response({"data": page, "has_more": more, "first_id": None, "last_id": None})

    async def _retrieve(self, request: web.Request) -> web.Response:
        self.log.append("retrieve")
        batch = self.made.get(request.match_info["id"])
        return _not_found() if batch is None else web.json_response(self._seen(batch, request))

    async def _cancel(self, request: web.Request) -> web.Response:
        batch = self.made.get(request.match_info["id"])
        if batch is None:
            return _not_found()
        if not self._ended(batch):
            batch.canceled_at = self.now()
        return web.json_response(self._seen(batch, request))

    async def _results(self, request: web.Request) -> web.Response:
        batch = self.made.get(request.match_info["id"])
        if batch is None or not self._ended(batch):
            return _not_found()
        lines = self.sent_as([json.dumps(result) + "\n" for result in self._settled(batch)])
        return web.Response(text="".join(lines), content_type="application/x-jsonl")

    def _ended(self, batch: Batch) -> bool:
        return batch.canceled_at is not None or self.now() >= batch.ends_at

    def _settled(self, batch: Batch) -> list[dict[str, Any]]:
        """Every item's result, made and charged once, in no order."""
        if batch.results is None:
            canceled = batch.canceled_at is not None
            batch.results = [self._result(item, canceled) for item in batch.requests]
            random.Random(batch.id).shuffle(batch.results)
        return batch.results

    def _result(self, item: Mapping[str, Any], canceled: bool) -> dict[str, Any]:
        fate = "canceled" if canceled and not self.before_cancel(item) else self.fate(item)
        result: dict[str, Any] = {"type": fate}
        if fate == "errored":
            result["error"] = anthropic_wire.error(400, "invalid request")
            result["error"]["error"]["type"] = self.error
        if fate == "succeeded":
            params = item["params"]
            reply = anthropic_wire.think(self.mind, params)
            tokens = anthropic_wire.count(self.counter, params, reply)
            self.bill += tokens.usd(params["model"], BATCH_SHARE)
            result["message"] = anthropic_wire.message(len(self.made), params, reply, tokens)
        return {"custom_id": item["custom_id"], "result": result}

    def _seen(self, batch: Batch, request: web.Request) -> dict[str, Any]:
        ended = self._ended(batch)
        counts = dict.fromkeys(("processing", *_ENDS), 0)
        for kind in (
            [r["result"]["type"] for r in self._settled(batch)]
            if ended
            else ["processing"] * len(batch.requests)
        ):
            counts[kind] += 1
        url = f"{request.url.origin()}/v1/messages/batches/{batch.id}/results"
        return {
            "id": batch.id,
            "type": "message_batch",
            "processing_status": "ended" if ended else "in_progress",
            "request_counts": counts,
            "created_at": _iso(batch.created),
            "expires_at": _iso(batch.created + 86_400),
            "ended_at": _iso(batch.ends_at) if ended else None,
            "cancel_initiated_at": _iso(batch.canceled_at),
            "archived_at": None,
            "results_url": url if ended else None,
        }


def _iso(seconds: float | None) -> str | None:
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC).isoformat()


def _not_found() -> web.Response:
    return web.json_response(anthropic_wire.error(404, "not found"), status=404)
