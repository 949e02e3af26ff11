"""What becomes of batches: what was lost is looked for, what is done is read, all by one tick.

A tick may be killed anywhere and made anew: every step says what it did in one commit.
"""

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from resources.batches.ports import Batch, BatchBook, BatchProvider, Request, Result, Seen, Settled
from resources.errors import OneLineError
from resources.gateway.failures import ProviderFailed

# An attempt to send lasts five minutes at most; twice that, and the provider's list must show its batch.
LISTED_AFTER = timedelta(minutes=15)
# How far the provider's clock and ours may be apart: a zone set wrongly, too. All it costs is a longer list.
CLOCKS_APART = timedelta(days=1)
# Results that are settled in one commit: what a kill between them loses is read again, for nothing.
TOGETHER = 200

# What a result means, by the rules of the specialist that asked.
Read = Callable[[Batch, Request, Result], Settled]
# Why this process cannot read a batch's results as they were asked for; None where it can.
Unread = Callable[[Batch], str | None]

_CANCELED = "canceled by command"


class BatchError(OneLineError):
    """A batch that cannot be cancelled or settled as was asked. One line, with what to do."""


@dataclass(frozen=True, slots=True)
class Ticked:
    """`problems` in a line each; `left`: batches that are done, and that this process cannot read."""

    problems: list[str] = field(default_factory=list)
    left: list[Batch] = field(default_factory=list)


@dataclass(frozen=True)
class Tending:
    """`at`: the wall clock, as results and lost batches are tended by."""

    book: BatchBook
    provider: BatchProvider
    read: Read
    unread: Unread
    at: datetime

    async def tick(self, batches: Sequence[Batch] | None = None) -> Ticked:
        """Look for what was lost and read what is done, of `batches` (default: all)."""
        chosen = self.book.batches("intended", "waiting") if batches is None else batches
        ticked = Ticked()
        try:
            for batch in chosen:
                try:
                    await self._tend(batch, ticked)
                except ProviderFailed as failure:
                    self.book.remark(batch.id, f"{failure}")
                    ticked.problems.append(f"batch {batch.known_as}: {failure}; it is looked at again")
        finally:
            await self.provider.close()
        return ticked

    async def cancel(self, batch: Batch) -> None:
        """Ask the provider to stop. What it has answered is billed, and read by the next tick."""
        if batch.state != "waiting" or batch.provider_id is None:
            raise BatchError(
                f"batch {batch.known_as} is {batch.state}: only one that the provider works on can be "
                "cancelled; see `workforce batches list`"
            )
        try:
            await self.provider.cancel(batch.provider_id)
        except ProviderFailed as failure:
            raise BatchError(f"batch {batch.known_as}: {failure}; cancel it again") from failure
        finally:
            await self.provider.close()
        self.book.remark(batch.id, _CANCELED)

    async def _tend(self, batch: Batch, ticked: Ticked) -> None:
        if batch.state == "intended" and self.at - batch.tried_at >= LISTED_AFTER:
            await self._look_for(batch)
        elif batch.state == "waiting" and batch.provider_id is not None:
            await self._poll(batch, batch.provider_id, ticked)

    async def _poll(self, batch: Batch, provider_id: str, ticked: Ticked) -> None:
        try:
            seen = await self.provider.look(provider_id)
        except ProviderFailed as failure:
            if "not_found" in f"{failure}":
                self.book.unclear(batch.id, f"the provider does not know {provider_id}: another key?")
                return
            raise
        if seen.ended and seen.readable:
            if (why := self.unread(batch)) is not None:
                self.book.remark(batch.id, why)
                ticked.problems.append(f"batch {batch.known_as}: {why}")
                ticked.left.append(batch)
                return
            self._settle(batch, await self.provider.results(provider_id))
        elif seen.ended:
            self.book.unclear(batch.id, "the provider keeps its results no longer")

    def _settle(self, batch: Batch, results: Sequence[Result | None]) -> None:
        """Unordered, of whom it may; what has no result stays open and is looked at again."""
        if batch.detail not in ("", _CANCELED):  # what was said of an earlier look
            self.book.remark(batch.id, "")
        still_open = self.book.open_requests(batch.id)
        found = [result for result in results if result is not None and result.custom_id in still_open]
        for start in range(0, len(found), TOGETHER):
            portion = found[start : start + TOGETHER]
            settled = {r.custom_id: self._read(batch, still_open[r.custom_id], r) for r in portion}
            self.book.settle(batch.id, settled)
        if not self.book.ended(batch.id):
            left = len(self.book.open_requests(batch.id))
            self.book.remark(batch.id, f"{left} of {batch.requests} requests have no readable result")

    def _read(self, batch: Batch, request: Request, result: Result) -> Settled:
        """One odd result must not stop all batches of a workforce. What it was billed is not known."""
        try:
            return self.read(batch, request, result)
        except Exception as error:
            return Settled("malformed", f"it cannot be read: {type(error).__name__}: {error}"[:300], None)

    async def _look_for(self, batch: Batch) -> None:
        """The provider shows custom ids in results alone: until then, one of our size may be ours."""
        known, since = self.book.provider_ids(), batch.intended_at - CLOCKS_APART
        doubtful: list[str] = []
        async for seen in self.provider.newest():
            if seen.created < since:
                break
            if seen.provider_id in known or seen.requests != batch.requests:
                continue
            if seen.ended and seen.readable:
                if await self._is(batch, seen):
                    self.book.sent(batch.id, seen.provider_id)
                    return
            else:
                doubtful.append(f"{seen.provider_id}{' (no results kept)' if seen.ended else ''}")
        if not doubtful:
            why = "the provider does not list it: it was never made"
            self.book.never_sent(batch.id, why, lost=batch.tried_at)
        elif all("(" in one for one in doubtful):
            self.book.unclear(batch.id, f"may be {', '.join(doubtful)}; see `workforce batches settle`")
        else:
            self.book.remark(batch.id, f"may be {', '.join(doubtful)}: known once that has ended")

    async def _is(self, batch: Batch, seen: Seen) -> bool:
        """By the custom ids, which begin with the batch's own id."""
        results = await self.provider.results(seen.provider_id)
        return any(r is not None and r.custom_id.rpartition("-")[0] == batch.id for r in results)


def find_batch(book: BatchBook, wanted: str) -> Batch:
    """By our id or the provider's. Raises BatchError."""
    with suppress(StopIteration):
        return next(batch for batch in book.batches() if wanted in (batch.id, batch.provider_id))
    raise BatchError(f"there is no batch {wanted!r}; see `workforce batches list`")
