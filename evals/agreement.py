"""How far the Writer's graders agree with people: Cohen's kappa on drafts labelled by hand.

`python -m evals.agreement`. The labels are one author's; until other people have labelled too, agreement with
people at large is unproven.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import typer
import yaml
from pydantic import BaseModel, ConfigDict

from evals.held_out_cases import HeldOutCase, campaign, load_held_out
from evals.severed import contact_of, severed
from evals.statistics import Agreement, Gate, cohens_kappa, gate
from evals.trial_ports import Nobody
from specialists.bounds import lower_bound
from specialists.fingerprint import HELD_OUT
from specialists.grading import Facts, grade
from specialists.reading import Setting, read_record
from specialists.records import Record
from specialists.specialist import blueprint
from specialists.writer.schema import Makes

# The share of drafts on which grader and label must agree, by lower bound.
BAR = 0.90
# Grader -> the label it is held against.
LABEL = {"tone": "tone", "clear_call_to_action": "asks"}


class Draft(BaseModel):
    """One labelled draft of `evals/held_out/writer.drafts.yaml`. `by`: who labelled it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    tone: bool
    asks: bool
    body: str
    ask: str = "{call_to_action}: {link}"
    by: str = "author"

    def output(self) -> Makes:
        body = f"Hi {{first_name}},\n\n{self.body}\n\n{self.ask}\n\nBest regards,\n{{sender_name}}"
        return Makes(subject="Delivery notes at {company}", body=body, written_for="general", template=None)


@dataclass(frozen=True)
class Agreed:
    """A grader beside its labels. `wrong`: the drafts on which they differ, with what the label says."""

    agreement: Agreement
    at_least: float
    verdict: Gate
    wrong: tuple[tuple[bool, str], ...]


def load_drafts(held_out: Path = HELD_OUT) -> list[Draft]:
    content = yaml.safe_load((held_out / "writer.drafts.yaml").read_text("utf-8"))
    return [Draft.model_validate(draft) for draft in content]


def agreement() -> Mapping[str, Agreed]:
    """Grader -> how it agrees with the labels."""
    drafts, graded = load_drafts(), list(_graded(load_drafts()))
    return {grader: _agreed(grader, drafts, graded) for grader in LABEL}


def untrusted(specialist: str) -> list[str]:
    """Graders whose word on freely written text is not yet shown to be people's."""
    if specialist != "writer":
        return []
    return [grader for grader, found in agreement().items() if found.verdict != "adopt"]


def _agreed(grader: str, drafts: list[Draft], graded: list[dict[str, bool]]) -> Agreed:
    pairs = [(getattr(d, LABEL[grader]), v[grader]) for d, v in zip(drafts, graded, strict=True)]
    found = cohens_kappa(Counter(pairs))
    wrong = tuple((said, d.body) for (said, passed), d in zip(pairs, drafts, strict=True) if said != passed)
    verdict = gate(found.agreed, found.n, BAR)
    return Agreed(found, lower_bound(found.agreed, found.n), verdict, wrong)


def _graded(drafts: list[Draft]) -> Iterator[dict[str, bool]]:
    writer = blueprint("writer")
    record, facts = _general_record()
    graders = {name: writer.record_graders[name] for name in LABEL}
    for draft in drafts:
        yield {v.grader: v.passed for v in grade(graders, record, draft.output(), facts)}


def _general_record() -> tuple[Record, Facts]:
    """The first held-out company: who it is does not matter to tone and call to action."""
    case: HeldOutCase = load_held_out("writer")[0]
    with severed([case], case.campaign) as world:
        setting = Setting(case.at.date(), case.at, campaign(case.campaign), world.contacts())
        record = read_record(blueprint("writer").build(world, Nobody()), case.record, setting)
    at = datetime(2026, 3, 3, 10, tzinfo=UTC)
    return record, Facts(at.date(), campaign(case.campaign), contact_of(case))


def main() -> None:
    """Kappa with its interval, the raw share with its bound, and every draft on which they differ."""
    for grader, found in agreement().items():
        one = found.agreement
        typer.echo(
            f"{grader}: agrees on {one.agreed} of {one.n}, at least {found.at_least:.1%} (bar {BAR:.0%}: "
            f"{found.verdict}); kappa {one.kappa:.2f} ({one.low:.2f} to {one.high:.2f})"
        )
        for said, body in found.wrong:
            typer.echo(
                f"  {'labelled fine, graded off' if said else 'labelled off, graded fine'}: {body[:70]}"
            )


if __name__ == "__main__":
    typer.run(main)
