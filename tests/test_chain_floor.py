"""The chain's floor: what the pins of a workforce prove together, with nothing assumed of independence."""

import numpy as np
import pytest

from evals.chain import floor_of
from specialists.bounds import lower_bound
from specialists.pin import Criterion, Evidence
from specialists.specialist import blueprint

PINNED = blueprint("enricher").pin.evidence
assert PINNED is not None


def evidence(rules: tuple[int, int], candidate: tuple[int, int] | None) -> Evidence:
    """The shipped evidence with other counts of what was right."""
    assert PINNED is not None

    def part(counts: tuple[int, int]) -> object:
        passed, n = counts
        right = PINNED.rules.criteria["right"].model_copy(update={"passed": passed, "n": n})
        assert isinstance(right, Criterion)
        return PINNED.rules.model_copy(update={"criteria": {"right": right}})

    alone = None if candidate is None else part(candidate)
    return PINNED.model_copy(update={"rules": part(rules), "candidate_alone": alone})


def test_the_floor_is_what_the_weakest_decider_of_each_link_may_lose() -> None:
    """By hand: three bounds at once, each with 1 - 0.05 / 3; of two deciders the weaker one counts."""
    found = floor_of({"one": evidence((300, 300), None), "two": evidence((500, 500), (90, 100))})
    sure, weak = (lower_bound(*counts, 1 - 0.05 / 3) for counts in ((300, 300), (90, 100)))
    assert found.links == {"one": sure, "two": weak}
    assert found.at_least == pytest.approx(1 - (1 - sure) - (1 - weak))


def test_a_link_without_evidence_leaves_no_floor() -> None:
    found = floor_of({"one": evidence((300, 300), None), "two": None})
    assert found.links["two"] == 0 and found.at_least == 0


def test_the_floor_holds_however_failures_go_together() -> None:
    """Simulated, seed 7: three links whose failures never coincide, the worst there is; at most one eval in
    twenty puts the floor above the true share."""
    chance, rates, n = np.random.default_rng(7), (0.97, 0.95, 0.99), 200
    true = 1 - sum(1 - rate for rate in rates)
    wrong = 0
    for _ in range(300):
        counts = [int(chance.binomial(n, rate)) for rate in rates]
        floor = floor_of({str(k): evidence((c, n), None) for k, c in enumerate(counts)})
        wrong += floor.at_least > true
    assert wrong <= 0.05 * 300
