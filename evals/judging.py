"""The judge of tone beside people's labels: `python -m evals.judging --candidate ID --budget-usd X`.

It reads the drafts of `evals/held_out/writer.drafts.yaml` through the very stage that decides live records.
No verdict at all (a crash, a time-out, nonsense, no money) is disagreement, whatever the label: it never
raises a figure. As long as one person has labelled, agreement is `unproven`, however high.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Annotated, Any, Literal

import typer

from evals.agreement import BAR, Draft, load_drafts
from evals.held_out_cases import campaign
from evals.runner import GatewayOf, candidate_of
from evals.statistics import Agreement, Gate, cohens_kappa, gate
from evals.trial_ports import Purse, TrialJournal
from resources.crm import CohortContacts
from specialists.bounds import lower_bound
from specialists.reading import Setting
from specialists.specialist import blueprint
from specialists.stage import Stage

# Labels of fewer people say what somebody thinks, not what people do.
RATERS = 2
_AT = datetime(2026, 3, 3, 10, tzinfo=UTC)
_CAMPAIGN = "campaign"


@dataclass(frozen=True)
class Judged:
    """`passed` of the drafts were found in tone; `silent`: there was no verdict. `usd`: what it cost."""

    agreement: Agreement
    at_least: float
    verdict: Gate | Literal["unproven"]
    passed: int
    silent: int
    usd: float


def judged(
    candidate: str, usd: float, gateway_of: GatewayOf | None = None, drafts: Sequence[Draft] | None = None
) -> Judged:
    """Raises InputError for a candidate that is not on the judge's card."""
    labelled = load_drafts() if drafts is None else drafts
    purse = Purse(usd)
    said = verdicts(candidate, labelled, purse, gateway_of)
    pairs = [
        (one.tone, found if found is not None else not one.tone)
        for one, found in zip(labelled, said, strict=True)
    ]
    found = cohens_kappa(Counter(pairs))
    proven = len({one.by for one in labelled}) >= RATERS
    return Judged(
        found,
        lower_bound(found.agreed, found.n),
        gate(found.agreed, found.n, BAR) if proven else "unproven",
        sum(one is True for one in said),
        sum(one is None for one in said),
        purse.spent,
    )


def verdicts(
    candidate: str, drafts: Sequence[Draft], purse: Purse, gateway_of: GatewayOf | None = None
) -> list[bool | None]:
    """In tone or not, in the drafts' order; None where there is no verdict that fits the schema."""
    loaded = blueprint("judge")
    pinned = replace(loaded, pin=loaded.pin.model_copy(update={"candidate": candidate}))
    judge = pinned.build({}, candidate_of(pinned, candidate, gateway_of))
    sent_in = campaign(_CAMPAIGN)
    setting = Setting(_AT.date(), _AT, sent_in, CohortContacts({}))
    stage = Stage(judge, lambda row: None, TrialJournal(), purse, setting, run_id="eval")
    rows = [_row(number, one, sent_in.voice.banned) for number, one in enumerate(drafts)]
    return [row["in_tone"] if row["disposition"] == "done" else None for row in stage.run(rows)]


def _row(number: int, draft: Draft, banned: Sequence[str]) -> dict[str, Any]:
    made = draft.output()
    return {"record_id": f"D{number:03}", "subject": made.subject, "body": made.body, "banned": tuple(banned)}


def main(
    candidate: Annotated[str, typer.Option(help="An id on the judge's card.")],
    budget_usd: Annotated[float, typer.Option(min=0, help="The most it may cost.")],
) -> None:
    """Kappa with its interval, the raw share with its bound, and what that is worth."""
    found = judged(candidate, budget_usd)
    one = found.agreement
    typer.echo(
        f"tone by {candidate}: agrees on {one.agreed} of {one.n} ({found.silent} without a verdict), at "
        f"least {found.at_least:.1%}; kappa {one.kappa:.2f} ({one.low:.2f} to {one.high:.2f}); "
        f"{found.verdict}; {found.usd:.4f} USD"
    )


if __name__ == "__main__":
    typer.run(main)
