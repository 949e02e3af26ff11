"""How a partition compares with the ones before it: volume, shares of closed sets, columns that ran empty.

Of several partitions the median counts, so that one bad day does not become what is usual.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any

from checks.suites.suite import Expectations, Suite
from resources.lake import LakeFile

# Partitions looked back at, how many there must be, and rows that a partition must have to be compared: with
# fewer, chance alone moves shares by more than the thresholds.
DAYS, FEWEST_DAYS, FEWEST_ROWS = 7, 3, 50
# Kullback-Leibler divergence in nats. Drawing 50 rows of four kinds gives 0.03 by chance; a kind that falls
# from 60 % to 30 % gives 0.2, one that was 5 % and is now all of them 2.5.
SHIFT_WARNS, SHIFT_FAILS = 0.2, 1.0
# How much less of a column may be filled than is usual.
LOSS_WARNS, LOSS_FAILS = 0.2, 0.5
VOLUME_WARNS = 4.0
# No value is impossible because a week did not have it.
_UNSEEN = 0.01


@dataclass(frozen=True)
class Recent:
    """What is usual: rows a partition, the share of each value among done rows, and of rows in which a column
    is filled."""

    rows: float
    shares: Mapping[str, Mapping[str, float]]
    filled: Mapping[str, float]


@dataclass(frozen=True)
class _Counts:
    rows: int
    values: Mapping[str, Counter[str]]
    filled: Mapping[str, int]


def recent(suite: Suite, earlier: Sequence[LakeFile]) -> Recent | None:
    """What is usual in the last of the partitions `earlier` (oldest first); None where they are too few."""
    counted = [_count(suite, file) for file in earlier[-DAYS:]]
    days = [day for day in counted if day.rows >= FEWEST_ROWS]
    if len(days) < FEWEST_DAYS:
        return None
    return Recent(
        rows=median(day.rows for day in days),
        shares={name: _usual(name, choices, days) for name, choices in suite.watched.items()},
        filled={name: median(day.filled[name] / day.rows for day in days) for name in suite.filled},
    )


def _count(suite: Suite, file: LakeFile) -> _Counts:
    import pyarrow.compute as pc

    there = set(file.columns())
    watched = [name for name in suite.watched if {name, "disposition"} <= there]
    filled = [name for name in suite.filled if name in there]
    values = {name: Counter[str]() for name in suite.watched}
    with_value = dict.fromkeys(suite.filled, 0)
    rows = 0
    for batch in file.batches([name for name in {"disposition", *watched, *filled} if name in there]):
        rows += len(batch)
        done = batch.filter(pc.equal(batch.column("disposition"), "done")) if watched else batch
        for name in watched:
            for pair in pc.value_counts(done.column(name).drop_null()).to_pylist():
                values[name][pair["values"]] += pair["counts"]
        for name in filled:
            with_value[name] += len(batch) - batch.column(name).null_count
    return _Counts(rows, values, with_value)


def _usual(name: str, choices: Sequence[str], days: Sequence[_Counts]) -> dict[str, float]:
    def share(day: _Counts, choice: str) -> float:
        total = sum(day.values[name][each] for each in choices)
        return day.values[name][choice] / total if total else 0.0

    raw = {choice: median(share(day, choice) for day in days) + _UNSEEN for choice in choices}
    return {choice: value / sum(raw.values()) for choice, value in raw.items()}


def like_recent(usual: Recent, rows: int, done: int) -> Expectations:
    """What is expected of a partition of so many `rows`, of them `done`, beside `usual` ones."""

    def build(expect: Any) -> dict[str, Any]:
        named: dict[str, Any] = {
            "volume_is_usual": expect.ExpectTableRowCountToBeBetween(
                min_value=int(usual.rows / VOLUME_WARNS),
                max_value=int(usual.rows * VOLUME_WARNS),
                severity="warning",
            )
        }
        for name, shares in usual.shares.items() if done >= FEWEST_ROWS else ():
            named |= _shares(expect, name, shares)
        for name, share in usual.filled.items() if rows >= FEWEST_ROWS else ():
            named |= _filled(expect, name, share)
        return named

    return build


def _shares(expect: Any, name: str, shares: Mapping[str, float]) -> dict[str, Any]:
    from great_expectations.expectations.row_conditions import Column

    expected = {"values": list(shares), "weights": list(shares.values())}

    def at_most(threshold: float, severity: str) -> Any:
        return expect.ExpectColumnKLDivergenceToBeLessThan(
            column=name,
            partition_object=expected,
            threshold=threshold,
            severity=severity,
            row_condition=Column("disposition") == "done",
        )

    return {
        f"{name}_is_distributed_as_usual": at_most(SHIFT_WARNS, "warning"),
        f"{name}_is_not_another_distribution": at_most(SHIFT_FAILS, "critical"),
    }


def _filled(expect: Any, name: str, share: float) -> dict[str, Any]:
    def at_least(loss: float, severity: str) -> Any:
        return expect.ExpectColumnProportionOfNonNullValuesToBeBetween(
            column=name, min_value=max(0.0, share - loss), severity=severity
        )

    return {
        f"{name}_is_filled_as_usual": at_least(LOSS_WARNS, "warning"),
        f"{name}_has_not_run_empty": at_least(LOSS_FAILS, "critical"),
    }
