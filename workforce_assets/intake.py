"""Intake: a cohort's files become the `leads` asset. A bad row is rejected with its reason, never dropped."""

from collections.abc import Iterator
from typing import Any

import pyarrow as pa

from resources.cohort import Cohort
from resources.lead_columns import CANONICAL_COLUMNS
from specialists.records import digest
from specialists.rows import LINEAGE

INTAKE_VERSION = "intake-1"

LEADS_SCHEMA = pa.schema(
    [*LINEAGE, *(pa.field(name, pa.string()) for name in CANONICAL_COLUMNS)], metadata={"schema_version": "1"}
)


def intake_rows(cohort: Cohort, run_id: str) -> Iterator[dict[str, Any]]:
    """One row for every row of every lead file: the accepted in file order, then the rejected."""
    for lead in cohort.leads():
        values = {name: lead.get(name) for name in CANONICAL_COLUMNS}
        yield {
            **values,
            "record_id": lead["record_id"],
            "disposition": lead["disposition"],
            "reason": lead["reason"],
            "decided_by": "rule:intake",
            "specialist_version": INTAKE_VERSION,
            "input_digest": digest(values),
            "verdicts": [],
            "rejected_output": None,
            "tokens_in": 0,
            "tokens_out": 0,
            "cost_usd": 0.0,
            "run_id": run_id,
        }
