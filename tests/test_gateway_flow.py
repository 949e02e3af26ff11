"""Limits on the way to a provider: concurrency that adapts, headers obeyed, one limit for all runs."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Engine

from resources.gateway.failures import KINDS, Remedy, kind_of, retry_after
from resources.gateway.flow import Concurrency, Flow
from resources.gateway.gate import Gate
from resources.gateway.opening import GatewaySettings, SettingError
from resources.gateway.rate_headers import used_up_for
from resources.store.engine import open_engine
from resources.store.provider_limit import GRANT_SECONDS, StoredProviderLimit
from tests.gateway_kit import EPOCH, FakeClock

pytest_plugins = ["tests.store_fixtures"]


@pytest.mark.parametrize(
    ("status", "codes", "message", "kind"),
    [
        (429, "rate_limit_error", "slow down", "rate limited"),
        (429, "rate_limit_error ramp_limit_exceeded", "", "rate limited"),
        (429, "rate_limit_error enforced_spend_limit_reached", "", "spend limit"),
        (
            429,
            "insufficient_quota",
            "You exceeded your current quota, check your plan and billing",
            "spend limit",
        ),
        (
            429,
            "",
            "You exceeded your current quota ... retryDelay: 17s check your plan and billing",
            "rate limited",
        ),
        (400, "invalid_request_error", "Your credit balance is too low", "spend limit"),
        (400, "invalid_request_error", "You have reached your specified API usage limits.", "spend limit"),
        (402, "billing_error", "", "spend limit"),
        (403, "permission_error linked_organization_spend_limit_reached", "", "spend limit"),
        (400, "invalid_request_error", "max_tokens: too large", "bad request"),
        (404, "not_found_error", "", "bad request"),
        (401, "authentication_error", "", "not allowed"),
        (403, "permission_error", "", "not allowed"),
        (500, "api_error", "", "server error"),
        (502, "", "", "server error"),
        (503, "", "", "overloaded"),
        (529, "overloaded_error", "", "overloaded"),
    ],
)
def test_each_error_has_its_class(status: int, codes: str, message: str, kind: str) -> None:
    """By status, code and words; what a person must cure pauses the run, and every class says why."""
    assert kind_of(status, codes, message) is KINDS[kind]
    assert KINDS[kind].why


def test_what_may_have_been_billed_is_asked_again_few_times() -> None:
    for kind in KINDS.values():
        assert kind.attempts == 1 or kind.remedy is Remedy.RETRY
        assert not kind.billed or kind.attempts <= 3


def test_retry_after_is_read_in_all_its_forms() -> None:
    """Milliseconds first, seconds, an HTTP date; what cannot be read is as if it were not there."""
    assert retry_after({"retry-after-ms": "1500", "retry-after": "9"}, EPOCH) == 1.5
    assert retry_after({"retry-after": "2.5"}, EPOCH) == 2.5
    assert retry_after({"retry-after": "Mon, 02 Mar 2026 10:01:00 GMT"}, EPOCH) == 60.0
    assert retry_after({"retry-after": "soon"}, EPOCH) is None and retry_after({}, EPOCH) is None


def test_a_limit_that_is_used_up_is_waited_for() -> None:
    """Both providers' headers; what is left over is no reason to wait."""
    anthropic = {
        "anthropic-ratelimit-requests-remaining": "0",
        "anthropic-ratelimit-requests-reset": "2026-03-02T10:00:12Z",
        "anthropic-ratelimit-input-tokens-remaining": "0",
        "anthropic-ratelimit-input-tokens-reset": "2026-03-02T10:00:07Z",
    }
    assert used_up_for(anthropic.items(), EPOCH) == 12.0
    openai = {"x-ratelimit-remaining-requests": "0", "x-ratelimit-reset-requests": "1m3.5s"}
    assert used_up_for(openai.items(), EPOCH) == 63.5
    assert used_up_for({**openai, "x-ratelimit-remaining-requests": "5"}.items(), EPOCH) == 0.0
    assert (
        used_up_for({"x-ratelimit-remaining-tokens": "0", "x-ratelimit-reset-tokens": "?"}.items(), 0) == 0.0
    )


def test_the_gate_shuts_for_a_limit_that_is_used_up() -> None:
    clock = FakeClock()
    flow = Flow(clock, Gate(clock, 900), 4)
    headers = {"x-ratelimit-remaining-requests": "0", "x-ratelimit-reset-requests": "30s"}

    async def run() -> None:
        await flow.enter()
        flow.succeeded(headers.items())
        flow.leave()
        await flow.enter()

    asyncio.run(run())
    assert clock.seconds == 30.0


def test_concurrency_halves_once_a_crowd_and_grows_by_one_a_round() -> None:
    clock = FakeClock()
    flow = Flow(clock, Gate(clock, 900), 64)
    for _ in range(10):
        flow.crowded(began=0.0)  # ten answers to calls that all began before the first of them came
    assert flow.concurrency.limit == 32
    clock.seconds = 1.0
    flow.crowded(began=0.5)
    assert flow.concurrency.limit == 16
    for _ in range(17):
        flow.concurrency.faster()
    assert 16.9 < flow.concurrency.limit < 17.1
    for _ in range(100_000):
        flow.concurrency.faster()
    assert flow.concurrency.limit == 64


@given(st.lists(st.sampled_from(["faster", "slower", "cancel", "go"]), max_size=60), st.integers(1, 5))
def test_never_more_at_a_time_than_the_limit_and_none_waits_for_ever(steps: list[str], most: int) -> None:
    """Whatever speeds up, slows down and is cancelled on the way."""

    async def run() -> None:
        places = Concurrency(most)
        done = 0

        async def one() -> None:
            nonlocal done
            await places.acquire()
            try:
                assert places.in_flight <= most
                await asyncio.sleep(0)
            finally:
                places.release()
            done += 1

        tasks = []
        for step in steps:
            if step in ("faster", "slower"):
                getattr(places, step)()
            elif step == "cancel" and tasks:
                tasks[-1].cancel()
            else:
                tasks.append(asyncio.create_task(one()))
            await asyncio.sleep(0)
        results = await asyncio.wait_for(asyncio.gather(*tasks, return_exceptions=True), 5)
        assert all(r is None or isinstance(r, asyncio.CancelledError) for r in results)
        assert places.in_flight == 0

    asyncio.run(run())


class Ticks:
    """One clock for several processes' limits."""

    def __init__(self) -> None:
        self.seconds = 1000.0

    def now(self, _: Any = None) -> float:
        return self.seconds


def test_no_minute_sees_more_requests_than_the_limit(store: Engine) -> None:
    """Three runs that claim whenever they may, for ten minutes: every 60 s window is counted."""
    ticks, sent, lately = Ticks(), [], 0
    runs = [StoredProviderLimit(store, "anthropic", 50, ticks.now, ticks.now) for _ in range(3)]
    while ticks.seconds < 1300:
        for run in runs:
            while asyncio.run(run.claim()) == 0:
                sent.append(ticks.seconds)
                ticks.seconds += 0.01
        ticks.seconds += 0.7
    for at in sent:
        lately = max(lately, sum(at - 60 < other <= at for other in sent))
    assert 40 <= lately <= 50
    assert len(sent) > 50 * 3
    assert asyncio.run(StoredProviderLimit(store, "openai", 50, ticks.now, ticks.now).claim()) == 0


def test_a_grant_that_was_not_used_in_time_lapses(store: Engine) -> None:
    """It counted for its moment; used later it would fall into another minute."""
    ticks = Ticks()
    limit = StoredProviderLimit(store, "anthropic", 120, ticks.now, ticks.now)
    assert asyncio.run(limit.claim()) == 0 and limit._left == 1
    ticks.seconds += GRANT_SECONDS
    assert asyncio.run(limit.claim()) == 0 and limit._left == 1


def test_runs_that_claim_at_the_same_time_share_the_limit(store: Engine, empty_url: str) -> None:
    """Eight connections at once, a limit of 20: 20 requests, not one more."""
    ticks = Ticks()

    def claims(_: int) -> int:
        engine = open_engine(empty_url)
        limit = StoredProviderLimit(engine, "anthropic", 20, ticks.now, ticks.now)
        got = sum(asyncio.run(limit.claim()) == 0 for _ in range(10))
        engine.dispose()
        return got

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(claims, range(8))) == 20


def test_settings_come_from_the_environment_or_say_what_is_wrong() -> None:
    settings = GatewaySettings.from_environment({"WORKFORCE_PROVIDER_RPM": "50", "WORKFORCE_IN_FLIGHT": "8"})
    assert (settings.in_flight, settings.requests_per_minute, settings.patience_seconds) == (8, 50, 900.0)
    for wrong in ("0", "many", "-1", "1.5"):
        with pytest.raises(SettingError, match="WORKFORCE_PROVIDER_RPM"):
            GatewaySettings.from_environment({"WORKFORCE_PROVIDER_RPM": wrong})
