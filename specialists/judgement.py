"""How a specialist asks its candidate: one prompt, the record as data, the schema as the only way out."""

import json
from collections.abc import Mapping
from typing import Any, cast

from pydantic import ValidationError

from resources.budget import Budget
from resources.gateway.answers import Answer, Answered, Malformed, Unavailable
from resources.gateway.failures import ProviderDown
from resources.gateway.ports import Candidate, Gateway, Question, ReadTool
from resources.gateway.purse import Purse
from resources.journal import JournalKey
from specialists.records import Record, digest
from specialists.specialist import Blueprint, Specialist
from specialists.tool_loop import ToolLoop


def journal_key(blueprint: Blueprint, record: Record) -> JournalKey:
    """What a judgement of this record is kept under: the decision version and all that judgement may see."""
    return JournalKey(
        blueprint.name, blueprint.decision_version, record.record_id, digest(record.for_judgement())
    )


def ask_local(specialist: Specialist, record: Record) -> Answer:
    """A local candidate's answer, checked against the schema. A raising candidate is unavailable."""
    if specialist.candidate is None:
        return Unavailable("no model is pinned")
    try:
        answer = cast(Candidate, specialist.candidate).ask(as_question(specialist.blueprint, record))
    except Exception as error:  # whatever it raises, nothing was decided
        return _failed(error)
    wrong = misfit(specialist.blueprint, answer.output) if isinstance(answer, Answered) else None
    return (
        answer if wrong is None else Malformed(f"the answer does not fit the schema: {wrong}", answer.usage)
    )


async def ask(specialist: Specialist, record: Record, budget: Budget) -> Answer:
    """A hosted model's answer, checked against the schema; every attempt reserves in `budget` first.

    Raises ProviderDown where no record can be judged: the run stops, and a later one resumes.
    """
    if specialist.candidate is None:
        return Unavailable("no model is pinned")
    blueprint = specialist.blueprint
    limits = blueprint.card.limits
    question = as_question(blueprint, record)
    offered = blueprint.toolbox.on_request()
    on_request = {name: question.record[field] for name, (field, _) in offered.items()}
    if offered:
        question = _with_tools(question, offered)
    loop = ToolLoop(
        cast(Gateway, specialist.candidate),
        Purse(budget, blueprint.name, limits.usd_per_record),
        on_request,
        lambda output: misfit(blueprint, output),
    )
    try:
        return await loop.run(question, limits.turns)
    except ProviderDown:
        raise
    except Exception as error:  # one broken record must not stop the others
        return _failed(error)


def misfit(blueprint: Blueprint, output: Mapping[str, Any]) -> str | None:
    """What in an output does not fit the specialist's schema, read strictly as JSON; None where all fits."""
    try:
        blueprint.judges.model_validate_json(json.dumps(dict(output)), strict=True)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        return f"{'.'.join(str(part) for part in first['loc'])}: {first['msg']}"
    return None


def as_question(blueprint: Blueprint, record: Record) -> Question:
    """The record before the specialist's prompt and schema, without tools."""
    return Question(
        prompt=blueprint.prompt,
        record=record.for_judgement(),
        schema=blueprint.answer_schema,
        max_output_tokens=blueprint.card.limits.max_output_tokens,
        timeout_seconds=blueprint.card.limits.timeout_seconds,
    )


def _with_tools(question: Question, offered: Mapping[str, tuple[str, str]]) -> Question:
    """The same, with the fields that come on request left out and their tools offered."""
    hidden = {field for field, _ in offered.values()}
    return Question(
        question.prompt,
        {name: value for name, value in question.record.items() if name not in hidden},
        question.schema,
        question.max_output_tokens,
        question.timeout_seconds,
        tuple(ReadTool(name, description) for name, (_, description) in offered.items()),
    )


def _failed(error: Exception) -> Unavailable:
    return Unavailable(f"the candidate failed: {type(error).__name__}: {error}")
