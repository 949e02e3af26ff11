"""Anthropic's SDK on its aiohttp client: the one module that imports it.

The SDK says who asks and where (key, token or profile, ANTHROPIC_BASE_URL, headers) and brings the HTTP
client; the request is made here. The SDK's own way there makes, copies and merges options for each call:
5.6 s of CPU for 1,000 records of four calls, journal and budget included, where this took 3.9
(measured within the hour, `python -m benchmarks.gateway -n 1000 -c 64` at 594b1ee and e5c24eb).
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from resources.gateway.failures import KINDS, ProviderFailed, kind_of

if TYPE_CHECKING:
    import anthropic
    import httpx2


@dataclass(frozen=True, slots=True)
class Response:
    content: bytes
    headers: Mapping[str, str]


class AnthropicClient:
    """`connections`: the most that are open at once."""

    def __init__(self, connections: int) -> None:
        self._connections = connections
        self._opened: _Opened | None = None

    async def post(self, path: str, body: bytes, timeout_seconds: float) -> Response:
        """One attempt, never retried inside. Raises ProviderFailed, and nothing else."""
        return await self._once("POST", path, body, timeout_seconds)

    async def get(self, path: str, timeout_seconds: float) -> Response:
        """As `post`."""
        return await self._once("GET", path, b"", timeout_seconds)

    async def close(self) -> None:
        opened, self._opened = self._opened, None
        if opened is not None:
            await opened.sdk.close()

    async def _once(self, method: str, path: str, body: bytes, timeout_seconds: float) -> Response:
        import anthropic

        try:
            if self._opened is None:
                self._opened = _opened(self._connections)
            async with asyncio.timeout(timeout_seconds):
                response = await self._opened.send(method, path, body)
        except TimeoutError:
            raise ProviderFailed(KINDS["timeout"], f"no answer in {timeout_seconds:g} s") from None
        except anthropic.AnthropicError as error:  # a profile or token that cannot be had
            raise ProviderFailed(KINDS["not allowed"], " ".join(f"{error}".split())[:300]) from error
        except Exception as error:  # as the SDK does: whatever its client raises, the call has failed
            raise _unconnected(error) from error
        if not response.is_success:
            raise _refused(response)
        return Response(response.content, response.headers)


@dataclass(frozen=True, slots=True)
class _Opened:
    """`headers` are what the SDK and its client send with every request."""

    sdk: "anthropic.AsyncAnthropic"
    http: "httpx2.AsyncClient"
    url: str
    headers: "httpx2.Headers"

    async def send(self, method: str, path: str, body: bytes) -> "httpx2.Response":
        """The answer, read whole, whatever its status."""
        import httpx2

        # A stream that is read at once: `content=` would work out headers that aiohttp works out again.
        stream = httpx2.ByteStream(body)
        request = httpx2.Request(method, _parsed(self.url + path), headers=self.headers, stream=stream)
        request.read()
        return await self.http.send(request, auth=self.sdk.custom_auth)


def _opened(connections: int) -> _Opened:
    import anthropic
    import httpx2

    # The client's own time limit is for each read: a body that drips would never end. Ours is the only one.
    limits = httpx2.Limits(max_connections=connections, keepalive_expiry=60)
    http = anthropic.DefaultAioHttpClient(limits=limits, timeout=None)
    sdk = anthropic.AsyncAnthropic(http_client=http, max_retries=0, open_telemetry=False)
    said = {name: value for name, value in sdk.default_headers.items() if isinstance(value, str)}
    url = str(sdk.base_url).rstrip("/")
    headers = http.build_request("GET", url, headers=said).headers
    if sdk.custom_auth is None and not {"authorization", "x-api-key"} & set(headers):
        raise anthropic.AnthropicError("there is no key for Anthropic; set ANTHROPIC_API_KEY")
    return _Opened(sdk, http, url, headers)


@lru_cache(16)
def _parsed(url: str) -> "httpx2.URL":
    """Nearly all requests go to one address: parsing it for each was 5 % of a call's CPU."""
    import httpx2

    return httpx2.URL(url)


def strict_schema(schema: Mapping[str, Any]) -> dict[str, Any]:
    """A JSON Schema as structured output takes it."""
    from anthropic import transform_schema

    transformed: dict[str, Any] = transform_schema(dict(schema))
    return transformed


def _refused(response: "httpx2.Response") -> ProviderFailed:
    try:
        body = response.json()
    except ValueError:
        body = None
    said = body.get("error") if isinstance(body, dict) else None
    said = said if isinstance(said, dict) else {}
    details = said.get("details") if isinstance(said.get("details"), dict) else {}
    codes = f"{said.get('type')} {details.get('error_code') if details else ''}"
    message = " ".join(str(said.get("message") or response.text).split())[:300]
    kind = kind_of(response.status_code, codes, message)
    return ProviderFailed(kind, f"{response.status_code} {codes.strip()}: {message}", response.headers)


def _unconnected(error: BaseException) -> ProviderFailed:
    """Only a connection that never was proves that nothing was asked."""
    import aiohttp

    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, aiohttp.ClientConnectorError):
            return ProviderFailed(KINDS["unreachable"], f"{cause}"[:300])
        cause = cause.__cause__
    return ProviderFailed(KINDS["connection lost"], f"{error.__cause__ or error}"[:300])
