"""A batch that is written down is sent: retried where the provider surely has not got it, and only there."""

import random
from collections.abc import Sequence
from datetime import UTC, datetime

from tenacity import AsyncRetrying, RetryCallState

from resources.batches.ports import BatchBook, BatchProvider
from resources.gateway.clock import Clock
from resources.gateway.failures import ProviderDown, ProviderFailed, Remedy, retry_after
from resources.gateway.gate import Gate
from resources.gateway.retries import Retries


class GivenUp(Exception):
    """The intent was given up while it waited to be sent. Nothing was sent."""


def may_have_it(failure: ProviderFailed) -> bool:
    """Whether the provider may have made the batch all the same. A server error may come after the work."""
    return failure.kind.billed or failure.kind.name == "server error"


class Sending:
    """`patience_seconds`: the longest the provider may ask to wait."""

    def __init__(
        self,
        book: BatchBook,
        provider: BatchProvider,
        clock: Clock,
        rng: random.Random,
        patience_seconds: float,
    ) -> None:
        self._book, self._provider, self._clock, self._rng = book, provider, clock, rng
        self._patience, self._gate = patience_seconds, Gate(clock, patience_seconds)

    async def send(self, batch_id: str, requests: Sequence[tuple[str, bytes]]) -> str:
        """The provider's id of it, remembered. Raises ProviderFailed: where `may_have_it`, it stays intended
        and is looked for later; else it is void. Raises ProviderDown where no batch can be sent at all, and
        MadeAfterAll.
        """
        retries = Retries(self._gate, self._rng)

        def again(state: RetryCallState) -> bool:
            error = state.outcome.exception() if state.outcome is not None else None
            if not isinstance(error, ProviderFailed) or (error.retry_after or 0.0) > self._patience:
                return False
            return not may_have_it(error) and retries.again(state)

        retrying = AsyncRetrying(
            retry=again, stop=retries.exhausted, wait=retries.wait, sleep=self._clock.sleep, reraise=True
        )
        try:
            return await retrying(self._attempt, batch_id, requests)
        except ProviderFailed as failure:
            if not may_have_it(failure):
                self._book.never_sent(batch_id, f"{failure}")
            if failure.kind.remedy is Remedy.PAUSE:
                raise ProviderDown(f"{failure} ({failure.kind.why})") from failure
            raise

    async def _attempt(self, batch_id: str, requests: Sequence[tuple[str, bytes]]) -> str:
        if not self._book.about_to_send(batch_id, datetime.fromtimestamp(self._clock.now(), UTC)):
            raise GivenUp(batch_id)
        try:
            seen = await self._provider.create(requests)
        except ProviderFailed as failure:
            failure.retry_after = retry_after(failure.headers, self._clock.now())
            raise
        self._book.sent(batch_id, seen.provider_id)
        return seen.provider_id
