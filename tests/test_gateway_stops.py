"""A run that has to stop does so at once, and no question waits for one that was never asked."""

import asyncio
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from resources.budget import Reservation
from resources.gateway.answers import Answered
from resources.gateway.failures import ProviderDown
from resources.store.group_commit import CommitFailed
from tests.fakes import MemoryBudget
from tests.gateway_kit import FakeClock, at_provider, gateway, purse, question
from tests.provider import Plan, Provider, running


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def provider(monkeypatch: pytest.MonkeyPatch, clock: FakeClock) -> Iterator[Provider]:
    with running(Provider(now=clock.now)) as one:
        at_provider(monkeypatch, one)
        yield one


class BrokenOnce(MemoryBudget):
    """Its store refuses one reservation: the first for which `now` says so."""

    now: Callable[[], bool] | None = None
    how: BaseException = CommitFailed("the operations store: database is locked")

    async def reserve(self, specialist: str, usd: float) -> Reservation | None:
        if self.now is not None and self.now():
            self.now = None
            raise self.how
        return await super().reserve(specialist, usd)


@pytest.mark.parametrize("how", [CommitFailed("database is locked"), asyncio.CancelledError()])
def test_a_probe_that_never_left_keeps_nobody_waiting(
    provider: Provider, clock: FakeClock, how: BaseException
) -> None:
    """In an outage the one call that probes breaks before the wire: the next one probes, all are answered."""
    provider.plan = Plan(at_call=lambda number: "529" if number < 12 else None)
    opened, budget = gateway(clock=clock, in_flight=4), BrokenOnce(1000.0)
    budget.how = how
    budget.now = lambda: opened._flow.gate._probe is not None

    async def run() -> list[Any]:
        asked = [opened.ask(question(), purse(budget=budget)) for _ in range(4)]
        try:
            return await asyncio.wait_for(asyncio.gather(*asked, return_exceptions=True), 20)
        finally:
            await opened.close()

    found = asyncio.run(run())
    assert [type(one) for one in found if not isinstance(one, Answered)] == [type(how)]
    assert sum(call.usd > 0 for call in provider.calls) == 3


@pytest.mark.parametrize("header", ["86400", "inf"])
def test_a_wait_beyond_patience_stops_the_run_before_it_is_slept(
    provider: Provider, clock: FakeClock, header: str
) -> None:
    """The provider asks for a day: one call, nobody sleeps, and the run says why it stops."""
    provider.plan = Plan(shares={"429": 1.0}, retry_after=header)
    opened = gateway(clock=clock)

    async def run() -> None:
        try:
            await opened.ask(question(), purse())
        finally:
            await opened.close()

    with pytest.raises(ProviderDown, match="asks to wait"):
        asyncio.run(run())
    assert len(provider.calls) == 1 and clock.slept == []
