"""A scorecard: what raw rows prove about one decider, computed and never stored.

The roster is the held-out file, not the rows: a row that is missing fails every criterion. A case passes a
criterion if each of its trials does; for `right` a text counts once, not in every case that repeats it. Where
a candidate abstained, a person looks: that is neither right nor wrong, and is counted apart. Whatever else is
not a usable decision is an error, and an error fails.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean

from evals.held_out_cases import HeldOutCase, of_decider
from evals.scorecard_rows import RULES, Rows, TrialRow
from evals.statistics import gate, more_needed, pass_hat_k
from specialists.bounds import lower_bound
from specialists.card import Card
from specialists.pin import Criterion, Gate, Part

RIGHT = "right"
_KS = (1, 2, 3, 5, 8)


@dataclass(frozen=True)
class CaseResult:
    """One case over all its trials. `errored`: a trial is missing, twice there, or came to nothing usable."""

    case: HeldOutCase
    errored: bool
    decided: tuple[TrialRow, ...]
    abstained: int

    @property
    def counts(self) -> bool:
        """Whether it is in the denominators: all but where every trial abstained."""
        return self.errored or bool(self.decided)

    def right(self) -> bool:
        return not self.errored and all(is_right(self.case, row) for row in self.decided)

    def graded(self, grader: str) -> bool | None:
        """Whether every decided trial passed; None where there is nothing to grade: a decision not to make an
        output is right or wrong, and no output that fails."""
        if self.errored:
            return False
        outputs = [row for row in self.decided if _to_grade(self.case, row)]
        if not outputs:
            return None
        return all(grader in row.verdicts and row.verdicts[grader] is None for row in outputs)

    def passes(self, graders: Sequence[str]) -> bool:
        return self.right() and all(self.graded(grader) is not False for grader in graders)


def results(cases: Sequence[HeldOutCase], found: Rows) -> list[CaseResult]:
    """One result for every case of the roster, whatever rows there are."""
    by_case: dict[str, list[TrialRow]] = {}
    for row in found.rows:
        by_case.setdefault(row.case, []).append(row)
    decider = found.measured.candidate
    mine = of_decider(cases, "rules" if decider == RULES else "judgement")
    return [_result(case, by_case.get(case.name, []), found) for case in mine]


def scorecard(cases: Sequence[HeldOutCase], found: Rows, card: Card) -> Part:
    """All figures of one decider. `cases` is the whole held-out set; it takes what is its own to decide."""
    of_cases = results(cases, found)
    counted = [result for result in of_cases if result.counts]
    criteria = {RIGHT: _criterion(card.right, [r.right() for r in counted if not r.case.repeats])}
    for grader, bar in card.graders.items():
        graded = [passed for result in counted if (passed := result.graded(grader)) is not None]
        criteria[grader] = _criterion(bar.bar, graded)
    return Part(
        cases=len(of_cases),
        trials=found.measured.trials,
        decided=sum(bool(result.decided) and not result.errored for result in of_cases),
        abstained=sum(not result.counts for result in of_cases),
        errored=sum(result.errored for result in of_cases),
        criteria=criteria,
        pass_hat_k=_pass_hat_k(counted, found.measured.trials, tuple(card.graders)),
        usd_per_record=round(fmean([row.usd for row in found.rows] or [0.0]), 8),
        verdict=worst(criterion.verdict for criterion in criteria.values()),
    )


def is_right(case: HeldOutCase, row: TrialRow) -> bool:
    """Whether the row is what the case says must come out, decided by whom it says."""
    expect = case.expect
    if (row.judged == "by rule") != (case.decider == "rules"):
        return False
    if row.disposition != expect.disposition or (expect.reason or "") not in (row.reason or ""):
        return False
    if expect.by is not None and row.decided_by != expect.by:
        return False
    return _holds(expect.output, row.output) and _holds(expect.judged or {}, row.said)


def worst(verdicts: Iterable[Gate]) -> Gate:
    """`hold` outweighs `not enough evidence`, which outweighs `adopt`. No verdict at all is not enough."""
    found = set(verdicts)
    if "hold" in found:
        return "hold"
    return "adopt" if found == {"adopt"} else "not enough evidence"


def _result(case: HeldOutCase, rows: list[TrialRow], found: Rows) -> CaseResult:
    complete = sorted(row.trial for row in rows) == list(range(1, found.measured.trials + 1))
    usable = complete and all(_usable(row, found.measured.candidate) for row in rows)
    if not usable:
        return CaseResult(case, True, (), 0)
    # Rules have nobody to leave a case to: where they pass on what is theirs, that is wrong.
    abstained = [row for row in rows if row.judged == "abstained" and case.decider == "judgement"]
    decided = tuple(row for row in rows if row not in abstained)
    return CaseResult(case, False, decided, len(abstained))


def _usable(row: TrialRow, candidate: str) -> bool:
    """Not an error, and not the work of another model than the one that is measured."""
    if row.judged == "errored":
        return False
    return candidate == RULES or row.judged == "by rule" or row.decided_by == f"model:{candidate}"


def _to_grade(case: HeldOutCase, row: TrialRow) -> bool:
    """What was done, and what a grader rejected of what should have been. A poisoned record that was held as
    it must be leaves nothing to grade."""
    rejected = row.output is not None or bool(row.verdicts)
    return row.disposition == "done" or (case.expect.disposition == "done" and rejected)


def _holds(expected: Mapping[str, object], found: Mapping[str, object] | None) -> bool:
    return all(
        found is not None and name in found and found[name] == value for name, value in expected.items()
    )


def _criterion(bar: float, passed: Sequence[bool]) -> Criterion:
    n, passes = len(passed), sum(passed)
    return Criterion(
        bar=bar,
        n=n,
        passed=passes,
        lower_bound=round(lower_bound(passes, n), 6),
        verdict=gate(passes, n, bar),
        more_needed=more_needed(passes, n, bar),
    )


def _pass_hat_k(counted: Sequence[CaseResult], trials: int, graders: Sequence[str]) -> dict[str, float]:
    """The mean over cases; a trial that abstained did not go right, an errored case never did."""
    if not counted:
        return {}
    passes = [_passes(result, graders) for result in counted]
    return {
        str(k): round(fmean(pass_hat_k(count, trials, k) for count in passes), 6) for k in _KS if k <= trials
    }


def _passes(result: CaseResult, graders: Sequence[str]) -> int:
    return sum(CaseResult(result.case, False, (row,), 0).passes(graders) for row in result.decided)
