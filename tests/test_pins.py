"""Pins: computed from raw rows, broken by any change of what they rest on, moved by posture alone."""

import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from evals.held_out_cases import HELD_OUT, load_held_out
from evals.measuring import free_candidates, specialists_with_cases
from evals.pinning import NoEvidence, chosen, evidence_for, ladder, mismatches, proposed, write_pin
from evals.planted_defects import kills_file
from evals.runner import evaluate
from evals.scorecard_rows import RULES, SCORECARDS, Rows, load_rows, rows_file, write_rows
from resources.errors import OneLineError
from specialists.evidence import Proven, StaleEvidence, Unproven, refuse_stale, standing, unproven
from specialists.fingerprint import changed, fingerprint
from specialists.pin import Pin, PinError, load_pin, written
from specialists.specialist import ROOT, Blueprint, blueprint

NAMES = specialists_with_cases()
PROVEN = ("enricher", "writer")


@pytest.mark.parametrize("name", NAMES)
def test_shipped_pins_follow_from_their_raw_rows(name: str) -> None:
    """What `workforce pins verify` does: every figure and every hash, computed again."""
    assert blueprint(name).pin.evidence is not None
    assert list(mismatches(blueprint(name))) == []


@pytest.mark.parametrize("name", NAMES)
def test_shipped_rows_are_what_the_code_makes_today(name: str) -> None:
    """Hashes cover the specialist's folder; shared code is covered by deciding some of the cases again."""
    cases = load_held_out(name)
    for candidate in free_candidates(blueprint(name)):
        shipped = load_rows(rows_file(name, None if candidate == RULES else candidate))
        mine = [case for case in cases if (case.decider == "rules") == (candidate == RULES)]
        some = [case for case in mine if "of two" not in case.name]  # which need each other
        some = some[:: max(1, len(some) // 60)]
        again = evaluate(
            blueprint(name), None if candidate == RULES else candidate, date(2026, 3, 2), cases=some
        )
        expected = {(row.case, row.trial): timeless(row) for row in shipped.rows}
        assert {(r.case, r.trial): timeless(r) for r in again.rows}.items() <= expected.items()


def timeless(row: Any) -> str:
    return str(row.model_copy(update={"seconds": 0.0}).model_dump_json())


def test_shipped_verdicts_are_these() -> None:
    """True ones: two are proven, two local text models have too little evidence."""
    assert {name: bool(unproven([name])) for name in NAMES} == {name: name not in PROVEN for name in NAMES}
    (why,) = unproven(["sender"])
    assert "not enough evidence" in why and "workforce pins show sender" in why


# --- anything hashed, changed


@pytest.fixture
def copied(tmp_path: Path) -> Callable[[str], Blueprint]:
    """A specialist whose folder is a copy that a test may change."""

    def copy(name: str) -> Blueprint:
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
        for shared in ("text_candidate.py", "keyword_candidate.py"):
            shutil.copy(ROOT / shared, tmp_path)
        return replace(blueprint(name), folder=tmp_path / name)

    return copy


HASHED = [
    "prompt.md",
    "schema.py",
    "tools.py",
    "rules.py",
    "graders.py",
    "rubric.yaml",
    "cases.jsonl",
    "candidates.py",
]


@pytest.mark.parametrize(
    "file", [*HASHED, "candidates.yaml", "../text_candidate.py", "../keyword_candidate.py"]
)
def test_a_changed_letter_is_refused(copied: Callable[[str], Blueprint], file: str) -> None:
    """The pin no longer follows, a real mailer is refused, and the stage says which command would mend it."""
    specialist = copied("scorer")
    found = standing(specialist)
    assert isinstance(found, Unproven) and not found.stale
    path = specialist.folder / file
    path.write_text(path.read_text("utf-8") + " ", "utf-8")
    assert any("workforce eval scorer" in line for line in mismatches(specialist))
    found = standing(specialist)
    assert isinstance(found, Unproven) and found.stale
    with pytest.raises(StaleEvidence, match="workforce eval scorer --pin") as error:
        refuse_stale(specialist)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize("name", PROVEN)
def test_a_changed_held_out_line_is_refused(name: str, tmp_path: Path) -> None:
    """One case less, or another world, and the evidence is of something else."""
    shutil.copytree(HELD_OUT, tmp_path / "held_out")
    assert isinstance(standing(blueprint(name), tmp_path / "held_out"), Proven)
    cases = tmp_path / "held_out" / f"{name}.jsonl"
    cases.write_text(cases.read_text("utf-8").partition("\n")[2], "utf-8")
    found = standing(blueprint(name), tmp_path / "held_out")
    assert isinstance(found, Unproven) and found.stale and "held_out" in found.why


def with_card(**changes: Any) -> Blueprint:
    loaded = blueprint("writer")
    return replace(loaded, card=loaded.card.model_copy(update=changes))


def with_grader(**changes: Any) -> Blueprint:
    graders = blueprint("writer").card.graders
    return with_card(graders={**graders, "tone": graders["tone"].model_copy(update=changes)})


CARDS = {
    "limits": with_card(limits=blueprint("writer").card.limits.model_copy(update={"max_output_tokens": 1})),
    "blocking": with_grader(blocking=False),
    "bars": with_grader(bar=0.5),
    "other bars": with_card(right=0.999),
}


@pytest.mark.parametrize("what", CARDS)
def test_a_changed_card_is_refused(what: str) -> None:
    """A bar lowered, or a grader that no longer blocks, is no way around the evidence."""
    shipped, candidate = blueprint("writer"), blueprint("writer").pin.candidate
    assert isinstance(standing(shipped), Proven)
    now = (fingerprint(shipped.folder, card, candidate) for card in (shipped.card, CARDS[what].card))
    assert changed(*now) == ([] if "bars" in what else [what])
    found = standing(CARDS[what])
    assert isinstance(found, Unproven) and found.stale and what.split()[-1] in found.why
    with pytest.raises(StaleEvidence, match="run `workforce"):
        refuse_stale(CARDS[what])
    assert list(mismatches(CARDS[what]))


PARTS = {
    "prompt.md": "prompt",
    "schema.py": "schema",
    "tools.py": "tools",
    "rules.py": "rules",
    "graders.py": "graders",
    "candidates.py": "candidate",
    "cases.jsonl": "development_cases",
}


@pytest.mark.parametrize("name", NAMES)
def test_every_file_of_a_specialist_is_hashed(copied: Callable[[str], Blueprint], name: str) -> None:
    """One letter more in any of them, and the hash of what it is differs: of that, and of nothing else."""
    specialist = copied(name)
    folder, card = specialist.folder, specialist.card
    candidate = next((one for one in card.candidates if one.startswith("local/")), card.candidates[0])
    unhashed = {"card.yaml", "pin.json", "__init__.py"} | (
        set() if candidate.startswith("local/") else {"cases.jsonl"}
    )
    before = fingerprint(folder, card, candidate)
    files = [path for path in folder.rglob("*") if path.is_file() and path.name not in unhashed]
    assert {"prompt.md", "schema.py", "tools.py", "rules.py", "graders.py"} <= {path.name for path in files}
    for path in files:
        content = path.read_bytes()
        path.write_bytes(content + b" ")
        found = changed(before, fingerprint(folder, card, candidate))
        assert len(found) == 1 and PARTS.get(path.name, found[0]) == found[0], path
        path.write_bytes(content)
    assert changed(before, fingerprint(folder, card, candidate)) == []


def test_another_candidate_needs_its_own_evidence() -> None:
    """A fallback put into the pin by hand inherits nothing."""
    specialist = blueprint("enricher")
    fallback = replace(
        specialist, pin=specialist.pin.model_copy(update={"candidate": "local/name-similarity"})
    )
    found = standing(fallback)
    assert isinstance(found, Unproven) and found.stale and "not for local/name-similarity" in found.why


def test_without_evidence_it_may_work_but_is_unproven() -> None:
    specialist = blueprint("writer")
    bare = replace(specialist, pin=Pin(schema_version=1, candidate=None, evidence=None))
    found = standing(bare)
    assert isinstance(found, Unproven) and not found.stale and found.command == "workforce eval writer --pin"
    refuse_stale(bare)


@pytest.mark.parametrize("change", ["passed", "lower_bound", "verdict", "n"])
def test_a_figure_written_by_hand_is_found(change: str) -> None:
    """Evidence is what rows say, not what the pin says."""
    specialist = blueprint("scorer")
    assert specialist.pin.evidence and specialist.pin.evidence.candidate_alone
    content = json.loads(written(specialist.pin))
    better = {"passed": 24, "lower_bound": 0.99, "verdict": "adopt", "n": 23}[change]
    content["evidence"]["candidate_alone"]["criteria"]["right"][change] = better
    forged = replace(specialist, pin=Pin.model_validate(content))
    assert any("candidate_alone is not what the raw rows" in line for line in mismatches(forged))


# --- rows, proposals, postures


@pytest.fixture
def cards(tmp_path: Path) -> Path:
    """A copy of the Enricher's scorecards that a test may change."""
    shutil.copytree(SCORECARDS / "enricher", tmp_path / "scorecards" / "enricher")
    return tmp_path / "scorecards"


def change_rows(path: Path, change: Callable[[Rows], Rows]) -> None:
    write_rows(path, change(load_rows(path)))


def test_deleted_rows_break_the_pin(cards: Path) -> None:
    specialist = blueprint("enricher")
    path = rows_file("enricher", "local/pair-model", cards)
    change_rows(path, lambda found: found.model_copy(update={"rows": found.rows[30:]}))
    assert evidence_for(specialist, "local/pair-model", cards).verdict == "hold"
    assert any(mismatches(specialist, cards))


def test_missing_rows_say_which_command_makes_them(cards: Path) -> None:
    rows_file("enricher", "local/pair-model", cards).unlink()
    with pytest.raises(NoEvidence, match="workforce eval enricher --candidate local/pair-model --pin"):
        evidence_for(blueprint("enricher"), "local/pair-model", cards)
    assert {r.candidate: r.says for r in ladder(blueprint("enricher"), cards)}[
        "local/pair-model"
    ] == "never evaluated"


def test_rows_of_another_candidate_are_refused(cards: Path) -> None:
    """A file renamed to another candidate's is not its evidence."""
    other, pinned = (rows_file("enricher", f"local/{n}", cards) for n in ("name-similarity", "pair-model"))
    shutil.copy(other, pinned)
    with pytest.raises(NoEvidence, match="local/name-similarity"):
        evidence_for(blueprint("enricher"), "local/pair-model", cards)


def test_a_grader_that_misses_its_own_defects_cannot_gate(cards: Path) -> None:
    """Adopted with every defect caught; held once one is missed, or a grader has none."""
    specialist, path = blueprint("enricher"), kills_file("enricher", cards)
    assert evidence_for(specialist, "local/pair-model", cards).verdict == "adopt"
    found = json.loads(path.read_text())
    kinds = dict(found["kinds"])
    grader, killed, planted = kinds["no source"]
    path.write_text(json.dumps({**found, "kinds": {**kinds, "no source": [grader, killed - 1, planted]}}))
    assert evidence_for(specialist, "local/pair-model", cards).verdict == "hold"
    left = {kind: value for kind, value in kinds.items() if value[0] != "cites_sources"}
    path.write_text(json.dumps({**found, "kinds": left}))
    assert evidence_for(specialist, "local/pair-model", cards).verdict == "hold"
    path.unlink()
    assert evidence_for(specialist, "local/pair-model", cards).verdict == "hold"


def test_a_grader_that_differs_from_people_cannot_gate_free_text(
    cards: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It holds every candidate, and leaves rules alone, whose words people wrote."""
    monkeypatch.setattr("evals.pinning.untrusted", lambda name: ["cites_sources"])
    assert evidence_for(blueprint("enricher"), "local/pair-model", cards).verdict == "hold"
    assert evidence_for(blueprint("enricher"), None, cards).verdict == "adopt"


def with_posture(posture: str) -> Blueprint:
    loaded = blueprint("enricher")
    return replace(loaded, card=loaded.card.model_copy(update={"posture": posture}))


def measured(cards: Path, candidate: str, day: str, usd: float) -> None:
    def dated(found: Rows) -> Rows:
        head = found.measured.model_copy(update={"measured_on": date.fromisoformat(day)})
        rows = tuple(row.model_copy(update={"usd": usd}) for row in found.rows)
        return Rows(measured=head, rows=rows)

    change_rows(rows_file("enricher", candidate, cards), dated)


def test_postures_move_the_pin_to_the_newest_the_cheapest_or_nowhere(cards: Path) -> None:
    """Both local candidates clear: `adopt` takes the one measured last, `right-size` the cheaper."""
    measured(cards, "local/name-similarity", "2026-03-05", 0.002)
    measured(cards, "local/pair-model", "2026-03-04", 0.001)
    assert chosen(with_posture("hold"), cards) == "local/pair-model"
    assert chosen(with_posture("adopt"), cards) == "local/name-similarity"
    assert chosen(with_posture("right-size"), cards) == "local/pair-model"
    measured(cards, "local/name-similarity", "2026-03-03", 0.0005)
    assert chosen(with_posture("adopt"), cards) == "local/pair-model"
    assert chosen(with_posture("right-size"), cards) == "local/name-similarity"


@pytest.mark.parametrize("posture", ["adopt", "right-size"])
def test_a_candidate_that_does_not_clear_is_never_taken(cards: Path, posture: str) -> None:
    measured(cards, "local/name-similarity", "2026-03-05", 0.0)
    path = rows_file("enricher", "local/name-similarity", cards)
    change_rows(path, lambda found: found.model_copy(update={"rows": found.rows[1:]}))
    assert chosen(with_posture(posture), cards) == "local/pair-model"


def test_a_moved_pin_keeps_its_history(cards: Path, tmp_path: Path) -> None:
    """The diff is one file; the pin it replaces is named by candidate, date, verdict and digest."""
    specialist = blueprint("enricher")
    pin = proposed(specialist, "local/name-similarity", cards)
    assert pin.evidence and pin.evidence.candidate == pin.candidate == "local/name-similarity"
    assert [past.candidate for past in pin.history] == ["local/pair-model"]
    assert pin.history[0].verdict == "adopt" and pin.history[0].evidence_digest
    elsewhere = replace(specialist, folder=tmp_path)
    assert write_pin(elsewhere, pin) and not write_pin(elsewhere, pin)
    assert load_pin(tmp_path / "pin.json") == pin


def test_the_same_rows_are_not_written_twice(cards: Path) -> None:
    """Another day and other seconds are no new rows: measuring again leaves no diff."""
    path = rows_file("enricher", None, cards)
    before, found = path.read_bytes(), load_rows(path)
    later = found.measured.model_copy(update={"measured_on": date(2030, 1, 1)})
    slower = tuple(row.model_copy(update={"seconds": 9.0}) for row in found.rows)
    assert not write_rows(path, Rows(measured=later, rows=slower)) and path.read_bytes() == before


@pytest.mark.parametrize(
    "content", ["{", "[]", '{"schema_version": 2, "candidate": null, "evidence": null}',
                '{"schema_version": 1, "candidate": null, "evidence": {"verdict": "adopt"}}',
                '{"schema_version": 1, "candidate": null, "evidence": null, "trust": "me"}'],
)  # fmt: skip
def test_a_pin_is_read_strictly(tmp_path: Path, content: str) -> None:
    (tmp_path / "pin.json").write_text(content)
    with pytest.raises(PinError) as error:
        load_pin(tmp_path / "pin.json")
    assert isinstance(error.value, OneLineError) and "\n" not in str(error.value)
