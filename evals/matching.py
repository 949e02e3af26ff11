"""Measure matching on labelled leads: `python -m evals.matching --data FOLDER` (see evals.matching_data).

Prints a table per kind of lead, totals, and how honest the probabilities are. `--cross-validate` judges every
lead by weights fitted without its company: the figure to quote where the shipped weights were fitted on the
same folder.
"""

import json
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from time import perf_counter
from typing import Annotated, Any

import rich.table
import typer
from rich.console import Console

from evals.matching_data import load_companies, load_labelled
from evals.matching_report import Matched, by_kind, reliability, totals
from evals.matching_run import by_folds, decide, read
from evals.real_sets.figures import Figures, Table, beside
from specialists.enricher.candidates import CANDIDATES
from specialists.enricher.policy import policy

Folders = Annotated[list[Path], typer.Option("--data", help="A folder; repeat it to join several.")]
Day = Annotated[
    datetime,
    typer.Option("--date", formats=["%Y-%m-%d"], help="As-of date of the companies, and the partition."),
]


def report(matched: Sequence[Matched]) -> dict[str, Any]:
    """All figures: totals, per kind, reliability of every probability and of those of judgement alone."""
    judged = [one for one in matched if one.judged]
    return {
        "threshold": policy().threshold,
        "totals": totals(matched),
        "kinds": by_kind(matched),
        "reliability": reliability(matched),
        "reliability_of_judgement": reliability(judged),
    }


def main(
    data: Folders,
    day: Day,
    candidate: Annotated[str, typer.Option(help="A local candidate of the Enricher.")] = "local/pair-model",
    cross_validate: Annotated[bool, typer.Option("--cross-validate")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON instead of tables.")] = False,
) -> None:
    """Measure on the folders' leads, against all their companies."""
    found = report(_decided(data, day.date(), None if cross_validate else candidate))
    if as_json:
        typer.echo(json.dumps(found, indent=1))
    else:
        _show(found)


def _decided(data: Sequence[Path], day: date, candidate: str | None) -> list[Matched]:
    reads = read(load_labelled(data, day), load_companies(data, day))
    if candidate is None:
        return by_folds(reads)
    if candidate not in CANDIDATES:
        raise typer.BadParameter(f"{candidate} is none of {', '.join(CANDIDATES)}")
    judge = CANDIDATES[candidate](())
    start = perf_counter()
    matched = decide(reads, lambda lead: judge)
    typer.echo(
        f"{len(matched) / (perf_counter() - start):,.0f} leads/s decided, READ tools not counted", err=True
    )
    return matched


def figures_of(found: Mapping[str, Sequence[Matched]]) -> Figures:
    """All figures by candidate; as tables the totals side by side, then each candidate's kinds."""
    reports = {name: report(matched) for name, matched in found.items()}
    total = beside(f"totals at {policy().threshold}", {n: r["totals"] for n, r in reports.items()})
    kinds = (
        Table(f"{name}: per kind", [{"kind": kind, **row} for kind, row in found["kinds"].items()])
        for name, found in reports.items()
    )
    return Figures(reports, (total, *kinds))


def _show(found: dict[str, Any]) -> None:
    console = Console()
    console.print(_table("Per kind", [{"kind": kind, **row} for kind, row in found["kinds"].items()]))
    console.print(_table(f"Totals at {found['threshold']}", [found["totals"]]))
    for name in ("reliability", "reliability_of_judgement"):
        error = found[name]["expected_calibration_error"]
        console.print(_table(f"{name.replace('_', ' ')}: error {error}", found[name]["bins"]))


def _table(title: str, rows: Sequence[dict[str, Any]]) -> rich.table.Table:
    shown = Table(title, rows)
    table = rich.table.Table(*shown.columns, title=shown.title)
    for row in shown.rows:
        table.add_row(*(str(row.get(column, 0)) for column in shown.columns))
    return table


if __name__ == "__main__":
    typer.run(main)
