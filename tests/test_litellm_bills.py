"""What litellm makes of a lost, unreadable or unpriced answer is never taken for one that cost nothing."""

import asyncio
import socket
import struct
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from aiohttp import web

from resources.gateway.answers import Answered, Reply, Unavailable
from resources.gateway.failures import KINDS
from tests.fakes import MemoryBudget
from tests.gateway_kit import OPENAI, at_provider, gateway, purse, question
from tests.provider import Plan, Provider, log, openai_wire, running, server

Body = dict[str, Any]


@pytest.fixture
def provider(monkeypatch: pytest.MonkeyPatch) -> Iterator[Provider]:
    with running() as one:
        at_provider(monkeypatch, one)
        yield one


def asked(model: str = OPENAI) -> tuple[Reply, float]:
    """One question in OpenAI's wire, and the US dollars that were booked for it."""
    budget = MemoryBudget(1000.0)

    async def run() -> Reply:
        opened = gateway(model)
        try:
            return await opened.ask(question(), purse(budget=budget))
        finally:
            await opened.close()

    return asyncio.run(run()), budget.spent


def answers_with(patch: pytest.MonkeyPatch, change: Callable[[Body], object]) -> None:
    """Every body goes out changed; what the provider charges for it stays."""
    whole = openai_wire.message

    def message(*args: Any) -> Body:
        body = whole(*args)
        change(body)
        return body

    patch.setattr(openai_wire, "message", message)


def _reset(request: web.Request) -> None:
    """Not a closed connection (FIN), but a broken one (RST)."""
    assert request.transport is not None
    wire: socket.socket = request.transport.get_extra_info("socket")
    wire.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    request.transport.abort()


@pytest.mark.parametrize("how", ["reset", "truncated", "broken"])
def test_an_answer_that_was_lost_on_the_way_stays_spent(
    provider: Provider, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    """The provider charges for it; litellm gives it the status 500 of an error that nobody is charged for."""
    if how == "broken":
        monkeypatch.setattr(server, "_hang_up", _reset)
    provider.plan = Plan(at_call=lambda number: how.replace("broken", "reset") if number == 0 else None)
    answer, booked = asked()
    assert isinstance(answer, Answered), answer
    lost, answered = answer.steps
    assert "connection lost" in lost.did and lost.usage.usd > provider.calls[0].usd > 0
    assert booked == pytest.approx(lost.usage.usd + provider.calls[1].usd) and booked > provider.bill
    assert answered.usage.usd == pytest.approx(provider.calls[1].usd)


@pytest.mark.parametrize(
    "change",
    [
        lambda body: body.update(choices=None),
        lambda body: body.update(choices=[]),
        lambda body: body["choices"][0]["message"].update(content=[{"type": "text", "text": "{}"}]),
        lambda body: (body.clear(), body.update(error={"message": "upstream broke", "code": 502})),
    ],
)
def test_a_body_that_cannot_be_read_is_paid_and_asked_for_few_times(
    provider: Provider, monkeypatch: pytest.MonkeyPatch, change: Callable[[Body], object]
) -> None:
    """It came with the status 200, so it was charged, whatever litellm says of it."""
    answers_with(monkeypatch, change)
    answer, booked = asked()
    assert isinstance(answer, Unavailable) and "cut answer" in answer.why
    assert len(provider.calls) == KINDS["cut answer"].attempts and booked > provider.bill > 0


@pytest.mark.parametrize("fault", ["500", "503", "529"])
def test_an_error_of_the_providers_own_costs_nothing(provider: Provider, fault: str) -> None:
    provider.plan = Plan(at_call=lambda number: fault if number == 0 else None)
    answer, booked = asked()
    assert isinstance(answer, Answered) and len(provider.calls) == 2
    assert booked == pytest.approx(provider.bill) and provider.calls[0].usd == 0


def test_litellm_asks_no_second_time_by_itself(provider: Provider, monkeypatch: pytest.MonkeyPatch) -> None:
    """Most of its providers share a client that posts again where a connection broke: each post is ours."""
    monkeypatch.setenv("DEEPSEEK_API_KEY", "not-a-key")
    monkeypatch.setenv("DEEPSEEK_API_BASE", f"{provider.url}/v1")
    monkeypatch.setitem(log.PER_MILLION, "deepseek-chat", (1.0, 1.0, 1.0, 1.0))
    monkeypatch.setattr(server, "_hang_up", _reset)
    provider.plan = Plan(at_call=lambda number: "reset" if number == 0 else None)
    answer, booked = asked("deepseek/deepseek-chat")
    assert isinstance(answer, Answered), answer
    assert len(provider.calls) == len(answer.steps) == 2
    assert "connection lost" in answer.steps[0].did and booked > 0


def test_no_server_is_unreachable_and_costs_nothing(
    provider: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_BASE_URL", "http://127.0.0.1:9/v1")
    budget = MemoryBudget(1000.0)

    async def run() -> None:
        opened = gateway(OPENAI)
        try:
            await opened.ask(question(), purse(budget=budget))
        finally:
            await opened.close()

    with pytest.raises(Exception, match="unreachable"):
        asyncio.run(run())
    assert provider.calls == [] and budget.spent == 0


@pytest.mark.parametrize(
    "change",
    [
        lambda body: body.pop("usage"),
        lambda body: body.update(usage=None),
        lambda body: body.update(usage={"prompt_tokens": 175}),
        lambda body: body["usage"].update(completion_tokens=None),
        lambda body: body["usage"].update(prompt_tokens=-5000),
        lambda body: body["usage"].update(prompt_tokens=2**40),
        lambda body: body["usage"].update(prompt_tokens_details={"cached_tokens": 9999}),
        lambda body: body["usage"].update(completion_tokens_details={"reasoning_tokens": 9999}),
    ],
)
def test_an_answer_without_a_bill_that_can_be_is_booked_at_its_worst(
    provider: Provider, monkeypatch: pytest.MonkeyPatch, change: Callable[[Body], object]
) -> None:
    """litellm fills in zeros for what was not said; no answer is free, and none pays money back."""
    _, known = asked()
    assert known == pytest.approx(provider.bill)
    answers_with(monkeypatch, change)
    answer, booked = asked()
    charged = provider.calls[1].usd
    assert isinstance(answer, Answered) and len(provider.calls) == 2
    assert booked == pytest.approx(answer.usage.usd) and 5 * charged < booked < 1000 * charged
