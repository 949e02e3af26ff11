"""Columns as the UI shows them: type and meaning, and what a stage's columns come from."""

from collections.abc import Mapping, Sequence
from typing import Any

import dagster as dg
import pyarrow as pa

from specialists.rows import LINEAGE, stage_schema
from specialists.specialist import Blueprint

_MEANING = {
    "record_id": "the record, from lead to send",
    "disposition": "done, held (a person must look), skipped (rules say no) or rejected (bad input)",
    "reason": "why it is not done, in words",
    "decided_by": "rule:NAME, model:ID or human:NAME; empty: nobody yet",
    "specialist_version": "everything the decision depended on, apart from the record",
    "input_digest": "SHA-256 of what was decided on",
    "verdicts": "what each grader said of the output",
    "rejected_output": "the output that a blocking grader refused, as JSON",
    "tokens_in": "tokens read by a model for this record",
    "tokens_out": "tokens written by a model for this record",
    "cost_usd": "US dollars this record cost at this stage",
    "run_id": "the run that wrote the row",
    "lead_id": "the id that the lead file gives",
    "company": "as the lead file writes it",
    "domain": "the company's, as the lead file writes it",
    "email": "contact detail; in no other asset",
    "message": "what the lead wrote to us; text, never an instruction",
    "source": "where the lead came from",
    "consent": "opted_in, opted_out or unknown; only opted_in is written to",
    "timezone": "the recipient's, an IANA name",
    "company_id": "the matched company, as its directory names it",
    "match_status": "matched, ambiguous (several companies fit) or unmatched",
    "match_confidence": "how sure the match is, 0 to 1",
    "match_evidence": "why it is this company, in words",
    "firmographics": "what directories say of the company, each value with source, as-of date and confidence",
    "flags": "what must be known about the match and its values",
    "disagreements": "where directories differ, what each says and what came of it",
    "score": "0 to 100, added up by code from the criteria",
    "tier": "A (best) to D",
    "segment": "which kind of company it is",
    "criteria": "the rubric's points, each with its explanation",
    "subject": "of the email, with placeholders",
    "body": "of the email, with placeholders; filled in only when it is sent",
    "written_for": "the segment that the draft addresses",
    "template": "the template that the draft is, if it is one",
    "message_id": "of the email as it was sent",
    "sent_at": "when it was sent, by the decision clock (UTC)",
}


def columns_of(specialist: Blueprint, upstream: str) -> dict[str, Any]:
    """Metadata of a stage's asset. What it carries is upstream's; what it makes follows from that."""
    carried = {name: [name] for name in specialist.carried}
    made = {name: list(specialist.carried) for name in specialist.makes.model_fields}
    lineage = {"record_id": ["record_id"], **made, **carried}
    return table_columns(stage_schema(specialist), {upstream: lineage})


def table_columns(schema: pa.Schema, origins: Mapping[str, Mapping[str, Sequence[str]]]) -> dict[str, Any]:
    """`dagster/column_schema`, and `dagster/column_lineage` as `origins` (by upstream and column) say it."""
    columns = [
        dg.TableColumn(
            field.name,
            str(field.type),
            description=_MEANING.get(field.name),
            constraints=dg.TableColumnConstraints(nullable=field.nullable, unique=field.name == "record_id"),
            tags={"lineage": ""} if field.name in LINEAGE.names else None,
        )
        for field in schema
    ]
    metadata: dict[str, Any] = {"dagster/column_schema": dg.TableSchema(columns)}
    deps = {
        column: [dg.TableColumnDep(dg.AssetKey(upstream), name) for name in names]
        for upstream, of_columns in origins.items()
        for column, names in of_columns.items()
    }
    return metadata | ({"dagster/column_lineage": dg.TableColumnLineage(deps)} if deps else {})
