"""A slice of the campaign: killed and resumed, nothing is sent twice and nothing is lost sight of."""

from pathlib import Path

import pytest

from tests.campaign import STEPS, at_once, faults, kills_at, random_kills


def test_random_kills_leave_no_duplicate_and_nothing_unaccounted(tmp_path: Path) -> None:
    found = random_kills(tmp_path, kills=8, sends=400, seed=7)
    assert found.kills == 8
    assert (found.duplicates, found.unaccounted, found.unsettled) == (0, 0, 0)
    assert found.sent + found.unknown == 400 and found.unknown <= 8 * 8  # connections, times kills


@pytest.mark.parametrize("step", STEPS)
def test_kills_at_a_step_leave_no_duplicate_and_nothing_unaccounted(tmp_path: Path, step: str) -> None:
    found = kills_at(tmp_path, step, kills=2, sends=120, seed=3)
    assert found.kills == 2
    assert (found.duplicates, found.unaccounted, found.unsettled) == (0, 0, 0)
    assert found.sent + found.unknown == 120


def test_mutant_sending_before_recording_makes_duplicates(tmp_path: Path) -> None:
    """The oracle sees them, so the tests above could fail."""
    assert random_kills(tmp_path, kills=4, sends=80, seed=7, how="send_then_record").duplicates > 0


@pytest.mark.parametrize("word", ["dropdot", "late"])
def test_what_the_relay_took_without_an_answer_is_unknown_until_it_is_reconciled(
    tmp_path: Path, word: str
) -> None:
    """Three runs send each once; the relay's own mailbox then settles all of them."""
    found = faults(tmp_path, word, sends=24)
    assert (found.unknown, found.duplicates, found.unaccounted, found.unsettled) == (24, 0, 0, 0)


def test_runs_at_once_send_nothing_twice(tmp_path: Path) -> None:
    """Three processes over one partition."""
    found = at_once(tmp_path, runs=3, sends=200)
    assert (found.duplicates, found.unaccounted, found.delivered) == (0, 0, 200)
