"""The arithmetic of evidence: what so many passes prove, and what they do not.

Every function is pure. Shares and probabilities are 0..1; `confidence` is one-sided.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import comb, sqrt
from statistics import NormalDist
from typing import Literal

from specialists.bounds import CONFIDENCE, check_counts, lower_bound, upper_bound

Gate = Literal["adopt", "hold", "not enough evidence"]
# More cases than anybody will write: beyond this the answer is "very many", not a search.
_VERY_MANY = 1_000_000


def gate(passes: int, n: int, bar: float, confidence: float = CONFIDENCE) -> Gate:
    """`adopt`: the lower bound reaches the bar. `hold`: even the upper bound lies under it. Else neither
    is shown, and more cases are needed (`more_needed`)."""
    if lower_bound(passes, n, confidence) >= bar:
        return "adopt"
    return "hold" if upper_bound(passes, n, confidence) < bar else "not enough evidence"


def more_needed(passes: int, n: int, bar: float, confidence: float = CONFIDENCE) -> int:
    """How many more cases, all passing, until the lower bound reaches the bar. Capped at a million."""

    def fits(more: int) -> bool:
        return lower_bound(passes + more, n + more, confidence) >= bar

    if fits(0):
        return 0
    high = 1
    while not fits(high):
        high *= 2
        if high > _VERY_MANY:
            return _VERY_MANY
    low = high // 2
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if fits(middle) else (middle, high)
    return high


def pass_hat_k(passes: int, trials: int, k: int) -> float:
    """The chance that k trials of one case all pass, without bias: C(c,k)/C(n,k) for c passes in n trials.

    Source: Chen et al. 2021 (pass@k), turned to "all" by Yao et al. 2024 (tau-bench). Needs k <= trials.
    """
    check_counts(passes, trials)
    if not 1 <= k <= trials:
        raise ValueError(f"k must be 1..{trials} for {trials} trials, not {k}")
    return comb(passes, k) / comb(trials, k)


@dataclass(frozen=True, slots=True)
class Paired:
    """Two candidates on the same cases: how often only one of them passed, and how likely that is by chance
    if they were equally good (two-sided)."""

    only_first: int
    only_second: int
    p_value: float


def mcnemar(first: Sequence[bool], second: Sequence[bool]) -> Paired:
    """The exact McNemar test: among the cases they differ on, either is as likely to be the better one.

    Raises ValueError if the two were not run on the same number of cases.
    """
    pairs = list(zip(first, second, strict=True))
    only_first = sum(one and not other for one, other in pairs)
    only_second = sum(other and not one for one, other in pairs)
    return mcnemar_of(only_first, only_second)


def mcnemar_of(only_first: int, only_second: int) -> Paired:
    """The same from the two counts of cases that only one of them passed."""
    # A second and 40 MB, which a server that only shows definitions need not spend.
    from scipy.stats import binomtest

    differ = only_first + only_second
    p_value = float(binomtest(only_first, differ, 0.5).pvalue) if differ else 1.0
    return Paired(only_first, only_second, p_value)


def chain_floor(bounds: Sequence[float]) -> float:
    """The share of records that pass every link, at least: 1 minus the sum of what each may lose.

    The union bound: nothing is assumed of how failures go together. Each bound holds with its own confidence;
    all of them at once hold with 1 minus the sum of their errors, so ask each for 1 - 0.05/len (Bonferroni).
    """
    return max(0.0, 1.0 - sum(1.0 - bound for bound in bounds))


def link_confidence(links: int) -> float:
    """The confidence each of `links` bounds needs, so that the chain's floor holds with CONFIDENCE."""
    return 1 - (1 - CONFIDENCE) / links


@dataclass(frozen=True, slots=True)
class Agreement:
    """Cohen's kappa (1 = agree always, 0 = no more than by chance) with its interval, and the raw share."""

    n: int
    agreed: int
    kappa: float
    low: float
    high: float


def cohens_kappa(table: Mapping[tuple[bool, bool], int], confidence: float = CONFIDENCE) -> Agreement:
    """Agreement of two raters from the four counts (first says, second says) -> cases; two-sided interval.

    Standard error: Fleiss, Cohen and Everitt 1969. Where both always say one thing, kappa is not defined:
    it is given as 0, from -1 to 1.
    """
    n = sum(table.values())
    if n == 0:
        return Agreement(0, 0, 0.0, -1.0, 1.0)
    share = {
        key: table.get(key, 0) / n for key in ((True, True), (True, False), (False, True), (False, False))
    }
    rows = {a: share[a, True] + share[a, False] for a in (True, False)}
    columns = {b: share[True, b] + share[False, b] for b in (True, False)}
    observed = share[True, True] + share[False, False]
    chance = sum(rows[a] * columns[a] for a in (True, False))
    agreed = table.get((True, True), 0) + table.get((False, False), 0)
    if chance == 1:
        return Agreement(n, agreed, 0.0, -1.0, 1.0)
    kappa = (observed - chance) / (1 - chance)
    variance = _kappa_variance(share, rows, columns, kappa, chance, n)
    half = NormalDist().inv_cdf((1 + confidence) / 2) * sqrt(variance)
    return Agreement(n, agreed, kappa, max(-1.0, kappa - half), min(1.0, kappa + half))


def _kappa_variance(
    share: Mapping[tuple[bool, bool], float],
    rows: Mapping[bool, float],
    columns: Mapping[bool, float],
    kappa: float,
    chance: float,
    n: int,
) -> float:
    """Fleiss, Cohen and Everitt 1969, equation 13."""
    both = (True, False)
    diagonal = sum(share[a, a] * (1 - (rows[a] + columns[a]) * (1 - kappa)) ** 2 for a in both)
    beside = sum(share[a, not a] * (columns[a] + rows[not a]) ** 2 for a in both) * (1 - kappa) ** 2
    rest = (kappa - chance * (1 - kappa)) ** 2
    return max(0.0, diagonal + beside - rest) / (n * (1 - chance) ** 2)
