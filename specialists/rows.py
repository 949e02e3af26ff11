"""Rows of the lake: what every row carries about itself, then what travels, then what this stage made."""

from dataclasses import dataclass
from typing import Any

import pyarrow as pa
from pydantic import BaseModel, create_model
from pydantic_to_pyarrow import get_pyarrow_schema

from resources.gateway.answers import NO_COST, Usage
from specialists.decisions import Decided, Decision, Disposition, Skip
from specialists.grading import Verdict
from specialists.records import Output, Record, Row, canonical_json, digest
from specialists.specialist import Blueprint

SCHEMA_VERSION = "1"

LINEAGE = pa.schema(
    [
        pa.field("record_id", pa.string(), nullable=False),
        pa.field("disposition", pa.string(), nullable=False),
        pa.field("reason", pa.string()),
        pa.field("decided_by", pa.string()),
        pa.field("specialist_version", pa.string(), nullable=False),
        pa.field("input_digest", pa.string(), nullable=False),
        pa.field(
            "verdicts",
            pa.list_(pa.struct([("grader", pa.string()), ("passed", pa.bool_()), ("reason", pa.string())])),
            nullable=False,
        ),
        pa.field("rejected_output", pa.string()),
        pa.field("tokens_in", pa.int64(), nullable=False),
        pa.field("tokens_out", pa.int64(), nullable=False),
        pa.field("cost_usd", pa.float64(), nullable=False),
        pa.field("run_id", pa.string(), nullable=False),
    ]
)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one record at one stage."""

    decision: Decision
    decided_by: str | None
    usage: Usage = NO_COST
    verdicts: tuple[Verdict, ...] = ()
    rejected: Output | None = None

    @property
    def disposition(self) -> Disposition:
        match self.decision:
            case Decided():
                return "done"
            case Skip():
                return "skipped"
            case _:
                return "held"

    @property
    def reason(self) -> str | None:
        return None if isinstance(self.decision, Decided) else self.decision.why


def stage_schema(blueprint: Blueprint) -> pa.Schema:
    """The Arrow schema of a stage's asset. Made fields are null in a row that is not done."""
    fields = [
        *_arrow_fields(blueprint.reads, blueprint.carried),
        *_arrow_fields(blueprint.makes, tuple(blueprint.makes.model_fields)),
    ]
    return pa.schema([*LINEAGE, *fields], metadata={"schema_version": SCHEMA_VERSION})


def _arrow_fields(model: type[BaseModel], names: tuple[str, ...]) -> list[pa.Field]:
    """Columns for the named fields, each nullable."""
    chosen: Any = {name: (model.model_fields[name].annotation, ...) for name in names}
    schema = get_pyarrow_schema(create_model(model.__name__, **chosen), allow_losing_tz=True)
    fields = [schema.field(name) for name in names]
    return [pa.field(field.name, _plain(field.type)) for field in fields]


def _plain(kind: pa.DataType) -> pa.DataType:
    """Instants as UTC microseconds; a Literal as text, which every reader knows."""
    if pa.types.is_timestamp(kind):
        return pa.timestamp("us", tz="UTC")
    return pa.string() if pa.types.is_dictionary(kind) else kind


def output_row(
    blueprint: Blueprint,
    row: Row,
    record: Record | None,
    outcome: Outcome,
    run_id: str,
    context_digest: str | None = None,
) -> dict[str, Any]:
    """The one row that answers for one record. `context_digest`: of `record`, where it is known already."""
    made = outcome.decision.output.model_dump() if isinstance(outcome.decision, Decided) else {}
    carried = {name: row.get(name) for name in blueprint.carried}
    return {
        **carried,
        **made,
        "record_id": row["record_id"],
        "disposition": outcome.disposition,
        "reason": outcome.reason,
        "decided_by": outcome.decided_by,
        "specialist_version": blueprint.decision_version,
        "input_digest": context_digest or digest(record.for_judgement() if record else carried),
        "verdicts": [verdict.as_row() for verdict in outcome.verdicts],
        "rejected_output": canonical_json(outcome.rejected.model_dump(mode="json"))
        if outcome.rejected
        else None,
        "tokens_in": outcome.usage.tokens_in,
        "tokens_out": outcome.usage.tokens_out,
        "cost_usd": outcome.usage.usd,
        "run_id": run_id,
    }
