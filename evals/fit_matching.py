"""Fit the Enricher's pair model: `python -m evals.fit_matching --data FOLDER --date YYYY-MM-DD`.

Writes specialists/enricher/pair_model.json with what it was fitted on and the figures of a cross-validation
over companies: each lead judged by weights that never saw its company.
"""

from pathlib import Path
from typing import Annotated

import typer

from evals.matching import Day, Folders, report
from evals.matching_data import load_companies, load_labelled
from evals.matching_run import by_folds, examples, read
from evals.pair_fitting import FOLDS, fit
from specialists.enricher import pair_model

SHIPPED = Path(pair_model.__file__).with_suffix(".json")


def main(
    data: Folders,
    day: Day,
    to: Annotated[Path, typer.Option(help="Where the weights are written.")] = SHIPPED,
) -> None:
    """Fit on the folders' leads that no rule decides, against all their companies."""
    directory, labelled = load_companies(data, day.date()), load_labelled(data, day.date())
    reads = read(labelled, directory)
    found = examples(reads)
    checked = report(by_folds(reads))
    provenance = {
        "set": [folder.resolve().name for folder in data],
        "date": day.date().isoformat(),
        "leads": len(reads),
        "judged": len(found),
        "companies": len(directory),
        "command": f"python -m evals.fit_matching --data FOLDER --date {day.date()}",
        "cross_validation": {
            "folds": FOLDS,
            "grouped_by": "company",
            "threshold": checked["threshold"],
            **checked["totals"],
            "expected_calibration_error": checked["reliability"]["expected_calibration_error"],
        },
    }
    to.write_text(fit(found, provenance).model_dump_json(indent=1) + "\n", "utf-8")
    typer.echo(f"{to}: {provenance}")


if __name__ == "__main__":
    typer.run(main)
