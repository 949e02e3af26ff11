"""Conservation: nothing is lost. Upstream `done` = rows out = done + held + skipped + rejected."""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

import dagster as dg

from specialists.decisions import DISPOSITIONS


def conservation(
    asset: str, expected: Iterable[str], rows: Iterable[Mapping[str, Any]]
) -> dg.AssetCheckResult:
    """Compare the record ids that came in with those that went out, each exactly once.

    `rows` are a partition's rows with record_id and disposition.
    """
    came_in, went_out, dispositions = Counter(expected), Counter[str](), Counter[str]()
    for row in rows:
        went_out[row["record_id"]] += 1
        dispositions[row["disposition"]] += 1
    lost, extra = came_in - went_out, went_out - came_in
    odd = sum(count for name, count in dispositions.items() if name not in DISPOSITIONS)
    passed = not lost and not extra and not odd
    return dg.AssetCheckResult(
        asset_key=asset,
        check_name="conservation",
        passed=passed,
        severity=dg.AssetCheckSeverity.ERROR,
        description=(
            f"{came_in.total()} in = {went_out.total()} out"
            if passed
            else f"{lost.total()} lost, {extra.total()} too many, {odd} without a disposition"
        ),
        metadata={
            "rows_in": came_in.total(),
            "rows_out": went_out.total(),
            **{f"rows_{name}": dispositions[name] for name in DISPOSITIONS},
            "lost_examples": dg.MetadataValue.json(sorted(lost)[:5]),
            "extra_examples": dg.MetadataValue.json(sorted(extra)[:5]),
        },
    )
