"""Whatever a provider does, every record is accounted for, within policy; the provider's own log says so."""

import asyncio
import json
import os
import re
from collections import defaultdict
from collections.abc import Iterator
from typing import Any

import pytest

from resources.gateway.answers import Answer, Answered, Malformed, Refused, Unavailable
from resources.gateway.failures import KINDS, ProviderDown
from resources.gateway.hosted import HostedGateway
from specialists.judgement import ask
from specialists.sender.schema import Reads
from specialists.specialist import Specialist
from specialists.tool_loop import SECOND_ANSWERS
from tests.fakes import MemoryBudget
from tests.gateway_kit import FakeClock, StoppedClock, at_provider, gateway, hosted, in_workers
from tests.provider import Call, Plan, Provider, running

RECORDS, WORKERS = 10_000 if os.environ.get("WORKFORCE_CAMPAIGN") else 1200, 64
# The faults of the mock, and what the gateway calls them.
KIND_OF = {
    "429": "rate limited", "500": "server error", "503": "overloaded", "529": "overloaded",
    "timeout": "timeout", "reset": "connection lost", "truncated": "cut answer",
}  # fmt: skip
MALFORMED = ("malformed", "wrong schema", "cut off")
EVERY_KIND = (*KIND_OF, *MALFORMED, "refusal", "wrong model")
# Real seconds: on a busy machine a shorter wait would be a fault that nobody planned.
PATIENCE = 5.0
SENDER = hosted("sender", timeout_seconds=PATIENCE, usd_per_record=1.0)


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def provider(monkeypatch: pytest.MonkeyPatch, clock: FakeClock) -> Iterator[Provider]:
    with running(Provider(now=clock.now)) as one:
        at_provider(monkeypatch, one)
        yield one


def records(count: int) -> list[Reads]:
    """As many of the Sender's first case that judgement sees, under other ids."""
    path = SENDER.folder / "cases.jsonl"
    cases = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    shown = next(case["record"] for case in cases if case["expect"].get("judged"))
    return [Reads.model_validate({**shown, "record_id": f"lead-{number}"}) for number in range(count)]


def judged(
    opened: HostedGateway, count: int, budget: MemoryBudget, workers: int = WORKERS
) -> dict[str, Answer]:
    """Every record through the specialist's judgement."""
    sender = Specialist(SENDER, None, opened)  # type: ignore[arg-type]

    async def run() -> dict[str, Answer]:
        try:
            return await in_workers(records(count), lambda record: ask(sender, record, budget), workers)
        finally:
            await opened.close()

    return asyncio.run(run())


def by_record(calls: list[Call]) -> dict[str, list[Call]]:
    found: dict[str, list[Call]] = defaultdict(list)
    for call in sorted(calls, key=lambda call: call.number):
        [name] = re.findall(r"lead-\d+", call.body["messages"][0]["content"])
        found[name].append(call)
    return found


def test_every_record_is_accounted_for_under_faults_of_every_kind(
    provider: Provider, clock: FakeClock
) -> None:
    """Three in ten calls go wrong; what is answered was answered, nothing else is, and money adds up."""
    shares = {
        **dict.fromkeys(EVERY_KIND, 0.297 / (len(EVERY_KIND) - 1)),
        "timeout": 0.003,
    }  # those take real time
    provider.plan = Plan(shares, seed=7, stall_seconds=PATIENCE + 2)
    budget = MemoryBudget(1e6)
    answers = judged(gateway(clock=clock, in_flight=WORKERS), RECORDS, budget)
    calls = by_record(provider.calls)
    assert answers.keys() == calls.keys() and len(answers) == RECORDS
    for name, answer in answers.items():
        check_policy([call.fault for call in calls[name]], answer)
    done = sum(isinstance(answer, Answered) for answer in answers.values())
    assert done > 0.9 * RECORDS
    assert budget.spent >= provider.bill > 0
    assert budget.spent == pytest.approx(sum(answer.usage.usd for answer in answers.values()))


def check_policy(faults: list[str | None], answer: Answer) -> None:
    """What came of one record is what its calls say, and no call was one too many."""
    *before, last = faults
    assert all(fault in (*KIND_OF, *MALFORMED) for fault in before), "asked again after an end"
    for kind in KINDS.values():
        assert sum(KIND_OF.get(fault or "") == kind.name for fault in faults) <= kind.attempts
    assert sum(fault in MALFORMED for fault in before) <= SECOND_ANSWERS
    expected: dict[Any, type] = {None: Answered, "refusal": Refused, "wrong model": Malformed}
    expected |= dict.fromkeys(MALFORMED, Malformed) | dict.fromkeys(KIND_OF, Unavailable)
    assert type(answer) is expected[last], (faults, answer)


@pytest.mark.parametrize(("header", "seconds"), [("7", 7.0), ("Mon, 02 Mar 2026 10:00:09 GMT", 9.0)])
def test_retry_after_is_obeyed(provider: Provider, clock: FakeClock, header: str, seconds: float) -> None:
    """Seconds or a date, on the gateway's own clock: the same record does not come back a moment earlier."""
    provider.plan = Plan(at_call=lambda number: "429" if number == 0 else None, retry_after=header)
    answers = judged(gateway(clock=clock), 1, MemoryBudget())
    assert isinstance(answers["lead-0"], Answered)
    first, second = provider.calls
    assert seconds <= second.at - first.at <= seconds * 1.1


def test_all_workers_wait_when_one_is_told_to(provider: Provider) -> None:
    """A rate limit is the provider's, not one record's: while one is told to wait, no other calls."""
    provider.plan = Plan(at_call=lambda number: "429" if number == 0 else None, retry_after="30")
    clock = StoppedClock()
    opened = gateway(clock=clock, in_flight=1)
    sender = Specialist(SENDER, None, opened)  # type: ignore[arg-type]

    async def run() -> None:
        judging = asyncio.create_task(
            in_workers(records(10), lambda record: ask(sender, record, MemoryBudget()), 2)
        )
        while len(clock.slept) < 2 and len(provider.calls) < 2:
            await asyncio.sleep(0.01)
        judging.cancel()
        await asyncio.gather(judging, return_exceptions=True)
        await opened.close()

    asyncio.run(run())
    assert len(provider.calls) == 1
    assert min(clock.slept) >= 30


def test_a_storm_of_ten_minutes_is_waited_out(provider: Provider, clock: FakeClock) -> None:
    """529 to everybody for ten minutes: one call at a time probes, nothing is held, nothing paid twice."""
    provider.plan = Plan(at_call=lambda number: "529" if 1 < clock.seconds + number < 600 else None)
    answers = judged(gateway(clock=clock), 300, MemoryBudget())
    assert all(isinstance(answer, Answered) for answer in answers.values())
    paid = [call for call in provider.calls if call.usd]
    assert len(paid) == 300 and clock.seconds >= 500
    assert len(provider.calls) < 300 + 100


def test_a_storm_is_waited_out_by_a_single_worker_too(provider: Provider, clock: FakeClock) -> None:
    """More failures of one record than a record may have on its own: they are the provider's, not its."""
    provider.plan = Plan(at_call=lambda number: "529" if clock.seconds < 600 else None)
    answers = judged(gateway(clock=clock), 2, MemoryBudget(), workers=1)
    assert all(isinstance(answer, Answered) for answer in answers.values())
    assert sum(call.fault == "529" for call in provider.calls) > KINDS["overloaded"].attempts


def test_an_outage_longer_than_patience_stops_the_run(provider: Provider, clock: FakeClock) -> None:
    """Not one record is held for it; whoever had entered is told the same."""
    provider.plan = Plan(shares={"529": 1.0})
    with pytest.raises(ExceptionGroup) as raised:
        judged(gateway(clock=clock, patience=120.0), 50, MemoryBudget())
    assert all(isinstance(error, ProviderDown) for error in raised.value.exceptions)
    assert 120 < clock.seconds < 400


@pytest.mark.parametrize("fault", ["spend limit", "401"])
def test_what_only_a_person_can_cure_stops_the_run_at_once(
    provider: Provider, clock: FakeClock, fault: str
) -> None:
    """A spend limit comes as a 429, and is never retried; nor is a refused key."""
    provider.plan = Plan(shares={fault: 1.0})
    with pytest.raises(ExceptionGroup) as raised:
        judged(gateway(clock=clock), 50, MemoryBudget(), workers=1)
    assert len(provider.calls) == 1 and clock.slept == []
    assert isinstance(raised.value.exceptions[0], ProviderDown)


def test_a_bad_request_is_one_records_own(provider: Provider, clock: FakeClock) -> None:
    """Never retried, and the others go on."""
    provider.plan = Plan(at_call=lambda number: "400" if number == 0 else None)
    answers = judged(gateway(clock=clock), 5, MemoryBudget(), workers=1)
    assert [type(answer) for answer in answers.values()] == [Unavailable, *[Answered] * 4]
    assert len(provider.calls) == 5


def test_a_lost_answer_stays_spent_and_a_refused_request_costs_nothing(
    provider: Provider, clock: FakeClock
) -> None:
    """The provider charges for an answer that never arrived; the budget counts its worst case."""
    provider.plan = Plan(at_call={0: "reset", 1: "529"}.get)
    budget = MemoryBudget()
    [answer] = judged(gateway(clock=clock), 1, budget).values()
    lost, refused, answered = answer.steps
    assert lost.usage.usd > provider.calls[0].usd > 0 and refused.usage.usd == 0
    assert budget.spent == pytest.approx(lost.usage.usd + answered.usage.usd)
    assert answered.usage.usd == pytest.approx(provider.calls[2].usd)


def test_over_budget_nothing_leaves(provider: Provider, clock: FakeClock) -> None:
    answers = judged(gateway(clock=clock), 3, MemoryBudget(cap=0.0001))
    assert provider.calls == []
    assert {type(answer).__name__ for answer in answers.values()} == {"OverBudget"}
