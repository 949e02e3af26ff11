"""`workforce tune`: a better prompt, found on development cases and proven on held-out ones."""

from pathlib import Path
from typing import Annotated

import typer

from workforce_assets.cli.console import OUT, input_errors, print_json, shown


def tune(
    specialist: Annotated[str, typer.Argument(help="which specialist, e.g. scorer")],
    candidate: Annotated[str, typer.Option(help="the hosted model whose prompt it is; an id on the card")],
    budget_usd: Annotated[float, typer.Option(min=0, help="the most it may cost, proof included")],
    to: Annotated[
        Path | None, typer.Option(help="folder for the proposal; default: proposals/<specialist>/")
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="print exactly one JSON object")] = False,
) -> None:
    """Write a diff of prompt.md and its evidence to a folder. The specialist's own folder is not touched."""
    from datetime import UTC, datetime

    from evals.runner import named
    from evals.tuning.tune import tune as tuned
    from evals.tuning.tune import write_proposal

    with input_errors():
        found = tuned(named(specialist), candidate, budget_usd, datetime.now(UTC).date())
    folder = write_proposal(found, to or Path("proposals") / specialist)
    if json:
        print_json({**found.as_json(), "folder": str(folder)})
        return
    spent = found.tuning_usd + found.proof_usd
    OUT.print(f"{specialist} by {candidate}: {found.verdict}; {spent:.4f} of {budget_usd:.2f} USD spent")
    if found.paired is not None:
        only = f"{found.paired.only_second} only by the new, {found.paired.only_first} only by the old prompt"
        OUT.print(
            f"{found.held_out} held-out cases: right {only}; exact McNemar p = {found.paired.p_value:.4f}"
        )
    OUT.print(f"{shown(folder)}: prompt.diff, prompt.md, evidence.json")
    if found.verdict == "adopt":
        OUT.print(
            f"apply the diff, then `workforce eval {specialist} --candidate {candidate} --pin`, and commit"
        )
