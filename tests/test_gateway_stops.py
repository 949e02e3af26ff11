"""A run that has to stop does so at once, and no question waits for one that was never asked."""

import asyncio
import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from resources.budget import Reservation
from resources.gateway.answers import Answered
from resources.gateway.failures import KINDS, ProviderDown
from resources.gateway.gate import Gate
from resources.store.group_commit import CommitFailed
from specialists.judgement import journal_key
from specialists.judging import judging
from specialists.sender.schema import Reads
from specialists.specialist import Specialist
from tests.fakes import MemoryBudget, MemoryJournal
from tests.gateway_kit import FakeClock, StoppedClock, ask_once, at_provider, gateway, hosted, purse, question
from tests.provider import Plan, Provider, running

SENDER = hosted("sender")


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def provider(monkeypatch: pytest.MonkeyPatch, clock: FakeClock) -> Iterator[Provider]:
    with running(Provider(now=clock.now)) as one:
        at_provider(monkeypatch, one)
        yield one


class FastClock(FakeClock):
    """A hundred seconds pass in one."""

    def monotonic(self) -> float:
        return time.monotonic() * 100

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        await asyncio.sleep(seconds / 100)


@contextmanager
def twenty_begun(clock: FakeClock, journal: MemoryJournal) -> Iterator[None]:
    """A stage's judging of twenty records by four workers, under way."""
    lines = (SENDER.folder / "cases.jsonl").read_text("utf-8").splitlines()
    case = next(case["record"] for case in map(json.loads, lines) if case["expect"].get("judged"))
    records = [Reads.model_validate({**case, "record_id": f"lead-{number}"}) for number in range(20)]
    sender = Specialist(SENDER, None, gateway(clock=clock, in_flight=4, patience=400.0))  # type: ignore[arg-type]
    with judging(sender, journal, MemoryBudget(1000.0), "run-1", 4, None) as judge:
        judge.begin({journal_key(SENDER, record): record for record in records})
        yield


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
    with pytest.raises(ProviderDown, match="asks to wait"):
        ask_once(clock=clock)
    assert len(provider.calls) == 1 and clock.slept == []


def test_a_wait_beyond_patience_at_the_last_attempt_stops_the_run_too(
    provider: Provider, clock: FakeClock
) -> None:
    """The record is not held for what is the provider's."""
    last = KINDS["server error"].attempts - 1

    def fault(number: int) -> str:
        provider.headers = {"Retry-After": "86400"} if number == last else {}
        return "500"

    provider.plan = Plan(at_call=fault)
    with pytest.raises(ProviderDown, match="asks to wait"):
        ask_once(clock=clock)
    assert len(provider.calls) == last + 1 and clock.seconds < 60


def test_nobody_falls_asleep_once_the_run_has_to_stop(clock: FakeClock) -> None:
    gate = Gate(clock, 900.0)
    gate.stop("the key is refused")
    with pytest.raises(ProviderDown, match="the key is refused"):
        asyncio.run(gate.sleep(30.0))
    assert clock.slept == []


def test_a_refused_key_wakes_who_waits_for_the_provider(provider: Provider) -> None:
    """One call is told to wait, one of its moment that the key is refused: neither sleeps on."""
    provider.plan = Plan(at_call=lambda number: "429" if number == 0 else "401", retry_after="600")
    clock = StoppedClock()
    opened = gateway(clock=clock, in_flight=2)

    async def run() -> list[Any]:
        waits = asyncio.create_task(opened.ask(question(), purse()))
        while not clock.slept:
            await asyncio.sleep(0.01)
        opened._flow.gate._opens_at = 0.0  # as if it had entered before the other was told to wait
        asked = [waits, opened.ask(question(), purse())]
        try:
            return await asyncio.wait_for(asyncio.gather(*asked, return_exceptions=True), 5)
        finally:
            await opened.close()

    found = asyncio.run(run())
    assert [type(one) for one in found] == [ProviderDown, ProviderDown] and len(provider.calls) == 2


@pytest.mark.parametrize("retry_after", ["300", None])
def test_a_stage_that_breaks_off_in_an_outage_waits_for_nobody(
    provider: Provider, retry_after: str | None
) -> None:
    """An error of its own ends it at once: who waits to ask is not waited for, and nobody asks any more."""
    provider.plan = Plan(at_call=lambda number: "429", retry_after=retry_after)
    clock, journal = FastClock(), MemoryJournal()
    with pytest.raises(KeyboardInterrupt), twenty_begun(clock, journal):
        while not clock.slept:
            time.sleep(0.01)
        asked, began = len(provider.calls), time.monotonic()
        raise KeyboardInterrupt
    assert time.monotonic() - began < 2
    assert len(provider.calls) <= asked + 4 and journal.kept == {}


def test_calls_in_flight_when_a_stage_breaks_off_are_kept(provider: Provider, clock: FakeClock) -> None:
    """They are paid for: each of them ends, and is in the journal, and no other leaves."""
    provider.latency = 0.5
    journal = MemoryJournal()
    with pytest.raises(KeyboardInterrupt), twenty_begun(clock, journal):
        while provider._arrived < 4:
            time.sleep(0.01)
        raise KeyboardInterrupt
    assert len(journal.kept) == len(provider.calls) == 4
