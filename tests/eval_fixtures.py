"""Small evals for tests: a slice of the held-out cases, and hosted candidates by script."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from evals.held_out_cases import HeldOutCase, load_held_out, of_decider
from evals.runner import evaluate
from evals.scorecard import scorecard
from evals.scorecard_rows import Rows
from resources.gateway.answers import Answer, Answered, OverBudget, Usage
from resources.gateway.ports import Question
from resources.gateway.purse import Purse
from specialists.pin import Part
from specialists.specialist import Blueprint, blueprint

TODAY = date(2026, 3, 2)
HOSTED = "anthropic/claude-haiku-4-5"
COST = Usage(100, 10, 0.0002)


@dataclass
class Scripted:
    """A hosted model by script: `says` maps what is asked to an answer; `calls` is its own log."""

    says: Callable[[str, Question], Answer]
    label_of: dict[str, str] = field(default_factory=dict)
    calls: list[Question] = field(default_factory=list)

    async def ask(self, question: Question, purse: Purse) -> Answer:
        reservation = await purse.reserve(COST.usd)
        if reservation is None:
            return OverBudget(purse.why)
        self.calls.append(question)
        answer = self.says(self.label_of[question.record["record_id"]], question)
        await reservation.settle(answer.usage.usd)
        return answer

    def stop(self) -> None:
        """Nobody waits."""

    async def close(self) -> None:
        """It holds no connections."""


def knowing(label: str, question: Question) -> Answer:
    return Answered({"label": label}, COST)


def judged_cases(name: str, count: int | None = None) -> list[HeldOutCase]:
    return list(of_decider(load_held_out(name), "judgement"))[:count]


def rule_cases(name: str, every: int) -> list[HeldOutCase]:
    return list(of_decider(load_held_out(name), "rules"))[::every]


def by_rules(name: str, cases: Sequence[HeldOutCase], specialist: Blueprint | None = None) -> Rows:
    return evaluate(specialist or blueprint(name), None, TODAY, cases=cases)


def by_script(
    name: str, cases: Sequence[HeldOutCase], says: Callable[[str, Question], Answer], **more: Any
) -> tuple[Rows, Scripted]:
    """The rows of a scripted hosted candidate that is told each case's right label."""
    labels = {case.record_id: (case.expect.judged or {})["label"] for case in cases}
    script = Scripted(says, labels)
    usd = more.pop("usd", 10.0)
    rows = evaluate(blueprint(name), HOSTED, TODAY, usd=usd, gateway_of=lambda _: script, cases=cases, **more)
    return rows, script


def part(name: str, cases: Sequence[HeldOutCase], rows: Rows, specialist: Blueprint | None = None) -> Part:
    return scorecard(cases, rows, (specialist or blueprint(name)).card)


def with_graders(name: str, **graders: Any) -> Blueprint:
    """The specialist with some record graders replaced."""
    loaded = blueprint(name)
    return replace(loaded, record_graders={**loaded.record_graders, **graders})
