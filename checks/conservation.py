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


def conservation_of_files(
    asset: str, rows_read: int, rows: Iterable[Mapping[str, Any]]
) -> dg.AssetCheckResult:
    """Compare the number of rows the files hold with the rows at intake, which has no ids to go by.

    `rows` are a partition's rows with record_id and disposition; each id must stand once.
    """
    ids, dispositions = Counter[str](), Counter[str]()
    for row in rows:
        ids[row["record_id"]] += 1
        dispositions[row["disposition"]] += 1
    repeated = sorted(record_id for record_id, count in ids.items() if count > 1)
    known = sum(dispositions[name] for name in DISPOSITIONS)
    return dg.AssetCheckResult(
        asset_key=asset,
        check_name="conservation",
        passed=rows_read == ids.total() == known and not repeated,
        severity=dg.AssetCheckSeverity.ERROR,
        description=f"{rows_read} rows in the files, {ids.total()} out, {len(repeated)} ids more than once",
        metadata={
            "rows_in": rows_read,
            "rows_out": ids.total(),
            **{f"rows_{name}": dispositions[name] for name in DISPOSITIONS},
            "repeated_examples": dg.MetadataValue.json(repeated[:5]),
        },
    )
