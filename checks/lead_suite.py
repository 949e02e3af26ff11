"""One Great Expectations suite on a partition of leads: schema, uniqueness, volume, values from closed sets.

Great Expectations takes 3 to 9 seconds to import, so only the check itself imports it.
"""

import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import dagster as dg
import pyarrow as pa
import pyarrow.parquet as pq

from resources.lake import LakeFile
from resources.lead_columns import CANONICAL_COLUMNS
from specialists.decisions import DISPOSITIONS
from specialists.rows import LINEAGE

if TYPE_CHECKING:
    import pandas as pd  # type: ignore[import-untyped]

CONSENTS = ("opted_in", "opted_out", "unknown")
# A file with more rejected rows than this was probably mapped wrongly, or is not a lead file at all.
MOST_REJECTED = 0.2
EXAMPLES = 5
_LOOKED_AT = ("record_id", "disposition", "consent")

Open = Callable[[dg.AssetCheckExecutionContext], LakeFile]


@dataclass(frozen=True, slots=True)
class SuiteResult:
    """One expectation's outcome. `observed` holds counts, column names and record ids: nothing personal."""

    expectation: str
    passed: bool
    severity: dg.AssetCheckSeverity
    observed: Mapping[str, Any]


def lead_frame(file: LakeFile) -> "pd.DataFrame":
    """A partition's columns by name, with values only where an expectation looks at them: a million wide rows
    need not be held for a check of three columns."""
    import pandas as pd

    with file.path.open("rb") as stream:
        names = file.columns()
        table = pq.read_table(stream, columns=[name for name in _LOOKED_AT if name in names])
    for name in names:
        if name not in _LOOKED_AT:
            table = table.append_column(name, pa.nulls(len(table)))
    return table.to_pandas(types_mapper=pd.ArrowDtype)


def lead_suite(frame: "pd.DataFrame") -> list[SuiteResult]:
    """What the suite finds in the rows of one partition of leads. An expectation that raises has failed."""
    # Before the import: the library reports usage at import time unless told not to.
    os.environ["GX_ANALYTICS_ENABLED"] = "false"
    import great_expectations as gx
    from great_expectations.data_context.types.base import ProgressBarsConfig

    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = ProgressBarsConfig(globally=False)
    rows = context.data_sources.add_pandas("lake").add_dataframe_asset("leads")
    batch = rows.add_batch_definition_whole_dataframe("partition").get_batch({"dataframe": frame})
    suite = gx.ExpectationSuite(name="leads", expectations=_expectations(gx.expectations))
    found = batch.validate(suite, result_format=_result_format(frame.columns))
    return [_result(each) for each in found.results]


def _expectations(expect: Any) -> list[Any]:
    from great_expectations.expectations.row_conditions import Column

    of_done = {"row_condition": Column("disposition") == "done"}
    columns = [*LINEAGE.names, *CANONICAL_COLUMNS]
    named = {
        "has_all_columns": expect.ExpectTableColumnsToMatchSet(column_set=columns, exact_match=False),
        "has_rows": expect.ExpectTableRowCountToBeBetween(min_value=1),
        "record_id_is_given": expect.ExpectColumnValuesToNotBeNull(column="record_id"),
        "record_id_is_unique": expect.ExpectColumnValuesToBeUnique(column="record_id"),
        "disposition_is_given": expect.ExpectColumnValuesToNotBeNull(column="disposition"),
        "disposition_is_known": expect.ExpectColumnValuesToBeInSet(
            column="disposition", value_set=list(DISPOSITIONS)
        ),
        "consent_of_done_is_given": expect.ExpectColumnValuesToNotBeNull(column="consent", **of_done),
        "consent_of_done_is_known": expect.ExpectColumnValuesToBeInSet(
            column="consent", value_set=list(CONSENTS), **of_done
        ),
        "few_are_rejected": expect.ExpectColumnValuesToNotBeInSet(
            column="disposition", value_set=["rejected"], mostly=1 - MOST_REJECTED, severity="warning"
        ),
    }
    for name, expectation in named.items():
        expectation.meta = {"name": name}
    return list(named.values())


def _result_format(columns: Iterable[str]) -> dict[str, Any]:
    named = {"unexpected_index_column_names": ["record_id"]} if "record_id" in columns else {}
    return {
        "result_format": "SUMMARY",
        "partial_unexpected_count": EXAMPLES,
        "return_unexpected_index_query": False,
        **named,
    }


def _result(found: Any) -> SuiteResult:
    config = found.expectation_config
    warning = config.severity.value == "warning"
    severity = dg.AssetCheckSeverity.WARN if warning else dg.AssetCheckSeverity.ERROR
    return SuiteResult(config.meta["name"], bool(found.success), severity, _observed(found))


def _observed(found: Any) -> dict[str, Any]:
    """Counts, names of columns and record ids. The values themselves may be personal data and stay out."""
    result: Mapping[str, Any] = found.result
    observed: dict[str, Any] = {}
    if "unexpected_count" in result:
        observed["failing_rows"] = int(result["unexpected_count"])
        observed["rows"] = int(result["element_count"])
        failing = result.get("partial_unexpected_index_list") or []
        ids = {place["record_id"] for place in failing if isinstance(place["record_id"], str)}
        observed["record_ids"] = sorted(ids)
    elif "observed_value" in result:
        missing = result.get("details", {}).get("mismatched", {}).get("missing")
        observed |= {"missing_columns": missing} if missing else {"observed": result["observed_value"]}
    else:
        observed["error"] = "could not be evaluated: a column it needs is missing or of another type"
    return observed


def lead_checks(
    asset: str, partitions: dg.PartitionsDefinition[str], resources: set[str], open_partition: Open
) -> dg.AssetChecksDefinition:
    """The suite as a blocking, partitioned check of `asset`. `open_partition` finds the partition's file."""

    @dg.asset_check(
        asset=asset,
        name="leads_suite",
        blocking=True,
        partitions_def=partitions,
        required_resource_keys=resources,
        description="Schema, uniqueness, volume, and dispositions and consents from closed sets.",
    )
    def check(context: dg.AssetCheckExecutionContext) -> dg.AssetCheckResult:
        return as_check_result(lead_suite(lead_frame(open_partition(context))))

    return check


def as_check_result(results: Sequence[SuiteResult]) -> dg.AssetCheckResult:
    """The suite as one result: an ERROR if an expectation failed that is one, else a WARN."""
    failed = [result for result in results if not result.passed]
    errors = [result for result in failed if result.severity is dg.AssetCheckSeverity.ERROR]
    return dg.AssetCheckResult(
        passed=not failed,
        severity=dg.AssetCheckSeverity.WARN if failed and not errors else dg.AssetCheckSeverity.ERROR,
        description=_says(failed) if failed else f"all {len(results)} expectations hold",
        metadata={
            "expectations": len(results),
            "failed": dg.MetadataValue.json({each.expectation: dict(each.observed) for each in failed}),
        },
    )


def _says(failed: Iterable[SuiteResult]) -> str:
    return "; ".join(
        result.expectation
        + (f" ({result.observed['failing_rows']} rows)" if "failing_rows" in result.observed else "")
        for result in failed
    )
