"""A judge beside people's labels: Cohen's kappa over its held-out cases, computed from its raw rows.

No verdict at all (a crash, a time-out, nonsense, no money) is disagreement, whatever the label: it never
raises a figure. As long as one person has labelled, agreement is `unproven`, however high.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from evals.held_out_cases import HeldOutCase
from evals.scorecard import CaseResult, results
from evals.scorecard_rows import Rows
from evals.statistics import Agreement, Gate, cohens_kappa, gate
from specialists.bounds import lower_bound
from specialists.card import Card

# Labels of fewer people say what somebody thinks, not what people do.
RATERS = 2
# Judges, and the yes or no of their answers that people label too.
LABEL = {"judge": "in_tone"}


@dataclass(frozen=True)
class LabelAgreement:
    """`silent`: cases without a verdict. `at_least`: the lower bound of the share agreed on."""

    agreement: Agreement
    at_least: float
    silent: int
    verdict: Gate | Literal["unproven"]


def label_agreement(cases: Sequence[HeldOutCase], found: Rows, card: Card) -> LabelAgreement:
    """`found` are a judge's rows. A case of several trials is agreed on if all of them say as the label."""
    of_cases = results(cases, found)
    pairs = [_pair(result, LABEL[card.name]) for result in of_cases]
    agreement = cohens_kappa(Counter(pairs))
    proven = len({result.case.provenance for result in of_cases}) >= RATERS
    return LabelAgreement(
        agreement,
        lower_bound(agreement.agreed, agreement.n),
        sum(not any(row.disposition == "done" for row in result.decided) for result in of_cases),
        gate(agreement.agreed, agreement.n, card.right) if proven else "unproven",
    )


def _pair(result: CaseResult, field: str) -> tuple[bool, bool]:
    label = bool((result.case.expect.judged or {})[field])
    return label, label if result.decided and result.right() else not label
