"""`workforce eval --data`: figures on a real set by one command, which never pin."""

import csv
import gzip
import json
import os
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from evals.real_sets.name_pairs import Compared, Pair, figures
from specialists.specialist import ROOT
from workforce_assets.cli.app import app

RUN = CliRunner(env={"COLUMNS": "200"})
DAY = "2026-03-02"
REAL = Path(os.environ.get("WORKFORCE_TEST_DATA", "no such folder"))

PAIRS = [
    ("P1", "QUILLMARK, A.G.", "Quillmark AG", "true"),
    ("P2", "Tarn Valley Bank", "Tarn Valley Bank, Inc.", "true"),
    ("P3", "Sedgeshaw Logistik", "Harbortrust Insurance", "false"),
    ("P4", "QVB", "Quorley Vale Brewing", "true"),
]


def table(path: Path, columns: list[str], rows: list[Any]) -> None:
    with gzip.open(path, "wt", encoding="utf-8", newline="") as sink:
        csv.writer(sink).writerows([columns, *rows])


@pytest.fixture
def pairs(tmp_path: Path) -> Path:
    table(tmp_path / "pairs.csv.gz", ["pair_id", "name1", "name2", "is_match"], PAIRS)
    return tmp_path


@pytest.fixture
def leads(tmp_path: Path) -> Path:
    """Three companies; a lead that is one of them, one that is none, one that may be two."""
    companies = [["1", "Quillmark AG"], ["2", "Tarn Valley Bank"], ["3", "Tarn Valley Bank"]]
    columns = ["id", "name", "city", "region", "country", "industry", "tickers", "website"]
    table(tmp_path / "directory.csv.gz", columns, [[*c, *[""] * 6] for c in companies])
    written = ["lead_id", "company_as_written", "email_domain", "city", "region", "ticker"]
    names = ["Quillmark", "Osprey Works", "Tarn Valley Bank"]
    table(tmp_path / "leads.csv.gz", written, [[f"L{n}", name, *[""] * 4] for n, name in enumerate(names)])
    labels = [
        ["L0", "plain", "match", "1", ""],
        ["L1", "decoy", "no_match", "", ""],
        ["L2", "homonym", "ambiguous", "", "2|3"],
    ]
    columns = ["lead_id", "kind", "expected", "expected_id", "candidates"]
    table(tmp_path / "labels.csv.gz", columns, labels)
    return tmp_path


def measured(folder: Path, *more: str) -> dict[str, Any]:
    arguments = ["eval", "enricher", "--data", str(folder), "--date", DAY, "--json", *more]
    found = RUN.invoke(app, arguments)
    assert found.exit_code == 0, found.output
    content: dict[str, Any] = json.loads(found.stdout)
    return content


def test_name_pairs_by_one_command(pairs: Path) -> None:
    """Rules take off the legal form and see no kinship in initials; each candidate has its own figures."""
    found = measured(pairs)
    assert found["set"] == "name pairs" and set(found["found"]) == {
        "rules",
        "local/name-similarity",
        "local/pair-model",
    }
    rules = found["found"]["rules"]["totals"]
    assert (rules["pairs"], rules["same"], rules["said_same"]) == (4, 3, 2)
    assert (rules["precision"], rules["recall"], rules["accuracy"]) == (1.0, 0.6667, 0.75)


def test_labelled_leads_by_one_command(leads: Path) -> None:
    """Right, none and ambiguous, by rules alone, and the same again."""
    found = measured(leads, "--candidate", "rules")
    totals = found["found"]["rules"]["totals"]
    assert totals["precision"] == totals["recall"] == 1.0
    assert totals["false_accepts_of_no_match"] == totals["ambiguous_accepted"] == 0.0
    assert measured(leads, "--candidate", "rules") == found


def test_figures_count_what_was_missed_and_what_was_wrong() -> None:
    """By hand: 2 of 3 said to be the same are, 1 of them is missed."""
    said = [(True, True), (True, True), (False, True), (True, False), (False, False)]
    found = figures([Compared(Pair("P", "a", "b", same, "all"), yes) for same, yes in said])
    assert (found["precision"], found["recall"], found["f1"]) == (0.6667, 0.6667, 0.6667)
    assert found["accuracy"] == 0.6 and found["at_least"] < 0.6


def test_a_real_set_never_pins(pairs: Path) -> None:
    """--pin with --data is refused, and no file of the project changes."""
    before = {path: path.read_bytes() for path in (ROOT / "enricher").glob("pin.json")}
    refused = RUN.invoke(app, ["eval", "enricher", "--data", str(pairs), "--pin"])
    assert refused.exit_code == 2 and "never pin" in refused.output
    shown = RUN.invoke(app, ["eval", "enricher", "--data", str(pairs), "--date", DAY])
    assert shown.exit_code == 0 and "never pin" in shown.output and "accuracy" in shown.output
    assert {path: path.read_bytes() for path in before} == before


def test_a_folder_that_is_not_understood(pairs: Path, tmp_path: Path) -> None:
    """One line that says what is missing and what was expected."""
    for folder, arguments, words in (
        (tmp_path / "none", ["enricher"], "is no folder"),
        (pairs.parent, ["enricher"], "no directory.csv.gz"),
        (pairs, ["writer"], "there are some for enricher"),
        (pairs, ["enricher", "--candidate", "vendor/none"], "choose among rules"),
        (pairs, ["enricher", "--cross-validate"], "fit nothing"),
    ):
        found = RUN.invoke(app, ["eval", *arguments, "--data", str(folder)])
        assert found.exit_code == 2 and words in " ".join(found.output.split())
    table(pairs / "pairs.csv.gz", ["pair_id", "name1"], [])
    found = RUN.invoke(app, ["eval", "enricher", "--data", str(pairs)])
    assert "has no column is_match, name2" in found.output and "expected is" in found.output


@pytest.mark.skipif(not (REAL / "name_pairs_opensanctions").is_dir(), reason="WORKFORCE_TEST_DATA is not set")
def test_the_peers_name_pairs_reproduce() -> None:
    """The figures of docs/matching.md."""
    found = measured(REAL / "name_pairs_opensanctions", "--candidate", "local/name-similarity")
    assert found["found"]["local/name-similarity"]["totals"]["accuracy"] > 0.5
