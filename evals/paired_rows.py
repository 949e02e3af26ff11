"""What was done beside what would be done: the same records, row by row; do they differ?"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from evals.statistics import Paired, mcnemar_of
from specialists.bounds import CONFIDENCE
from specialists.grading import Verdict
from specialists.records import Output, Row


@dataclass(frozen=True)
class Done:
    """One record's row on one side, with verdicts of the graders as they are today."""

    row: Row
    output: Output | None
    verdicts: tuple[Verdict, ...]

    @property
    def passed(self) -> bool:
        """Decided, and no grader against it. What is held, for whatever reason, has not passed."""
        return self.row["disposition"] in ("done", "skipped") and all(v.passed for v in self.verdicts)

    def failed(self) -> frozenset[str]:
        return frozenset(verdict.grader for verdict in self.verdicts if not verdict.passed)


@dataclass
class Comparison:
    """Counts over all records. `became`: (disposition then, now) -> records; `failed_then` and `failed_now`:
    grader -> records; `paired`: only then passed, only now passed."""

    records: int = 0
    judged: int = 0
    changed_outputs: int = 0
    passed_then: int = 0
    passed_now: int = 0
    only_then: int = 0
    only_now: int = 0
    usd: float = 0.0
    usd_then: float = 0.0
    became: Counter[tuple[str, str]] = field(default_factory=Counter)
    failed_then: Counter[str] = field(default_factory=Counter)
    failed_now: Counter[str] = field(default_factory=Counter)

    def add(self, then: Done, now: Done) -> None:
        self.records += 1
        self.judged += not str(now.row["decided_by"] or "").startswith("rule:")
        self.changed_outputs += then.output != now.output
        self.passed_then += then.passed
        self.passed_now += now.passed
        self.only_then += then.passed and not now.passed
        self.only_now += now.passed and not then.passed
        self.usd_then += then.row["cost_usd"]
        self.usd += now.row["cost_usd"]
        self.became[then.row["disposition"], now.row["disposition"]] += 1
        self.failed_then.update(then.failed())
        self.failed_now.update(now.failed())

    @property
    def paired(self) -> Paired:
        return mcnemar_of(self.only_then, self.only_now)

    @property
    def alarm(self) -> bool:
        """Whether the two differ by more than chance: of two that are alike, at most one replay in twenty."""
        return self.paired.p_value < 1 - CONFIDENCE

    def as_json(self) -> dict[str, Any]:
        return {
            "records": self.records,
            "judged": self.judged,
            "changed_outputs": self.changed_outputs,
            "passed": {"then": self.passed_then, "now": self.passed_now},
            "only_then_passed": self.only_then,
            "only_now_passed": self.only_now,
            "p_value": self.paired.p_value,
            "alarm": self.alarm,
            "usd": {"then": round(self.usd_then, 6), "now": round(self.usd, 6)},
            "became": {f"{then} -> {now}": count for (then, now), count in sorted(self.became.items())},
            "failed": {"then": dict(self.failed_then), "now": dict(self.failed_now)},
        }


def compared(pairs: Iterable[tuple[Done, Done]]) -> Comparison:
    found = Comparison()
    for then, now in pairs:
        found.add(then, now)
    return found


def by_grader(found: Comparison) -> Mapping[str, tuple[int, int]]:
    """Grader -> records that failed it then, and now."""
    names = sorted(found.failed_then.keys() | found.failed_now.keys())
    return {name: (found.failed_then[name], found.failed_now[name]) for name in names}
