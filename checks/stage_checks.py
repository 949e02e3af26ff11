"""All of a stage's checks in one op, one status per partition each: its graders again, and conservation.

The graders do not read the stored verdicts: they grade every candidate output the lake holds afresh, the
rejected outputs of held rows included. A blocking grader's check is an ERROR if any done row fails it; short
of that it is a WARN if the share of outputs that pass lies under the bar on the card.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import dagster as dg

from checks.conservation import conservation
from resources.lake import LakeFile
from specialists.bounds import lower_bound
from specialists.card import GraderBar
from specialists.grading import Facts
from specialists.reading import Setting
from specialists.regrade import regrade
from specialists.specialist import Blueprint, Specialist

EXAMPLES = 5


@dataclass(frozen=True)
class Inspection:
    """One partition of a stage, opened for its checks."""

    specialist: Specialist
    setting: Setting
    upstream: LakeFile
    made: LakeFile


Open = Callable[[dg.AssetCheckExecutionContext], Inspection]


def stage_checks(
    asset: str,
    upstream: str,
    blueprint: Blueprint,
    partitions: dg.PartitionsDefinition[str],
    resources: set[str],
    inspect: Open,
) -> dg.AssetChecksDefinition:
    """The checks of one stage's asset. `inspect` opens the partition that is being checked."""
    specs = [
        _spec(
            asset,
            upstream,
            partitions,
            name,
            bar.blocking,
            _says(blueprint.name, name, bar),
        )
        for name, bar in blueprint.card.graders.items()
    ]
    says = f"every done row of {upstream} came out exactly once"
    specs.append(_spec(asset, upstream, partitions, "conservation", True, says))

    @dg.multi_asset_check(name=f"{asset}_checks", specs=specs, required_resource_keys=resources)
    def run(context: dg.AssetCheckExecutionContext) -> Iterator[dg.AssetCheckResult]:
        opened = inspect(context)
        yield from grader_results(asset, opened)
        columns = ["record_id", "disposition"]
        done = (row["record_id"] for row in opened.upstream.view(columns, "done"))
        yield conservation(asset, done, opened.made.rows(columns))

    return run


def _says(specialist: str, grader: str, bar: GraderBar) -> str:
    floor = f"at least {bar.bar:.1%} of its outputs pass"
    blocks = ", and none that is done fails; a failure stops what follows for its day" if bar.blocking else ""
    return f"{specialist.capitalize()}'s grader {grader}: {floor}{blocks}."


def _spec(
    asset: str,
    upstream: str,
    partitions: dg.PartitionsDefinition[str],
    name: str,
    blocking: bool,
    description: str,
) -> dg.AssetCheckSpec:
    return dg.AssetCheckSpec(
        name,
        asset=asset,
        description=description,
        blocking=blocking,
        partitions_def=partitions,
        additional_deps=[upstream],
    )


@dataclass
class _Tally:
    """One grader's passes and failures over a partition."""

    total: int = 0
    failed: int = 0
    failed_done: int = 0
    examples: list[str] = field(default_factory=list)

    def add(self, record_id: str, done: bool, passed: bool) -> None:
        self.total += 1
        if not passed:
            self.fail(record_id, done)

    def fail(self, record_id: str, done: bool) -> None:
        self.failed += 1
        self.failed_done += done
        if len(self.examples) < EXAMPLES:
            self.examples.append(record_id)


def grader_results(asset: str, opened: Inspection) -> Iterator[dg.AssetCheckResult]:
    """A result per grader on the card, record graders first."""
    blueprint = opened.specialist.blueprint
    tallies = {name: _Tally() for name in blueprint.card.graders}
    done = 0
    for row in opened.made.rows():
        done += _is_done(row)
        for verdict in regrade(opened.specialist, row, opened.setting):
            tallies[verdict.grader].add(row["record_id"], _is_done(row), verdict.passed)
    for name, grader in blueprint.cohort_graders.items():
        tallies[name].total = done
        for record_id in grader(opened.made.view(disposition="done"), _FactsByRecord(opened.setting)):
            tallies[name].fail(record_id, done=True)
    for name, bar in blueprint.card.graders.items():
        yield _result(asset, name, bar, tallies[name])


def _result(asset: str, name: str, bar: GraderBar, tally: _Tally) -> dg.AssetCheckResult:
    passes = tally.total - tally.failed
    rate = passes / tally.total if tally.total else 1.0
    breached = bar.blocking and tally.failed_done > 0
    passed = not breached and rate >= bar.bar
    error = breached or (passed and bar.blocking)
    return dg.AssetCheckResult(
        asset_key=asset,
        check_name=name,
        passed=passed,
        severity=dg.AssetCheckSeverity.ERROR if error else dg.AssetCheckSeverity.WARN,
        description=f"{passes} of {tally.total} outputs pass; {tally.failed_done} failing rows are done",
        metadata={
            "outputs": tally.total,
            "passed": passes,
            "done_but_failing": tally.failed_done,
            "pass_rate": round(rate, 4),
            "pass_rate_at_least": round(lower_bound(passes, tally.total), 4),
            "bar": bar.bar,
            "failing_records": dg.MetadataValue.json(tally.examples),
        },
    )


class _FactsByRecord(Mapping[str, Facts]):
    """Facts looked up when a cohort grader asks, not held for the whole partition."""

    def __init__(self, setting: Setting) -> None:
        self._setting = setting

    def __getitem__(self, record_id: str) -> Facts:
        return self._setting.facts(record_id)

    def __iter__(self) -> Iterator[str]:
        raise TypeError("facts are looked up by record id")

    def __len__(self) -> int:
        raise TypeError("facts are looked up by record id")


def _is_done(row: Mapping[str, Any]) -> bool:
    return bool(row["disposition"] == "done")
