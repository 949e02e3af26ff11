"""Every grader sees the defects that are its own, and a blind one is found out."""

from typing import Any

import pytest

from evals.planted_defects import defects_of, load_kills, plant_all
from specialists.specialist import blueprint
from tests.eval_fixtures import with_graders

NAMES = ("enricher", "judge", "scorer", "sender", "writer")


@pytest.mark.parametrize("name", NAMES)
def test_at_least_eight_kinds_are_planted_and_each_grader_has_its_own(name: str) -> None:
    defects = defects_of(name)
    assert len({defect.kind for defect in defects}) >= 8
    assert {defect.grader for defect in defects} == set(blueprint(name).card.graders)


@pytest.mark.parametrize("name", NAMES)
def test_every_grader_kills_what_is_planted(name: str) -> None:
    """In outputs that passed before; the shipped figures are these."""
    found = plant_all(blueprint(name))
    for kind, (grader, killed, planted) in found.kinds.items():
        assert killed == planted > 0, f"{grader} missed {kind!r} {planted - killed} of {planted} times"
    assert load_kills(blueprint(name)) == found.kills()


def blind(*_: Any) -> None:
    return None


def crash(*_: Any) -> None:
    raise RuntimeError("broke")


@pytest.mark.parametrize("grader", [blind, crash])
def test_a_blind_or_crashing_grader_kills_nothing(grader: Any) -> None:
    """A grader that raises has seen nothing: its failures are no kills."""
    found = plant_all(with_graders("writer", price=grader))
    killed, planted = found.kills()["price"]
    assert killed == 0
    assert planted == 0 if grader is crash else planted > 0  # nothing passes a grader that raises
    assert all(k == p for name, (k, p) in found.kills().items() if name != "price")


def test_a_crash_is_no_kill() -> None:
    """A grader that passes what is good and breaks on what is not has not said what is wrong."""

    def fragile(record: Any, output: Any, facts: Any) -> None:
        if "12 EUR" in output.body:
            raise RuntimeError("broke")

    planted = [defect for defect in defects_of("writer") if defect.kind == "an amount of money"]
    (found,) = plant_all(with_graders("writer", price=fragile), planted).kinds.values()
    assert found == ("price", 0, found[2]) and found[2] > 0


def test_a_specialist_without_defects_has_none() -> None:
    assert defects_of("greeter") == ()
