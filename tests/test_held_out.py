"""Held-out cases: made again from their seed, disjoint from development, numerous, and read strictly."""

import json
import re
import unicodedata
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from evals.generate_held_out import files
from evals.held_out_cases import HELD_OUT, Decider, HeldOutCase, load_held_out, of_decider
from evals.measuring import specialists_with_cases
from evals.power import adopted
from evals.scorecard import scorecard
from evals.scorecard_rows import Measured, Rows, TrialRow
from resources.errors import InputError
from specialists.cases import load_cases
from specialists.specialist import ROOT, blueprint

SPECIALISTS = ("enricher", "judge", "scorer", "sender", "writer")


def said(value: Any) -> str:
    """Text as compared: letters and digits alone, case and width ignored."""
    return re.sub(r"[\W_]+", " ", unicodedata.normalize("NFKC", str(value)).casefold()).strip()


def about(record: dict[str, Any]) -> str:
    """What identifies a record apart from its id and its clock."""
    left_out = {"record_id", "partition", "at", "brief", "similar", "companies", "known"}
    return said(json.dumps({k: v for k, v in record.items() if k not in left_out}, sort_keys=True))


def message_of(record: dict[str, Any]) -> str:
    return said(record.get("message") or (record.get("profile") or {}).get("message") or "")


def test_every_specialist_has_its_own() -> None:
    assert specialists_with_cases() == SPECIALISTS


def test_the_same_seed_makes_the_same_files() -> None:
    """Byte by byte what is committed: nobody edited a case by hand, or forgot to commit a generator."""
    for name, content in files().items():
        same = (HELD_OUT / name).read_text("utf-8") == content  # pytest would explain 6 MB for minutes
        assert same, name


@pytest.mark.parametrize("name", SPECIALISTS)
def test_they_are_disjoint_from_development(name: str) -> None:
    """No record, no case name, and no text that somebody wrote stands in both."""
    development, held_out = load_cases(ROOT / name / "cases.jsonl"), load_held_out(name)
    assert not {about(c.record) for c in development} & {about(c.record) for c in held_out}
    assert not {said(c.name) for c in development} & {said(c.name) for c in held_out}
    judged = {said(c.world.message) for c in of_decider(held_out, "judgement")} - {""}
    assert not judged & {message_of(c.record) for c in development}


@pytest.mark.parametrize(
    ("name", "least"), [("enricher", 1_200), ("scorer", 700), ("sender", 3_400), ("writer", 3_100)]
)
def test_there_are_enough_to_prove_the_bars(name: str, least: int) -> None:
    """Hundreds for 99 %, thousands for 99.9 %, each saying who or what established its label."""
    cases = load_held_out(name)
    assert len(of_decider(cases, "rules")) >= least
    assert all(case.provenance == "author" or case.provenance.startswith("construction: ") for case in cases)


@pytest.mark.parametrize(("name", "least"), [("scorer", 300), ("sender", 300), ("writer", 80)])
def test_texts_were_written_by_hand(name: str, least: int) -> None:
    """Hundreds by a person; thousands are joined from them by seed, and say so."""
    cases = of_decider(load_held_out(name), "judgement")
    assert len({c.world.message for c in cases}) == len(cases)
    assert len([c for c in cases if c.provenance == "author"]) >= least
    assert all(c.provenance == "author" or c.provenance.startswith("construction: ") for c in cases)
    assert all(c.repeats == (c.provenance != "author") for c in cases)  # one text, one draw of chance


@pytest.mark.parametrize("name", SPECIALISTS)
@pytest.mark.parametrize("decider", ["rules", "judgement"])
def test_one_that_is_always_right_clears_every_bar(name: str, decider: Decider) -> None:
    """Else no candidate ever could: rows as they would be if every case came out as expected."""
    card, cases = blueprint(name).card, load_held_out(name)
    mine = of_decider(cases, decider)
    candidate = "rules" if decider == "rules" else "vendor/perfect"
    rows = tuple(as_expected(case, candidate, tuple(card.graders)) for case in mine)
    head = Measured(specialist=name, candidate=candidate, trials=1, measured_on=date(2026, 3, 2), hashes={})
    found = scorecard(cases, Rows(measured=head, rows=rows), card)
    assert found.verdict == ("adopt" if mine else "not enough evidence")
    assert bool(mine) == ((name, decider) != ("judge", "rules"))


def as_expected(case: HeldOutCase, candidate: str, graders: tuple[str, ...]) -> TrialRow:
    done = case.expect.disposition == "done"
    return TrialRow(
        case=case.name,
        trial=1,
        disposition=case.expect.disposition,
        reason=case.expect.reason,
        decided_by=case.expect.by or f"model:{candidate}",
        judged="by rule" if case.decider == "rules" else "answered",
        said=dict(case.expect.judged or {}),
        output=dict(case.expect.output) if done else None,
        verdicts=dict.fromkeys(graders) if done else {},
        tokens_in=0,
        tokens_out=0,
        usd=0.0,
        seconds=0.0,
    )


@pytest.mark.parametrize("name", ["enricher", "scorer", "sender"])
def test_one_that_is_right_in_98_of_100_is_mostly_seen_to_be(name: str) -> None:
    """Power of four in five: a set that a good candidate fails as often as not would hold it for ever."""
    counted = [c for c in of_decider(load_held_out(name), "judgement") if not c.repeats]
    assert adopted(0.98, len(counted), blueprint(name).card.right) > 0.8


LINE = {
    "name": "a", "kind": "ordinary", "provenance": "author", "decider": "rules", "at": "2026-03-03T10:00:00Z",
    "record": {"record_id": "r1"}, "expect": {"disposition": "done"},
}  # fmt: skip


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        (["{"], "row 1"),
        ([json.dumps(LINE | {"decider": "luck"})], "decider"),
        ([json.dumps(LINE | {"provenence": "typo"})], "provenence"),
        ([json.dumps(LINE), json.dumps(LINE | {"name": "b"})], "record_id 'r1' stands twice"),
        ([json.dumps(LINE), json.dumps(LINE | {"record": {"record_id": "r2"}})], "name 'a' stands twice"),
    ],
)
def test_a_bad_line_is_one_line_that_says_where(tmp_path: Path, lines: list[str], words: str) -> None:
    (tmp_path / "writer.jsonl").write_text("\n".join(lines))
    with pytest.raises(InputError, match=re.escape(words)) as error:
        load_held_out("writer", tmp_path)
    assert "\n" not in str(error.value)


def test_a_case_without_a_file_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="generate_held_out"):
        load_held_out("writer", tmp_path)


def test_a_case_knows_its_setting() -> None:
    case = HeldOutCase.model_validate(LINE)
    assert case.setting == (case.at, "campaign") and case.record_id == "r1"
