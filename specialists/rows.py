"""Rows of the lake: what every row carries about itself, then what travels, then what this stage made."""

from dataclasses import asdict, dataclass
from typing import Any

import pyarrow as pa
from pydantic import BaseModel
from pydantic_to_pyarrow import get_pyarrow_schema

from resources.model_gateway import NO_COST, Usage
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


def carried_fields(blueprint: Blueprint) -> tuple[str, ...]:
    """What travels on: the fields of `Reads` that came with the row, not from a tool or the stage itself."""
    filled = {mark.fills for _, mark, _ in blueprint.toolbox.marks()} | {
        "partition",
        "at",
        "brief",
        "record_id",
    }
    own = set(blueprint.makes.model_fields) | blueprint.reads.rules_only_fields()
    return tuple(name for name in blueprint.reads.model_fields if name not in filled | own)


def stage_schema(blueprint: Blueprint) -> pa.Schema:
    """The Arrow schema of a stage's asset. Made fields are null in a row that is not done."""
    carried = get_pyarrow_schema(blueprint.reads, allow_losing_tz=False)
    made = get_pyarrow_schema(blueprint.makes, allow_losing_tz=False)
    fields = [carried.field(name) for name in carried_fields(blueprint)]
    fields += [made.field(name) for name in blueprint.makes.model_fields]
    return pa.schema(
        [*LINEAGE, *(f.with_nullable(True) for f in fields)], metadata={"schema_version": SCHEMA_VERSION}
    )


def output_row(
    blueprint: Blueprint, row: Row, record: Record | None, outcome: Outcome, run_id: str
) -> dict[str, Any]:
    """The one row that answers for one record."""
    made = _values(outcome.decision.output) if isinstance(outcome.decision, Decided) else {}
    return {
        **{name: row.get(name) for name in carried_fields(blueprint)},
        **made,
        "record_id": row["record_id"],
        "disposition": outcome.disposition,
        "reason": outcome.reason,
        "decided_by": outcome.decided_by,
        "specialist_version": blueprint.decision_version,
        "input_digest": digest(record.for_judgement() if record else dict(row)),
        "verdicts": [asdict(verdict) for verdict in outcome.verdicts],
        "rejected_output": canonical_json(outcome.rejected.model_dump(mode="json"))
        if outcome.rejected
        else None,
        "tokens_in": outcome.usage.tokens_in,
        "tokens_out": outcome.usage.tokens_out,
        "cost_usd": outcome.usage.usd,
        "run_id": run_id,
    }


def _values(model: BaseModel) -> dict[str, Any]:
    return model.model_dump()
