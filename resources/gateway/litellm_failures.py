"""What litellm raised, as a failure of ours: did the provider itself refuse, or was an answer lost?"""

from collections.abc import Iterator
from typing import Any

from resources.gateway.failures import KINDS, ProviderFailed, kind_of


def failure_of(litellm: Any, error: Exception) -> ProviderFailed:
    """litellm invents a status from 500 on for what was none of the provider's; what it was stands behind."""
    import httpx

    detail = f"{type(error).__name__}: {' '.join(str(error).split())[:300]}"
    status = getattr(error, "status_code", None)
    behind = list(_behind(error))
    if _never_connected(behind):
        return ProviderFailed(KINDS["unreachable"], detail)
    if isinstance(error, litellm.APIConnectionError) or not isinstance(status, int):
        return ProviderFailed(KINDS["connection lost"], detail)
    if status >= 500 and not any(isinstance(one, httpx.HTTPStatusError) for one in behind):
        lost = any(isinstance(one, httpx.TransportError) for one in behind)
        return ProviderFailed(KINDS["connection lost" if lost else "cut answer"], detail)
    response = getattr(error, "response", None)
    headers = getattr(error, "litellm_response_headers", None) or getattr(response, "headers", None) or {}
    codes = f"{getattr(error, 'type', '')} {getattr(error, 'code', '')}"
    return ProviderFailed(kind_of(status, codes, str(error)), detail, headers)


def _behind(error: BaseException) -> Iterator[BaseException]:
    """The error and what it was raised from, to its root."""
    seen: set[int] = set()
    one: BaseException | None = error
    while one is not None and id(one) not in seen:
        seen.add(id(one))
        yield one
        one = one.__cause__ or one.__context__


def _never_connected(behind: list[BaseException]) -> bool:
    """litellm calls a connection that broke later an httpx.ConnectError too; aiohttp tells them apart."""
    import aiohttp

    wire = [one for one in behind if isinstance(one, aiohttp.ClientError)]
    return bool(wire) and all(isinstance(one, aiohttp.ClientConnectorError) for one in wire)
