"""Anthropic's Message Batches (https://platform.claude.com/docs/en/build-with-claude/batch-processing).

A batch carries no name of ours, and its requests' custom ids are seen in its results alone. So a batch whose
making was not answered is recognised by its size and time first, and surely only once it has ended.
"""

import json
from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from resources.batches.ports import Result, Seen
from resources.gateway.anthropic_client import AnthropicClient
from resources.gateway.anthropic_transport import said_of
from resources.gateway.failures import KINDS, ProviderFailed, kind_of
from resources.gateway.strict_json import parse_object

_PATH = "/v1/messages/batches"
_PAGE = 100
# One attempt of anything, results and a batch of 32 MB included.
TIMEOUT_SECONDS = 300.0
# The statuses of errors, by type (https://platform.claude.com/docs/en/api/errors): a result has none.
_STATUS = {
    "invalid_request_error": 400,
    "authentication_error": 401,
    "billing_error": 402,
    "permission_error": 403,
    "not_found_error": 404,
    "request_too_large": 413,
    "rate_limit_error": 429,
    "api_error": 500,
    "timeout_error": 504,
    "overloaded_error": 529,
}


class AnthropicBatches:
    """Implements `resources.batches.ports.BatchProvider`."""

    def __init__(self) -> None:
        self._client = AnthropicClient(connections=2)

    async def create(self, requests: Sequence[tuple[str, bytes]]) -> Seen:
        items = (b'{"custom_id":%s,"params":%s}' % (json.dumps(id).encode(), body) for id, body in requests)
        body = b'{"requests":[' + b",".join(items) + b"]}"
        return _seen(_object((await self._client.post(_PATH, body, TIMEOUT_SECONDS)).content))

    async def look(self, provider_id: str) -> Seen:
        return _seen(_object((await self._client.get(f"{_PATH}/{provider_id}", TIMEOUT_SECONDS)).content))

    async def newest(self) -> AsyncIterator[Seen]:
        after = ""
        while True:
            response = await self._client.get(f"{_PATH}?limit={_PAGE}{after}", TIMEOUT_SECONDS)
            page = _object(response.content)
            found = [_seen(body) for body in page.get("data") or []]
            for seen in found:
                yield seen
            if not page.get("has_more") or not found:
                return
            after = f"&after_id={found[-1].provider_id}"

    async def results(self, provider_id: str) -> Sequence[Result | None]:
        response = await self._client.get(f"{_PATH}/{provider_id}/results", TIMEOUT_SECONDS)
        return [_result(line) for line in response.content.split(b"\n") if line.strip()]

    async def cancel(self, provider_id: str) -> Seen:
        response = await self._client.post(f"{_PATH}/{provider_id}/cancel", b"{}", TIMEOUT_SECONDS)
        return _seen(_object(response.content))

    async def close(self) -> None:
        await self._client.close()


def _object(content: bytes) -> dict[str, Any]:
    try:
        return parse_object(content)
    except ValueError as error:
        raise ProviderFailed(KINDS["cut answer"], f"{error}"[:300]) from None


def _seen(body: Mapping[str, Any]) -> Seen:
    try:
        counts: Mapping[str, int] = body["request_counts"]
        return Seen(
            str(body["id"]),
            datetime.fromisoformat(body["created_at"]).astimezone(UTC),
            sum(counts.values()),
            body["processing_status"] == "ended",
            bool(body.get("results_url")) and body.get("archived_at") is None,
        )
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise ProviderFailed(KINDS["cut answer"], f"a batch that makes no sense: {error}"[:300]) from None


def _result(line: bytes) -> Result | None:
    try:
        body = parse_object(line)
        custom_id, result = body["custom_id"], body["result"]
        fate = result["type"]
        if not isinstance(custom_id, str):
            return None
    except (ValueError, TypeError, KeyError):
        return None
    if fate in ("expired", "canceled"):
        return Result(custom_id, fate)
    if fate == "errored":
        return Result(custom_id, "errored", failure=_failure(result))
    try:
        if fate != "succeeded":
            raise ValueError(f"a result of type {fate!r:.50}")
        return Result(custom_id, "succeeded", said_of(result["message"], ()))
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        return Result(custom_id, "unreadable", why=f"it makes no sense: {error}"[:300])


def _failure(result: Mapping[str, Any]) -> ProviderFailed:
    said = result.get("error")
    said = said.get("error", said) if isinstance(said, dict) else {}
    said = said if isinstance(said, dict) else {}
    kind, message = str(said.get("type")), " ".join(str(said.get("message")).split())[:300]
    return ProviderFailed(kind_of(_STATUS.get(kind, 500), kind, message), f"{kind}: {message}")
