"""A suite on one partition: run by Great Expectations, told without a value of any row."""

import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import dagster as dg

from checks.suites.frame import frame_of
from checks.suites.recent import like_recent, recent
from checks.suites.suite import Suite
from resources.lake import LakeFile

EXAMPLES = 5


@dataclass(frozen=True, slots=True)
class SuiteResult:
    """One expectation's outcome. `observed` holds counts, column names and record ids: nothing personal."""

    expectation: str
    passed: bool
    severity: dg.AssetCheckSeverity
    observed: Mapping[str, Any]


def validate(suite: Suite, file: LakeFile, earlier: Sequence[LakeFile] = ()) -> list[SuiteResult]:
    """What the suite finds in a partition, compared with `earlier` ones (oldest first).

    An expectation that raises has failed.
    """
    context = quiet_context()
    frame = frame_of(file, suite)
    batch = batch_of(context, suite, frame)
    expected = gx_suite(suite, earlier, frame)
    found = batch.validate(expected, result_format=_result_format(frame.columns))
    return [_result(each) for each in found.results]


def quiet_context() -> Any:
    """A Great Expectations context in memory that reports to nobody and prints nothing."""
    # Before the import: the library reports usage at import time unless told not to.
    os.environ["GX_ANALYTICS_ENABLED"] = "false"
    import great_expectations as gx
    from great_expectations.data_context.types.base import ProgressBarsConfig

    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = ProgressBarsConfig(globally=False)
    return context


def batch_of(context: Any, suite: Suite, frame: Any) -> Any:
    rows = context.data_sources.add_or_update_pandas("lake").add_dataframe_asset(suite.asset)
    return rows.add_batch_definition_whole_dataframe("partition").get_batch({"dataframe": frame})


def gx_suite(suite: Suite, earlier: Sequence[LakeFile], frame: Any) -> Any:
    """The suite as Great Expectations has it, for the partition in `frame`."""
    import great_expectations as gx

    named = dict(suite.expectations(gx.expectations))
    if usual := recent(suite, earlier):
        done = int((frame["disposition"] == "done").sum()) if "disposition" in frame else 0
        named |= like_recent(usual, len(frame), done)(gx.expectations)
    for name, expectation in named.items():
        expectation.meta = {"name": name}
    return gx.ExpectationSuite(name=suite.name, expectations=list(named.values()))


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
        observed |= {"missing_columns": missing} if missing else {"observed": _plain(result)}
    else:
        observed["error"] = "could not be evaluated: a column it needs is missing or of another type"
    return observed


def _plain(result: Mapping[str, Any]) -> Any:
    """What was observed, numbers as JSON has them and not as numpy has."""
    value = result["observed_value"]
    return value.item() if hasattr(value, "item") else value


def as_check_result(results: Sequence[SuiteResult]) -> dg.AssetCheckResult:
    """The suite as one result: an ERROR if an expectation failed that is one, else a WARN."""
    failed = [result for result in results if not result.passed]
    errors = [result for result in failed if result.severity is dg.AssetCheckSeverity.ERROR]
    return dg.AssetCheckResult(
        passed=not failed,
        severity=dg.AssetCheckSeverity.WARN if failed and not errors else dg.AssetCheckSeverity.ERROR,
        description=_says(errors or failed) if failed else f"all {len(results)} expectations hold",
        metadata={
            "expectations": len(results),
            "failing_rows": max((each.observed.get("failing_rows", 0) for each in failed), default=0),
            "failed": dg.MetadataValue.json({each.expectation: dict(each.observed) for each in failed}),
        },
    )


def _says(failed: Iterable[SuiteResult]) -> str:
    return "; ".join(
        result.expectation
        + (f" ({result.observed['failing_rows']} rows)" if "failing_rows" in result.observed else "")
        for result in failed
    )
