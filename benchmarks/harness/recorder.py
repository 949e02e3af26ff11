"""Real stages, asked by real prompts; the gateway below them keeps what was asked and answers by the key."""

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from functools import wraps
from typing import Any

from benchmarks.harness.answer_key import Answers, Key
from benchmarks.harness.sample import Day
from resources.gateway.answers import Answered, Calls, Reply, ToolCall
from resources.gateway.ports import Question
from resources.gateway.purse import Purse
from specialists.decisions import Decided, Decision, NeedsJudgement, Rule
from specialists.pin import Pin
from specialists.specialist import Blueprint
from specialists.stage import Stage
from workforce_assets.manager import StageLine

Settle = Callable[[Any, Any], Decision]


@dataclass(frozen=True, slots=True)
class Asked:
    """One call: what was asked, and what was said to it as text."""

    specialist: str
    record_id: str
    question: Question
    said: str


@dataclass
class Recorder:
    """Implements `resources.gateway.ports.Gateway` for one specialist.

    Tools are called where the record alone has nothing to go by: an Enricher's record without companies.
    """

    specialist: str
    key: Answers
    asked: list[Asked]

    async def ask(self, question: Question, purse: Purse) -> Reply:
        record_id = question.record["record_id"]
        if question.tools and not question.exchanges and not question.record.get("companies"):
            said = [
                {"type": "tool_use", "id": f"toolu_{number:024}", "name": tool.name, "input": {}}
                for number, tool in enumerate(question.tools)
            ]
            self._keep(record_id, question, said)
            return Calls(tuple(ToolCall(one["id"], one["name"], {}) for one in said), said)  # type: ignore[arg-type]
        answer = self.key[record_id]
        self._keep(record_id, question, answer)
        return Answered(answer)

    def _keep(self, record_id: str, question: Question, said: object) -> None:
        self.asked.append(Asked(self.specialist, record_id, question, json.dumps(said, ensure_ascii=False)))

    def stop(self) -> None:
        """Nobody waits."""

    async def close(self) -> None:
        """Nothing is open."""


@dataclass
class Recording:
    """`change` puts recorders under a day's stages. `judged`: whatever rules decide is asked instead."""

    key: Key
    judged: bool
    asked: list[Asked] = field(default_factory=list)

    def change(self, line: StageLine, stage: Stage) -> Stage:
        recorder = Recorder(line.by, self.key[line.by], self.asked)
        chosen = pinned(stage.specialist.blueprint, "benchmark/recorder")
        return with_candidate(stage, all_judged(chosen) if self.judged else chosen, recorder)


def with_candidate(stage: Stage, blueprint: Blueprint, candidate: Any) -> Stage:
    specialist = replace(stage.specialist, blueprint=blueprint, candidate=candidate)
    return replace(stage, specialist=specialist)


def pinned(blueprint: Blueprint, candidate: str) -> Blueprint:
    """The same specialist, with a hosted model pinned."""
    pin = Pin(schema_version=1, candidate=candidate, evidence=None)
    return replace(blueprint, pin=pin, decision_version=f"{blueprint.decision_version}-{candidate}")


def all_judged(blueprint: Blueprint) -> Blueprint:
    """What a rule would decide is asked; what it holds or skips (consent, business hours) stays so."""
    settle = _rules_first(blueprint) if blueprint.name == "scorer" else blueprint.settle
    return replace(blueprint, rules=tuple(_asking(rule) for rule in blueprint.rules), settle=settle)


def _asking(rule: Rule) -> Rule:
    @wraps(rule)
    def asking(record: Any) -> Decision | None:
        decision = rule(record)
        return NeedsJudgement("asked of the model") if isinstance(decision, Decided) else decision

    return asking


def _rules_first(blueprint: Blueprint) -> Settle:
    """The rubric has no points for the intent of a message that nobody wrote, whatever the answer is."""

    def settle(record: Any, judged: Any) -> Decision:
        by_rule = next((found for rule in blueprint.rules if (found := rule(record)) is not None), None)
        return by_rule if isinstance(by_rule, Decided) else blueprint.settle(record, judged)

    return settle


def record(days: Iterable[Day], key: Key, *, judged: bool) -> Recording:
    """Every call the workforce makes over these days."""
    recording = Recording(key, judged)
    for day in days:
        day.run(recording.change)
    return recording
