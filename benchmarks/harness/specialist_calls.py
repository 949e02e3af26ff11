"""The workforce's own requests: each recorded question written by the transport that would send it."""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any, cast

from pydantic import BaseModel, create_model

from benchmarks.harness.answer_key import Key
from benchmarks.harness.harness_prompt import system_prompt
from benchmarks.harness.prefix_cache import blocks_of
from benchmarks.harness.recorder import Asked
from benchmarks.harness.sample import WORKFORCE, Day
from benchmarks.harness.tokens import tokens
from benchmarks.harness.traffic import Call, Chain
from resources.gateway.anthropic_transport import AnthropicTransport
from resources.gateway.models import model_of
from resources.gateway.ports import Question
from specialists.specialist import blueprint

# The model each specialist is pinned to.
Models = Callable[[str], str]


def phases(asked: Sequence[Asked], model: Models) -> Iterator[list[Chain]]:
    """One for each stage of each day, as they ran; a chain for each record."""
    writer = _Writer()
    for specialist, stage in groupby(asked, lambda one: one.specialist):
        name = model(specialist)
        yield [
            [writer.call(name, one.question, one.said) for one in calls]
            for _, calls in groupby(stage, lambda one: one.record_id)
        ]


def in_one_call(days: Iterable[Day], asked: Sequence[Asked], key: Key, model: str) -> Iterator[list[Chain]]:
    """The leanest harness there could be: no tools and no turns. One call with all skills, everything that
    the four specialists see of a record looked up beforehand, and the four answers in one."""
    answers: dict[str, Any] = {line.by: (blueprint(line.by).judges, ...) for line in WORKFORCE.stages}
    schema = cast(type[BaseModel], create_model("Answers", **answers)).model_json_schema()
    shown = _everything(asked)
    writer = _Writer()
    for day in days:
        prompt = system_prompt(day)
        yield [
            [_all_at_once(writer, model, prompt, schema, shown[lead["record_id"]], key)]
            for lead in day.world.leads
        ]


def _everything(asked: Sequence[Asked]) -> dict[str, dict[str, Any]]:
    """What the specialists saw of each record, each field once; nothing of what they made."""
    made = {name for line in WORKFORCE.stages for name in blueprint(line.by).makes.model_fields} | {"brief"}
    shown: dict[str, dict[str, Any]] = {}
    for one in asked:
        seen = {name: value for name, value in one.question.record.items() if name not in made}
        for exchange in one.question.exchanges:
            seen |= {"similar": [result.text for result in exchange.results]}
        shown.setdefault(one.record_id, {}).update(seen)
    return shown


def _all_at_once(
    writer: "_Writer",
    model: str,
    prompt: str,
    schema: Mapping[str, Any],
    record: Mapping[str, Any],
    key: Key,
) -> Call:
    answer = {line.by: key[line.by][record["record_id"]] for line in WORKFORCE.stages}
    question = Question(prompt, record, schema, 1_000, 60.0)
    return writer.call(model, question, json.dumps(answer, ensure_ascii=False))


class _Writer:
    """Bodies by the product's own transport; one transport a model."""

    def __init__(self) -> None:
        self._transports: dict[str, AnthropicTransport] = {}

    def call(self, model: str, question: Question, said: str) -> Call:
        if model not in self._transports:
            self._transports[model] = AnthropicTransport(model_of(f"anthropic/{model}"), 1)
        payload = self._transports[model].write(question).payload
        return Call(model, list(blocks_of(json.loads(cast(bytes, payload)))), tokens(said))
