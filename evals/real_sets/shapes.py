"""Which real sets a specialist can be measured on, told by the files and columns of a folder."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import polars as pl
from polars.exceptions import PolarsError

from evals.matching import figures_of
from evals.matching_data import load_companies, load_labelled
from evals.matching_run import by_folds, decide, read
from evals.real_sets import name_pairs
from evals.real_sets.figures import Figures
from evals.scorecard_rows import RULES
from resources.errors import InputError
from resources.gateway.ports import Candidate
from specialists.enricher.candidates import CANDIDATES

# The pair model: every lead judged by weights that were fitted without its company.
BY_FOLDS = "cross-validated"


@dataclass(frozen=True)
class Asked:
    """`candidates`: None is rules alone. `by_folds`: also the pair model, fitted anew without each lead's
    company."""

    folder: Path
    day: date
    candidates: dict[str, Candidate | None]
    by_folds: bool


@dataclass(frozen=True)
class Shape:
    """One layout of a folder: its files with the columns each must have, and what measures it."""

    name: str
    files: Mapping[str, frozenset[str]]
    measure: Callable[[Asked], Figures]

    def misfit(self, folder: Path) -> str | None:
        """What of the folder does not fit; None where all does."""
        for name, columns in self.files.items():
            if not (folder / name).is_file():
                return f"no {name}"
            try:
                found = pl.read_csv(folder / name, infer_schema=False, n_rows=1).columns
            except (PolarsError, OSError) as error:
                return f"{name} cannot be read ({type(error).__name__})"
            if missing := columns - set(found):
                return f"{name} has no column {', '.join(sorted(missing))}"
        return None

    def described(self) -> str:
        files = (f"{name} ({', '.join(sorted(columns))})" for name, columns in self.files.items())
        return f"{self.name}: {', '.join(files)}"


def measure_on(
    specialist: str, folder: Path, day: date, candidates: Sequence[str] | None, by_folds: bool = False
) -> tuple[Shape, Figures]:
    """Figures of the candidates (None: rules alone and every local one) on the folder's set.

    Raises InputError where no set is known for the specialist, where the folder has another shape, which
    then says what was expected, or for a candidate that cannot be measured so.
    """
    shape = _shape_of(specialist, folder)
    asked = Asked(folder, day, _candidates(candidates), by_folds)
    if by_folds and shape.name != LEADS:
        raise InputError(
            "--cross-validate", f"{shape.name} fit nothing", f"leave it out, or give {LEADS} with --data"
        )
    try:
        return shape, shape.measure(asked)
    except (PolarsError, OSError, UnicodeDecodeError) as error:
        why = " ".join(str(error).split())[:200]
        raise InputError(folder, f"cannot be read: {why}", f"see {shape.described()}") from None


def _shape_of(specialist: str, folder: Path) -> Shape:
    shapes = SHAPES.get(specialist, ())
    if not shapes:
        raise InputError(
            "--data", f"no real set is known for {specialist!r}", f"there are some for {', '.join(SHAPES)}"
        )
    if not folder.is_dir():
        raise InputError(
            folder, "is no folder", f"give one with {' or '.join(s.described() for s in shapes)}"
        )
    wrong = []
    for shape in shapes:
        misfit = shape.misfit(folder)
        if misfit is None:
            return shape
        wrong.append(f"no {shape.name} ({misfit})")
    raise InputError(
        folder,
        f"not understood: {'; '.join(wrong)}",
        f"expected is {' or '.join(s.described() for s in shapes)}",
    )


def _candidates(names: Sequence[str] | None) -> dict[str, Candidate | None]:
    known = (RULES, *CANDIDATES)
    if odd := [name for name in names or () if name not in known]:
        raise InputError(
            "--candidate", f"{odd[0]} cannot be measured on a real set", f"choose among {', '.join(known)}"
        )
    return {name: None if name == RULES else CANDIDATES[name](()) for name in names or known}


def _leads(asked: Asked) -> Figures:
    reads = read(load_labelled([asked.folder], asked.day), load_companies([asked.folder], asked.day))
    found = {
        name: decide(reads, lambda lead, chosen=candidate: chosen)  # type: ignore[misc]
        for name, candidate in asked.candidates.items()
    }
    if asked.by_folds:
        found[BY_FOLDS] = by_folds(reads)
    return figures_of(found)


def _pairs(asked: Asked) -> Figures:
    return name_pairs.report(asked.folder, asked.day, asked.candidates)


LEADS = "labelled leads"
SHAPES: Mapping[str, tuple[Shape, ...]] = {
    "enricher": (
        Shape(
            LEADS,
            {
                "directory.csv.gz": frozenset(
                    {"id", "name", "city", "region", "country", "industry", "tickers", "website"}
                ),
                "leads.csv.gz": frozenset(
                    {"lead_id", "company_as_written", "email_domain", "city", "region", "ticker"}
                ),
                "labels.csv.gz": frozenset({"lead_id", "kind", "expected", "expected_id", "candidates"}),
            },
            _leads,
        ),
        Shape("name pairs", {name_pairs.FILE: name_pairs.COLUMNS}, _pairs),
    )
}
