"""`workforce eval`, `workforce pins`, the scorecard assets, and the stage that refuses stale evidence."""

import json
import shutil
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import dagster as dg
import pytest
from typer.testing import CliRunner

from evals import measuring, pinning
from evals.planted_defects import load_planted
from evals.scorecard_rows import SCORECARDS
from specialists.pin import load_pin
from specialists.specialist import ROOT, Blueprint, blueprint
from workforce_assets import eval_assets as assets_module
from workforce_assets.cli.app import app
from workforce_assets.outbound import OUTBOUND

RUN = CliRunner(env={"COLUMNS": "200"})


def stale(name: str) -> Blueprint:
    loaded = blueprint(name)
    assert loaded.pin.evidence is not None
    hashes = {**loaded.pin.evidence.hashes, "rules": "0" * 64}
    evidence = loaded.pin.evidence.model_copy(update={"hashes": hashes})
    return replace(loaded, pin=loaded.pin.model_copy(update={"evidence": evidence}))


def test_pins_at_a_glance() -> None:
    """Each specialist with its posture, and every candidate with one of the words of the ladder."""
    shown = RUN.invoke(app, ["pins"]).output
    for name in measuring.specialists_with_cases():
        card = blueprint(name).card
        assert f"{name}  posture {card.posture}" in shown
        assert all(candidate in shown for candidate in card.candidates)
    assert "outbound  right at every stage: at least" in shown
    words = ("adopted", "clears", "hold", "not enough evidence", "never evaluated")
    assert [word for word in words if word not in shown] == []


def test_what_graders_caught_at_a_glance() -> None:
    """Every grader of a card with every kind planted for it, and how many of how many it caught."""
    shown = RUN.invoke(app, ["pins", "graders"]).output
    for name in measuring.specialists_with_cases():
        planted = load_planted(blueprint(name))
        assert planted is not None and all(kind in shown for kind in planted.kinds)
        assert all(grader in shown for grader in blueprint(name).card.graders)
    assert "planted defects caught" in shown and "cannot gate" not in shown


def test_verify_passes_on_what_is_shipped_and_fails_on_a_forged_pin(monkeypatch: pytest.MonkeyPatch) -> None:
    """Exit 0, else exit 1 with the file, the field and the command."""
    assert RUN.invoke(app, ["pins", "verify"]).exit_code == 0
    monkeypatch.setattr("specialists.specialist.blueprint", stale)
    found = RUN.invoke(app, ["pins", "verify"])
    assert found.exit_code == 1
    assert "evidence.hashes.rules" in found.output and "workforce eval writer --pin" in found.output


@pytest.fixture
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Rows and the Scorer's pin in a folder of the test's own."""
    shutil.copytree(ROOT / "scorer", tmp_path / "scorer", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copytree(SCORECARDS, tmp_path / "scorecards")
    for shared in ("text_candidate.py", "keyword_candidate.py"):
        shutil.copy(ROOT / shared, tmp_path)
    bare = replace(
        blueprint("scorer"),
        folder=tmp_path / "scorer",
        pin=blueprint("scorer").pin.model_copy(update={"evidence": None}),
    )
    monkeypatch.setattr("evals.runner.named", lambda name: bare)
    for function in (
        pinning.ladder,
        pinning.evidence_for,
        pinning.proposed,
        pinning.chosen,
        measuring.measure,
    ):
        defaults = tuple(
            tmp_path / "scorecards" if d == SCORECARDS else d for d in function.__defaults__ or ()
        )
        monkeypatch.setattr(function, "__defaults__", defaults)
    return tmp_path


def test_eval_measures_and_pins_on_demand_alone(elsewhere: Path) -> None:
    """One JSON object; rows are written; the pin only with --pin."""
    pin = elsewhere / "scorer" / "pin.json"
    before = pin.read_text()
    rows = elsewhere / "scorecards" / "scorer" / "local__message-keywords.jsonl"
    rows.unlink()
    arguments = ["eval", "scorer", "--candidate", "local/message-keywords", "--json"]
    found = json.loads(RUN.invoke(app, arguments).stdout)
    assert found["scorer"]["local/message-keywords"]["cases"] == 1000
    assert rows.exists() and pin.read_text() == before
    pin.write_text(before.replace('"errored": 0', '"errored": 1'))
    assert pin.read_text() != before
    assert RUN.invoke(app, [*arguments, "--pin"]).exit_code == 0
    assert load_pin(pin).evidence == blueprint("scorer").pin.evidence


def test_propose_and_adopt_write_the_diff(elsewhere: Path) -> None:
    """`propose` pins what is named; `adopt` does what the posture says, here: it holds."""
    shown = RUN.invoke(app, ["pins", "propose", "scorer", "--candidate", "rules"])
    assert shown.exit_code == 0 and "rules alone: adopt" in shown.output
    pin = load_pin(elsewhere / "scorer" / "pin.json")
    assert pin.candidate is None and [past.candidate for past in pin.history] == ["local/message-intent"]
    assert "stays at local/message-intent" in RUN.invoke(app, ["pins", "adopt", "scorer"]).output


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["eval", "greeter"], "no held-out cases"),
        (["eval", "scorer", "--candidate", "vendor/none"], "no candidate; choose one of"),
        (
            ["pins", "propose", "scorer", "--candidate", "openai/gpt-5.4-mini"],
            "no raw rows; run `workforce eval",
        ),
    ],
)
def test_mistakes_are_one_line(arguments: list[str], words: str) -> None:
    found = RUN.invoke(app, arguments)
    assert found.exit_code == 2 and words in " ".join(found.output.split())


def test_scorecards_are_assets_partitioned_by_candidate(monkeypatch: pytest.MonkeyPatch) -> None:
    """Materialising one measures that candidate and shows verdict and bounds."""
    made: list[tuple[str, list[str]]] = []
    parts = {name: blueprint("enricher").pin.evidence for name in ("x",)}
    assert parts["x"] is not None and parts["x"].candidate_alone is not None
    part = parts["x"].candidate_alone

    def measure(specialist: Blueprint, candidates: list[str], today: date, **_: Any) -> dict[str, Any]:
        made.append((specialist.name, candidates))
        return {candidates[0]: part}

    monkeypatch.setattr(assets_module, "measure", measure)
    assets = assets_module.eval_assets((OUTBOUND,))
    assert [a.key.to_user_string() for a in assets] == [f"{line.by}_scorecard" for line in OUTBOUND.stages]
    result = dg.materialize([assets[0]], partition_key="local/pair-model")
    assert result.success and made == [("enricher", ["local/pair-model"])]
    (event,) = result.asset_materializations_for_node("enricher_scorecard")
    assert event.metadata["verdict"].value == "adopt" and "at_least/right" in event.metadata
