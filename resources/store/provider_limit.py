"""A provider's requests per minute, shared by all runs over one operations store.

A sliding window: no 60 seconds ever see more than the limit, over all processes. Requests are claimed in
small grants, each good for GRANT_SECONDS; what is not used by then lapses, so a grant counts for that longer.
"""

import asyncio
import time
from collections.abc import Callable

from sqlalchemy import Connection, Engine, delete, func, insert, select, text

from resources.store.engine import deciding
from resources.store.tables import provider_calls

WINDOW_SECONDS = 60.0
GRANT_SECONDS = 2.0
# Used no later than this, so that the rest covers the way from here to the wire.
_USABLE_SECONDS = 1.0
# One grant for about a second's worth of requests: one commit a second and process.
_GRANTS_A_WINDOW = 60


class StoredProviderLimit:
    """Implements `resources.gateway.flow.ProviderLimit`. `now`: unix seconds, the same for all processes."""

    def __init__(
        self,
        engine: Engine,
        provider: str,
        requests_per_minute: int,
        now: Callable[[Connection], float] | None = None,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._engine, self._provider, self._most = engine, provider, requests_per_minute
        self._now, self._monotonic = now or store_clock, monotonic
        self._left, self._good_until = 0, float("-inf")
        self._claiming = asyncio.Lock()

    async def claim(self) -> float:
        """0 when one request may leave at once; else seconds after which to ask again."""
        if self._take():
            return 0.0
        async with self._claiming:
            if self._take():
                return 0.0
            began = self._monotonic()
            granted, wait = await asyncio.to_thread(self._grant, max(1, self._most // _GRANTS_A_WINDOW))
            self._left, self._good_until = granted, began + _USABLE_SECONDS
            return 0.0 if self._take() else max(wait, 0.05)

    def _take(self) -> bool:
        if self._left < 1 or self._monotonic() >= self._good_until:
            return False
        self._left -= 1
        return True

    def _grant(self, wanted: int) -> tuple[int, float]:
        """How many requests were granted, and after how many seconds there may be more."""
        counted = WINDOW_SECONDS + GRANT_SECONDS
        with deciding(self._engine, f"provider_calls {self._provider}") as connection:
            now = self._now(connection)
            mine = provider_calls.c.provider == self._provider
            connection.execute(delete(provider_calls).where(mine, provider_calls.c.at <= now - counted))
            window = select(
                func.coalesce(func.sum(provider_calls.c.requests), 0), func.min(provider_calls.c.at)
            ).where(mine)
            row = connection.execute(window).one()
            used, oldest = row[0], row[1]
            granted = min(wanted, self._most - int(used))
            if granted < 1:
                return 0, max(0.05, float(oldest) + counted - now)
            connection.execute(
                insert(provider_calls).values(provider=self._provider, at=now, requests=granted)
            )
            return granted, 0.0


def store_clock(connection: Connection) -> float:
    """The database server's clock where there is one; SQLite has only this machine's."""
    if connection.dialect.name == "postgresql":
        return float(connection.execute(text("SELECT extract(epoch FROM clock_timestamp())")).scalar_one())
    return time.time()
