"""Pairs of company names, labelled by hand: is the one the other?

Each pair is a lead with the first name, and a directory that holds the second one alone. The Enricher says
yes where it accepts that company. Names are all there is: no domain, place or ticker, and no other company
whose names would tell which words are rare.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl

from evals.matching_data import Labelled
from evals.matching_run import decide, read
from evals.real_sets.figures import Figures, Table, beside, share
from resources.directory import Directory
from resources.directory.spec import DirectorySpec
from resources.directory.table import CompanyRow
from resources.gateway.ports import Candidate
from specialists.bounds import lower_bound

FILE = "pairs.csv.gz"
COLUMNS = frozenset({"pair_id", "name1", "name2", "is_match"})
_ONE = "the-other"


@dataclass(frozen=True, slots=True)
class Pair:
    """`same` is the label; `kind` where the pair is from, if the file says so."""

    id: str
    name: str
    other: str
    same: bool
    kind: str


@dataclass(frozen=True, slots=True)
class Compared:
    pair: Pair
    said_same: bool

    @property
    def right(self) -> bool:
        return self.said_same == self.pair.same


def load_pairs(folder: Path) -> list[Pair]:
    """All pairs of `pairs.csv.gz`, in order."""
    table = pl.read_csv(folder / FILE, infer_schema=False)
    return [
        Pair(
            row["pair_id"],
            row["name1"],
            row["name2"],
            row["is_match"].strip().casefold() == "true",
            row.get("case_group") or "all",
        )
        for row in table.iter_rows(named=True)
    ]


def compare(pairs: Sequence[Pair], day: date, candidate: Candidate | None) -> list[Compared]:
    """What the Enricher's own tools, rules and candidate (None: rules alone) make of every pair."""
    return [Compared(pair, _says_same(pair, day, candidate)) for pair in pairs]


def report(folder: Path, day: date, candidates: dict[str, Candidate | None]) -> Figures:
    """Precision, recall, F1 and accuracy of each candidate, and how many are right of every kind."""
    pairs = load_pairs(folder)
    found = {name: compare(pairs, day, candidate) for name, candidate in candidates.items()}
    totals = {name: figures(compared) for name, compared in found.items()}
    kinds = {name: _by_kind(compared) for name, compared in found.items()}
    return Figures(
        {name: {"totals": totals[name], "kinds": kinds[name]} for name in found},
        (
            beside("name pairs", totals),
            *(
                Table(f"{name}: right of each kind", [{"kind": kind, **row} for kind, row in rows.items()])
                for name, rows in kinds.items()
            ),
        ),
    )


def figures(compared: Sequence[Compared]) -> dict[str, Any]:
    """Counts and shares (0..1; None where nothing is to be divided). `at_least`: accuracy's lower bound."""
    said = [one for one in compared if one.said_same]
    same = [one for one in compared if one.pair.same]
    both, right = sum(one.right for one in said), sum(one.right for one in compared)
    return {
        "pairs": len(compared),
        "same": len(same),
        "said_same": len(said),
        "precision": share(both, len(said)),
        "recall": share(both, len(same)),
        "f1": share(2 * both, len(said) + len(same)),
        "accuracy": share(right, len(compared)),
        "at_least": round(lower_bound(right, len(compared)), 4),
    }


def _by_kind(compared: Sequence[Compared]) -> dict[str, dict[str, int]]:
    kinds: dict[str, list[Compared]] = defaultdict(list)
    for one in compared:
        kinds[one.pair.kind].append(one)
    return {
        kind: {
            "pairs": len(ones),
            "right": sum(one.right for one in ones),
            "wrongly_same": sum(one.said_same and not one.pair.same for one in ones),
            "missed": sum(one.pair.same and not one.said_same for one in ones),
        }
        for kind, ones in sorted(kinds.items())
    }


def _says_same(pair: Pair, day: date, candidate: Candidate | None) -> bool:
    row = {"record_id": pair.id, "company": pair.name, "partition": day}
    lead = Labelled(row, pair.kind, "match" if pair.same else "no_match", _ONE, pair.id)
    (matched,) = decide(read([lead], _directory(pair.other, day)), lambda _: candidate)
    return matched.company_id is not None


def _directory(name: str, day: date) -> Directory:
    spec = DirectorySpec.model_validate(
        {
            "source": "pairs",
            "file": FILE,
            "as_of": day,
            "licence": "as the folder says",
            "columns": {"id": "pair_id", "name": "name2"},
        }
    )
    unknown = (None,) * (len(CompanyRow._fields) - 2)
    directory = Directory()
    directory.add(spec, [CompanyRow._make((_ONE, name, *unknown))], [])
    directory.join()
    return directory
