"""Make the held-out cases: `python -m evals.generate_held_out`. One seed makes the same files, byte by byte.

Cases by construction come from `evals/generators/`; texts in `evals/generators/texts/` were written by hand.
"""

import json
import random
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated

import typer

from evals.generators.companies import companies, directory_csv, former_names_csv
from evals.generators.enricher import enricher_cases
from evals.generators.judge import judge_cases
from evals.generators.making import Made
from evals.generators.scorer import scorer_cases
from evals.generators.sender import sender_cases
from evals.generators.writer import writer_cases
from specialists.fingerprint import HELD_OUT, WORLD

SEED = 20260302


def files(seed: int = SEED) -> dict[str, str]:
    """Path below `evals/held_out/` -> content. Each has random numbers of its own."""
    unique, twins = companies(random.Random(f"{seed} companies"))
    return {
        f"{WORLD}/directory.csv": directory_csv([*unique, *twins]),
        f"{WORLD}/former_names.csv": former_names_csv(unique),
        "enricher.jsonl": _lines(enricher_cases(random.Random(f"{seed} enricher"), unique, twins)),
        "scorer.jsonl": _lines(scorer_cases(random.Random(f"{seed} scorer"))),
        "writer.jsonl": _lines(writer_cases(random.Random(f"{seed} writer"))),
        "sender.jsonl": _lines(sender_cases(random.Random(f"{seed} sender"))),
        "judge.jsonl": _lines(judge_cases()),
    }


def _lines(cases: Iterable[Made]) -> str:
    return "".join(json.dumps(case, ensure_ascii=False, separators=(",", ":")) + "\n" for case in cases)


def main(to: Annotated[Path, typer.Option(help="where to write")] = HELD_OUT) -> None:
    """Write every file that the seed makes."""
    for name, content in files().items():
        path = to / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, "utf-8")
        typer.echo(f"{path}: {content.count(chr(10)):,} lines")


if __name__ == "__main__":
    typer.run(main)
