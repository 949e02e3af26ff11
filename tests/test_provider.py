"""The mock provider speaks as the real one does, to the real SDK: what the other tests stand on."""

import asyncio
from collections.abc import Iterator
from typing import Any

import anthropic
import pytest

from tests.gateway_kit import FakeClock, at_provider
from tests.provider import Plan, Provider, running

SCHEMA = {"type": "object", "properties": {"label": {"enum": ["a", "b"]}}, "required": ["label"]}


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def provider(monkeypatch: pytest.MonkeyPatch, clock: FakeClock) -> Iterator[Provider]:
    with running(Provider(now=clock.now)) as one:
        at_provider(monkeypatch, one)
        yield one


def params(text: str) -> Any:
    return {
        "model": "claude-haiku-4-5",
        "max_tokens": 10,
        "messages": [{"role": "user", "content": text}],
        "output_config": {"format": {"type": "json_schema", "schema": SCHEMA}},
    }


def batch_of(texts: list[str]) -> Any:
    return [{"custom_id": text, "params": params(text)} for text in texts]


def test_the_same_record_gets_the_same_answer_that_fits_the_schema(provider: Provider) -> None:
    client = anthropic.Anthropic(max_retries=0)
    said = [client.messages.create(**params(text)) for text in ("one", "one", "two")]
    texts = [message.content[0].text for message in said]  # type: ignore[union-attr]
    assert texts[0] == texts[1] and set(texts) <= {'{"label": "a"}', '{"label": "b"}'}
    assert len(provider.calls) == 3 and provider.bill > 0


def test_a_batch_is_processed_in_its_time_at_half_price_unordered(
    provider: Provider, clock: FakeClock
) -> None:
    """Some items err or expire: they are in the results, and cost nothing. Looking again costs nothing."""
    texts = [f"item-{number}" for number in range(30)]
    provider.batches.lasts_seconds = 60.0
    provider.batches.fate = lambda item: {"item-3": "errored", "item-4": "expired"}.get(
        item["custom_id"], "succeeded"
    )
    batches = anthropic.Anthropic(max_retries=0).messages.batches
    made = batches.create(requests=batch_of(texts))
    assert batches.retrieve(made.id).processing_status == "in_progress"
    assert batches.retrieve(made.id).request_counts.processing == 30 and provider.bill == 0
    asyncio.run(clock.sleep(60))
    ended = batches.retrieve(made.id)
    assert (ended.processing_status, ended.request_counts.succeeded) == ("ended", 28)
    results = [list(batches.results(made.id)) for _ in range(2)]
    names = [result.custom_id for result in results[0]]
    assert sorted(names) == sorted(texts) and names != texts and results[0] == results[1]
    assert {r.custom_id: r.result.type for r in results[0]}["item-3"] == "errored"
    half = provider.bill
    anthropic.Anthropic(max_retries=0).messages.create(**params("item-0"))
    assert half == pytest.approx(28 * provider.calls[-1].usd / 2, rel=0.1)


def test_a_canceled_batch_ends_and_costs_nothing(provider: Provider) -> None:
    provider.batches.lasts_seconds = 60.0
    batches = anthropic.Anthropic(max_retries=0).messages.batches
    made = batches.create(requests=batch_of(["a", "b"]))
    batches.cancel(made.id)
    assert {result.result.type for result in batches.results(made.id)} == {"canceled"}
    assert provider.bill == 0


def test_a_plan_is_the_same_for_the_same_seed() -> None:
    """Whatever the order of arrival; the shares come out as asked."""
    plan = Plan({"429": 0.1, "500": 0.2}, seed=5)
    faults = [plan.fault(number) for number in range(5000)]
    assert faults == [Plan({"429": 0.1, "500": 0.2}, seed=5).fault(number) for number in range(5000)]
    assert 400 < faults.count("429") < 600 and 850 < faults.count("500") < 1150
