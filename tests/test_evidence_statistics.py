"""The arithmetic of evidence: against independent recomputation, its properties, and a seeded simulation."""

from fractions import Fraction
from itertools import combinations
from math import comb, log

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import cohen_kappa_score

from evals.simulation import SETS, alarms, gates, main, rates
from evals.statistics import (
    Gate,
    chain_floor,
    cohens_kappa,
    gate,
    link_confidence,
    mcnemar,
    more_needed,
    pass_hat_k,
)
from specialists.bounds import lower_bound, upper_bound

COUNTS = st.integers(0, 300).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))


def at_least(passes: int, n: int, rate: Fraction) -> Fraction:
    """P(X >= passes) for X ~ Binomial(n, rate), exactly: the definition the bound inverts."""
    return sum((comb(n, k) * rate**k * (1 - rate) ** (n - k) for k in range(passes, n + 1)), Fraction(0))


@pytest.mark.parametrize(("passes", "n"), [(1, 1), (59, 59), (58, 60), (7, 10), (299, 299), (12, 40)])
def test_the_lower_bound_is_where_so_many_passes_have_a_chance_of_one_in_twenty(passes: int, n: int) -> None:
    """Exact binomial sums in fractions on both sides of the bound."""
    bound = Fraction(lower_bound(passes, n))
    step = Fraction(1, 10**9)
    assert at_least(passes, n, bound - step) < Fraction(1, 20) < at_least(passes, n, bound + step)


@pytest.mark.parametrize(("n", "bar"), [(59, 0.95), (299, 0.99), (2995, 0.999)])
def test_so_many_passes_in_a_row_prove_the_bar_and_one_fewer_do_not(n: int, bar: float) -> None:
    """n = log 0.05 / log bar, rounded up."""
    assert n == -(-log(0.05) // log(bar)) or n == int(log(0.05) / log(bar)) + 1
    assert gate(n, n, bar) == "adopt"
    assert gate(n - 1, n - 1, bar) == "not enough evidence"
    assert more_needed(0, 0, bar) == n and more_needed(n, n, bar) == 0


@given(COUNTS, st.sampled_from([0.5, 0.9, 0.95, 0.99]))
def test_the_three_verdicts(counts: tuple[int, int], bar: float) -> None:
    """Bounds enclose the share; `adopt` and `hold` never both hold; more passes never make it worse."""
    passes, n = counts
    low, high = lower_bound(passes, n), upper_bound(passes, n)
    assert 0 <= low <= (passes / n if n else 0) and (passes / n if n else 1) <= high <= 1
    order: list[Gate] = ["hold", "not enough evidence", "adopt"]
    assert order.index(gate(passes + 1, n + 1, bar)) >= order.index(gate(passes, n, bar))
    assert (gate(passes, n, bar) == "adopt") == (more_needed(passes, n, bar) == 0)


@given(COUNTS, st.sampled_from([0.5, 0.9, 0.95]))
@settings(max_examples=50)
def test_more_needed_is_the_least_number_that_does_it(counts: tuple[int, int], bar: float) -> None:
    passes, n = counts
    more = more_needed(passes, n, bar)
    assert lower_bound(passes + more, n + more) >= bar
    assert more == 0 or lower_bound(passes + more - 1, n + more - 1) < bar


@pytest.mark.parametrize(("passes", "trials", "k"), [(3, 5, 2), (5, 5, 5), (1, 4, 2), (0, 3, 1), (6, 8, 3)])
def test_pass_hat_k_is_the_share_of_k_trials_that_all_pass(passes: int, trials: int, k: int) -> None:
    """By counting every choice of k trials."""
    drawn = list(combinations([True] * passes + [False] * (trials - passes), k))
    assert pass_hat_k(passes, trials, k) == pytest.approx(sum(map(all, drawn)) / len(drawn))


def test_pass_hat_k_needs_k_trials() -> None:
    with pytest.raises(ValueError, match=r"1\.\.3"):
        pass_hat_k(3, 3, 4)


@given(st.lists(st.tuples(st.booleans(), st.booleans()), max_size=14))
def test_mcnemar_is_the_sign_test_on_the_cases_they_differ_on(pairs: list[tuple[bool, bool]]) -> None:
    """The two-sided p value by adding up binomial terms that are no likelier; swapping changes nothing."""
    found = mcnemar([a for a, _ in pairs], [b for _, b in pairs])
    one, other = sum(a and not b for a, b in pairs), sum(b and not a for a, b in pairs)
    differ = one + other
    terms = [comb(differ, k) for k in range(differ + 1)]
    expected = sum(t for t in terms if t <= comb(differ, one)) / 2**differ
    assert (found.only_first, found.only_second) == (one, other)
    assert found.p_value == pytest.approx(expected)
    assert mcnemar([b for _, b in pairs], [a for a, _ in pairs]).p_value == pytest.approx(found.p_value)


def test_mcnemar_refuses_other_cases() -> None:
    with pytest.raises(ValueError):
        mcnemar([True], [True, False])


@given(st.lists(st.floats(0, 1), min_size=1, max_size=6))
def test_the_chain_is_at_most_as_good_as_its_weakest_link(bounds: list[float]) -> None:
    floor = chain_floor(bounds)
    assert 0 <= floor <= min(bounds) + 1e-9
    assert chain_floor([0.99, 0.98]) == pytest.approx(0.97)
    assert link_confidence(4) == pytest.approx(0.9875)


@given(st.lists(st.tuples(st.booleans(), st.booleans()), min_size=2, max_size=80))
def test_kappa_is_what_scikit_learn_computes(pairs: list[tuple[bool, bool]]) -> None:
    table = {(a, b): pairs.count((a, b)) for a in (True, False) for b in (True, False)}
    found = cohens_kappa(table)
    if len({a for a, _ in pairs} | {b for _, b in pairs}) == 1:
        assert (found.kappa, found.low, found.high) == (0, -1, 1)
    else:
        first, second = [a for a, _ in pairs], [b for _, b in pairs]
        assert found.kappa == pytest.approx(cohen_kappa_score(first, second, labels=[True, False]), abs=1e-9)
        assert found.low <= found.kappa <= found.high


def test_the_interval_of_kappa_covers_the_true_one() -> None:
    """2,000 seeded samples of 200 with a known kappa: about 95 of 100 intervals hold it."""
    rng, cells = np.random.default_rng(5), np.array([0.45, 0.05, 0.1, 0.4])
    chance = 0.5 * 0.55 + 0.5 * 0.45
    true = (0.85 - chance) / (1 - chance)
    keys = [(True, True), (True, False), (False, True), (False, False)]
    found = [
        cohens_kappa(dict(zip(keys, map(int, row), strict=True)))
        for row in rng.multinomial(200, cells, 2_000)
    ]
    assert 0.925 <= sum(one.low <= true <= one.high for one in found) / 2_000 <= 0.965


EVALS = 20_000


def by_chance(share: float, tries: int) -> float:
    """The most that a true `share` comes to in `tries`, but one time in 700."""
    return share + 3 * float(np.sqrt(share * (1 - share) / tries))


@pytest.mark.parametrize(("n", "bar"), SETS)
def test_a_candidate_at_or_under_its_bar_is_adopted_at_most_one_time_in_twenty(n: int, bar: float) -> None:
    """And one that is as good as its bar is held as seldom; nearly perfect ones are adopted, mostly."""
    rng = np.random.default_rng(7)
    found = [gates(n, bar, rate, EVALS, rng) for rate in rates(bar)]
    assert {one.rate > bar for one in found} == {True, False}
    for one in found:
        assert one.adopt + one.hold + one.not_enough == pytest.approx(1)
        if one.rate <= bar:
            assert one.adopt <= by_chance(0.05, EVALS)
        if one.rate >= bar:
            assert one.hold <= by_chance(0.05, EVALS)
    assert found[-1].adopt > 0.7


def test_a_replay_against_itself_alarms_at_most_one_time_in_twenty() -> None:
    """A/A: two runs of one candidate on the same 300 cases differ significantly no more often than chance."""
    share = alarms(300, 0.93, 2_000, np.random.default_rng(9))
    assert 0 < share <= by_chance(0.05, 2_000)


def test_the_simulation_is_one_command(capsys: pytest.CaptureFixture[str]) -> None:
    """A row for every planted rate, and the replays."""
    main(evals=50, replays=20)
    printed = capsys.readouterr().out
    assert printed.count("false") == 3 * len(SETS) and printed.count("power") == 2 * len(SETS)
    assert "replays against itself that alarm" in printed
