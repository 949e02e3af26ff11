"""What the gateway's tests share: a clock that runs when somebody sleeps, a gateway at the mock."""

import asyncio
import random
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from resources.gateway.answers import Answer, Reply
from resources.gateway.hosted import HostedGateway
from resources.gateway.opening import GatewaySettings, hosted_gateway
from resources.gateway.ports import Question
from resources.gateway.purse import Purse
from specialists.pin import Pin
from specialists.sender.schema import Judges
from specialists.specialist import Blueprint, blueprint
from tests.fakes import MemoryBudget
from tests.provider import Provider

HAIKU, OPENAI = "anthropic/claude-haiku-4-5", "openai/gpt-5.4-mini"
EPOCH = 1_772_445_600.0  # 2026-03-02 10:00 UTC


@dataclass
class FakeClock:
    """Time passes only while somebody sleeps; `slept` lists for how long."""

    seconds: float = 0.0
    slept: list[float] = field(default_factory=list)

    def now(self) -> float:
        return EPOCH + self.seconds

    def monotonic(self) -> float:
        return self.seconds

    async def sleep(self, seconds: float) -> None:
        until = self.seconds + seconds
        self.slept.append(seconds)
        await asyncio.sleep(0)
        self.seconds = max(self.seconds, until)


class StoppedClock(FakeClock):
    """Nobody who sleeps ever wakes."""

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        await asyncio.Event().wait()


def at_provider(patch: pytest.MonkeyPatch, provider: Provider) -> None:
    """Both SDKs' own variables point at the mock."""
    for name in ("OPENAI", "ANTHROPIC"):
        patch.setenv(f"{name}_API_KEY", "not-a-key")
    patch.setenv("ANTHROPIC_BASE_URL", provider.url)
    patch.setenv("OPENAI_BASE_URL", f"{provider.url}/v1")


def gateway(
    candidate: str = HAIKU, clock: FakeClock | None = None, in_flight: int = 16, patience: float = 900.0
) -> HostedGateway:
    def no_limit(provider: str, requests: int) -> Any:
        raise AssertionError("no limit was asked for")

    settings = GatewaySettings(in_flight, patience)
    return hosted_gateway(candidate, settings, no_limit, clock=clock or FakeClock(), rng=random.Random(0))


def question(**changes: Any) -> Question:
    """One small question by the Sender's schema."""
    plain = Question(
        "Does the lead object?",
        {"record_id": "lead-1", "message": "Stop."},
        Judges.model_json_schema(),
        50,
        20.0,
    )
    return replace(plain, **changes)


def purse(usd: float = 1.0, budget: MemoryBudget | None = None) -> Purse:
    return Purse(budget or MemoryBudget(1000.0), "sender", usd)


def ask_once(candidate: str = HAIKU, asked: Question | None = None, clock: FakeClock | None = None) -> Reply:
    """One question to a gateway of its own."""

    async def run() -> Reply:
        opened = gateway(candidate, clock)
        try:
            return await opened.ask(asked or question(), purse())
        finally:
            await opened.close()

    return asyncio.run(run())


def hosted(name: str, candidate: str = HAIKU, **limits: Any) -> Blueprint:
    """A shipped specialist with a hosted model pinned, and other limits."""
    shipped = blueprint(name)
    card = shipped.card.model_copy(update={"limits": shipped.card.limits.model_copy(update=limits)})
    return replace(shipped, card=card, pin=Pin(schema_version=1, candidate=candidate, evidence=None))


async def in_workers(
    records: Iterable[Any], one: Callable[[Any], Awaitable[Answer]], workers: int
) -> dict[str, Answer]:
    """Every record's answer, by its id: so many workers, no task per record."""
    answers: dict[str, Answer] = {}
    source = iter(records)

    async def work() -> None:
        for record in source:
            assert record.record_id not in answers
            answers[record.record_id] = await one(record)

    async with asyncio.TaskGroup() as group:
        for _ in range(workers):
            group.create_task(work())
    return answers
