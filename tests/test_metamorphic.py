"""The Scorer against itself: what must not matter changes nothing; a better lead never scores lower."""

from functools import cache

import pytest

from evals.held_out_cases import HeldOutCase
from evals.metamorphic import BETTER, MUST_NOT_MATTER, Change, changed
from tests.eval_fixtures import by_rules, rule_cases

LEADS = [case for case in rule_cases("scorer", 6) if case.expect.reason != "no firmographics"]
SCORED = [case for case in LEADS if case.expect.by != "rule:disqualify"]


def scores(cases: list[HeldOutCase]) -> list[tuple[int, str, str]]:
    rows = by_rules("scorer", cases).rows
    assert all(row.output is not None for row in rows)
    return [(r.output["score"], r.output["tier"], r.output["segment"]) for r in rows if r.output]


@cache
def before() -> dict[str, int]:
    return dict(zip((c.name for c in SCORED), (s[0] for s in scores(SCORED)), strict=True))


def pairs(cases: list[HeldOutCase], change: Change) -> list[tuple[HeldOutCase, HeldOutCase]]:
    found = [(case, after) for case in cases if (after := changed(case, change)) is not None]
    assert len(found) >= 20
    return found


@pytest.mark.parametrize("name", MUST_NOT_MATTER)
def test_what_must_not_matter_leaves_the_score(name: str) -> None:
    """Score, tier and segment, for over a hundred held-out leads, the disqualified ones included."""
    leads = [case for case in LEADS if name != "a greeting as message" or case in SCORED]
    found = pairs(leads, MUST_NOT_MATTER[name])
    assert scores([case for case, _ in found]) == scores([after for _, after in found])


@pytest.mark.parametrize("name", BETTER)
def test_a_better_lead_never_scores_lower(name: str) -> None:
    found = pairs(SCORED, BETTER[name])
    for (case, _), (score, _, _) in zip(found, scores([after for _, after in found]), strict=True):
        assert score >= before()[case.name], case.name
