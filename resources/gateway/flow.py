"""How many calls may be under way, and when: shared by all workers of one run.

Concurrency adapts by additive increase and multiplicative decrease (Chiu and Jain 1989; TCP does the same):
half as many calls after a 429 or 529, one more after as many successes as are under way.
"""

import asyncio
from collections import deque
from collections.abc import Iterable
from typing import Protocol

from resources.gateway.clock import Clock
from resources.gateway.gate import Gate
from resources.gateway.rate_headers import used_up_for


class ProviderLimit(Protocol):
    """A limit on requests that several processes share."""

    async def claim(self) -> float:
        """0 when one request may leave at once; else seconds after which to ask again."""
        ...


class Concurrency:
    """At most `limit` at a time, first come, first served."""

    def __init__(self, most: int) -> None:
        self._most, self.limit, self.in_flight = most, float(most), 0
        self._waiting: deque[asyncio.Future[None]] = deque()

    async def acquire(self) -> None:
        if self.in_flight < int(self.limit) and not self._waiting:
            self.in_flight += 1
            return
        turn = asyncio.get_running_loop().create_future()
        self._waiting.append(turn)
        try:
            await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled():  # it was given the place in the same instant
                self.release()
            raise

    def release(self) -> None:
        self.in_flight -= 1
        self._wake()

    def faster(self) -> None:
        self.limit = min(float(self._most), self.limit + 1 / self.limit)
        self._wake()

    def slower(self) -> None:
        self.limit = max(1.0, self.limit / 2)

    def _wake(self) -> None:
        while self._waiting and self.in_flight < int(self.limit):
            turn = self._waiting.popleft()
            if not turn.done():
                self.in_flight += 1
                turn.set_result(None)


class Flow:
    """A place under the limits for every attempt."""

    def __init__(self, clock: Clock, gate: Gate, in_flight: int, limit: ProviderLimit | None = None) -> None:
        self._clock, self.gate, self._limit = clock, gate, limit
        self.concurrency = Concurrency(in_flight)
        self._slowed_at = float("-inf")

    async def enter(self) -> float:
        """Wait for a place; the instant it was given. Raises ProviderDown while there is none to be had."""
        await self.concurrency.acquire()
        try:
            await self.gate.enter()
            while self._limit is not None and (wait := await self._limit.claim()) > 0:
                await self.gate.sleep(wait)
        except BaseException:
            self.gate.gave_up()
            self.concurrency.release()
            raise
        return self._clock.monotonic()

    def leave(self) -> None:
        self.concurrency.release()

    def succeeded(self, headers: Iterable[tuple[str, str]]) -> None:
        """An answer came. `headers` may say that the next must wait."""
        self.gate.succeeded()
        self.concurrency.faster()
        wait = used_up_for(headers, self._clock.now())
        if wait > 0:
            self.gate.wait(wait)

    def crowded(self, began: float) -> None:
        """A 429 or 529 to an attempt that began at `began`. Those of one crowd halve the limit once."""
        if began > self._slowed_at:
            self._slowed_at = self._clock.monotonic()
            self.concurrency.slower()
