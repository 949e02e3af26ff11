"""Conservation: nothing is lost. Upstream `done` = rows out = done + held + skipped + rejected."""

from collections import Counter
from collections.abc import Iterable, Mapping
from itertools import zip_longest
from typing import Any

import dagster as dg

from specialists.decisions import DISPOSITIONS


def conservation(
    asset: str, expected: Iterable[str], rows: Iterable[Mapping[str, Any]]
) -> dg.AssetCheckResult:
    """Compare the record ids that came in with those that went out, each exactly once.

    `rows` are a partition's rows with record_id and disposition. Where all is well both come in one order, so
    only ids that are out of their place are held.
    """
    in_place, came_in, went_out = 0, Counter[str](), Counter[str]()
    dispositions = Counter[str]()
    for wanted, row in zip_longest(expected, rows):
        if row is not None:
            dispositions[row["disposition"]] += 1
            if row["record_id"] == wanted:
                in_place += 1
                continue
            went_out[row["record_id"]] += 1
        if wanted is not None:
            came_in[wanted] += 1
    lost, extra = came_in - went_out, went_out - came_in
    odd = sum(count for name, count in dispositions.items() if name not in DISPOSITIONS)
    passed = not lost and not extra and not odd
    return dg.AssetCheckResult(
        asset_key=asset,
        check_name="conservation",
        passed=passed,
        severity=dg.AssetCheckSeverity.ERROR,
        description=(
            f"{in_place + came_in.total()} in = {in_place + went_out.total()} out"
            if passed
            else f"{lost.total()} lost, {extra.total()} too many, {odd} without a disposition"
        ),
        metadata={
            "rows_in": in_place + came_in.total(),
            "rows_out": in_place + went_out.total(),
            **{f"rows_{name}": dispositions[name] for name in DISPOSITIONS},
            "lost_examples": dg.MetadataValue.json(sorted(lost)[:5]),
            "extra_examples": dg.MetadataValue.json(sorted(extra)[:5]),
        },
    )


def conservation_of_files(
    asset: str, rows_read: int, rows: Iterable[Mapping[str, Any]]
) -> dg.AssetCheckResult:
    """Compare the number of rows the files hold with the rows at intake, which has no ids to go by.

    `rows` are a partition's rows with record_id and disposition, gone through twice; each id must stand once.
    """
    dispositions = Counter[str]()
    seen, twice = set[int](), set[int]()
    for row in rows:
        dispositions[row["disposition"]] += 1
        name = hash(row["record_id"])  # a number a row: a million texts would weigh three times as much
        (twice if name in seen else seen).add(name)
    suspects = Counter(row["record_id"] for row in rows if hash(row["record_id"]) in twice) if twice else {}
    repeated = sorted(record_id for record_id, count in suspects.items() if count > 1)
    known = sum(dispositions[name] for name in DISPOSITIONS)
    out = dispositions.total()
    return dg.AssetCheckResult(
        asset_key=asset,
        check_name="conservation",
        passed=rows_read == out == known and not repeated,
        severity=dg.AssetCheckSeverity.ERROR,
        description=f"{rows_read} rows in the files, {out} out, {len(repeated)} ids more than once",
        metadata={
            "rows_in": rows_read,
            "rows_out": out,
            **{f"rows_{name}": dispositions[name] for name in DISPOSITIONS},
            "repeated_examples": dg.MetadataValue.json(repeated[:5]),
        },
    )
