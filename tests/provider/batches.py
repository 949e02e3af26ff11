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
    """`fate` says what becomes of one item: one of succeeded, errored, expired. `lasts_seconds`: how long."""

    mind: Mind
    counter: Counter
    now: Callable[[], float]
    lasts_seconds: float = 0.0
    fate: Callable[[Mapping[str, Any]], str] = lambda request: "succeeded"
    made: dict[str, Batch] = field(default_factory=dict)
    bill: float = 0.0

    def add_routes(self, router: web.UrlDispatcher) -> None:
        router.add_post("/v1/messages/batches", self._create)
        router.add_get("/v1/messages/batches", self._list)
        router.add_get("/v1/messages/batches/{id}", self._retrieve)
        router.add_post("/v1/messages/batches/{id}/cancel", self._cancel)
        router.add_get("/v1/messages/batches/{id}/results", self._results)

    async def _create(self, request: web.Request) -> web.Response:
        body = json.loads(await request.read())
        ids = [item["custom_id"] for item in body["requests"]]
        if len(set(ids)) != len(ids) or not ids:
            return web.json_response(anthropic_wire.error(400, "custom_id must be unique"), status=400)
        batch = Batch(
            f"msgbatch_{len(self.made) + 1}", self.now(), self.now() + self.lasts_seconds, body["requests"]
        )
        self.made[batch.id] = batch
        return web.json_response(self._seen(batch, request))

    async def _list(self, request: web.Request) -> web.Response:
        newest = [self._seen(batch, request) for batch in reversed(self.made.values())]
        return web.json_response({"data": newest, "has_more": False, "first_id": None, "last_id": None})

    async def _retrieve(self, request: web.Request) -> web.Response:
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
        lines = "".join(json.dumps(result) + "\n" for result in self._settled(batch))
        return web.Response(text=lines, content_type="application/x-jsonl")

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
        fate = "canceled" if canceled else self.fate(item)
        result: dict[str, Any] = {"type": fate}
        if fate == "errored":
            result["error"] = anthropic_wire.error(400, "invalid request")
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
