"""Graders beside people's labels: sixty drafts by hand, kappa counted, and what it means for adoption."""

import pytest
from sklearn.metrics import cohen_kappa_score

from evals import agreement as module
from evals.agreement import LABEL, Draft, agreement, load_drafts, untrusted


def test_there_are_enough_drafts_of_every_kind() -> None:
    drafts = load_drafts()
    assert len({draft.body for draft in drafts}) == len(drafts) >= 60
    for label in LABEL.values():
        assert sum(getattr(draft, label) for draft in drafts) >= 15
        assert sum(not getattr(draft, label) for draft in drafts) >= 15


def test_the_shipped_figures_are_these() -> None:
    """The call to action is people's word; tone as rules is not, and says so."""
    found = agreement()
    assert found["clear_call_to_action"].verdict == "adopt"
    assert found["tone"].verdict == "hold" and found["tone"].agreement.kappa < 0.6
    assert untrusted("writer") == ["tone"] and untrusted("scorer") == []


def test_kappa_is_of_labels_and_verdicts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Recomputed from the drafts on which they differ."""
    found, drafts = agreement()["tone"], load_drafts()
    differ = {body for _, body in found.wrong}
    labels = [draft.tone for draft in drafts]
    verdicts = [draft.tone != (draft.body in differ) for draft in drafts]
    assert found.agreement.kappa == pytest.approx(cohen_kappa_score(labels, verdicts))
    monkeypatch.setattr(module, "load_drafts", lambda: [Draft(tone=True, asks=True, body="Plain words.")])
    assert agreement()["tone"].verdict == "not enough evidence"
