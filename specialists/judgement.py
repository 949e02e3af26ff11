"""How a specialist asks its candidate: one prompt, the record as data, the schema as the only way out."""

from pydantic import ValidationError

from resources.journal import JournalKey
from resources.model_gateway import Answer, Answered, Malformed, Question, Unavailable
from specialists.records import Record, digest
from specialists.specialist import Blueprint, Specialist


def journal_key(blueprint: Blueprint, record: Record) -> JournalKey:
    """What a judgement of this record is kept under: the decision version and all that judgement may see."""
    return JournalKey(
        blueprint.name, blueprint.decision_version, record.record_id, digest(record.for_judgement())
    )


def ask(specialist: Specialist, record: Record) -> Answer:
    """The candidate's answer, checked strictly against the schema. A raising candidate is unavailable."""
    if specialist.candidate is None:
        return Unavailable("no model is pinned")
    blueprint = specialist.blueprint
    question = Question(
        prompt=blueprint.prompt,
        record=record.for_judgement(),
        schema=blueprint.answer_schema,
        max_output_tokens=blueprint.card.limits.max_output_tokens,
        timeout_seconds=blueprint.card.limits.timeout_seconds,
    )
    try:
        answer = specialist.candidate.ask(question)
    except Exception as error:  # whatever a client library raises, nothing was decided
        return Unavailable(f"the candidate failed: {type(error).__name__}: {error}")
    if not isinstance(answer, Answered):
        return answer
    try:
        blueprint.judges.model_validate(answer.output)
    except ValidationError as error:
        first = error.errors()[0]
        field = ".".join(str(part) for part in first["loc"])
        return Malformed(f"the answer does not fit the schema: {field}: {first['msg']}", answer.usage)
    return answer
