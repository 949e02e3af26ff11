"""A tuned prompt and whether it is better: GEPA on development cases, then McNemar on held-out ones."""

import difflib
import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any, Literal, cast

from evals.agreement import untrusted
from evals.held_out_cases import HeldOutCase, load_held_out, of_decider
from evals.runner import GatewayOf, candidate_of, evaluate
from evals.scorecard import results
from evals.scorecard_rows import Rows
from evals.statistics import Paired, mcnemar
from evals.trial_ports import Purse
from evals.tuning.adapter import PROMPT, PromptAdapter
from evals.tuning.development import Development, development
from resources.errors import InputError
from resources.gateway.ports import Gateway
from specialists.bounds import CONFIDENCE
from specialists.specialist import Blueprint, Specialist

# Of the budget; the rest pays for the proof, without which there is no proposal.
FOR_TUNING = 0.6
# Proposals at most, whatever money is left.
ROUNDS = 30

Verdict = Literal["adopt", "refused", "nothing found", "not proven: over budget"]


@dataclass(frozen=True)
class Tuned:
    """`paired`: held-out cases that only the old, only the new prompt decides rightly; None where the new
    one was not measured. Money is in US dollars."""

    specialist: str
    candidate: str
    old: str
    new: str
    verdict: Verdict
    paired: Paired | None
    held_out: int
    tuning_usd: float
    proof_usd: float
    budget_usd: float
    proposals: int

    def diff(self) -> str:
        """What would change in prompt.md, as a patch for the project's folder."""
        path = f"specialists/{self.specialist}/prompt.md"
        old, new = (text.splitlines(keepends=True) for text in (self.old, self.new))
        return "".join(difflib.unified_diff(old, new, f"a/{path}", f"b/{path}"))

    def as_json(self) -> dict[str, Any]:
        paired = self.paired
        return {
            "specialist": self.specialist,
            "candidate": self.candidate,
            "verdict": self.verdict,
            "held_out_cases": self.held_out,
            "only_old_right": paired.only_first if paired else None,
            "only_new_right": paired.only_second if paired else None,
            "p_value": paired.p_value if paired else None,
            "proposals": self.proposals,
            "graders_that_differ_from_people": untrusted(self.specialist),
            "usd": {
                "budget": self.budget_usd,
                "tuning": round(self.tuning_usd, 6),
                "proof": round(self.proof_usd, 6),
            },
        }


def tune(
    specialist: Blueprint,
    candidate: str,
    usd: float,
    today: date,
    gateway_of: GatewayOf | None = None,
    held_out: Sequence[HeldOutCase] | None = None,
    rounds: int = ROUNDS,
    seed: int = 0,
) -> Tuned:
    """Never spends more than `usd`, and changes no file. Raises InputError for a candidate that has no
    prompt, or where the cases are too few."""
    if candidate.startswith("local/"):
        raise InputError("--candidate", f"{candidate} reads no prompt", "name a hosted model on the card")
    pinned = replace(specialist, pin=specialist.pin.model_copy(update={"candidate": candidate}))
    gateway = cast(Gateway, candidate_of(pinned, candidate, gateway_of))
    tuning = Purse(usd * FOR_TUNING)
    adapter = PromptAdapter(Specialist(pinned, cast(Any, None), gateway), gateway, tuning)
    new = _found(adapter, development(specialist), specialist.prompt, rounds, seed)
    proof = Purse(usd - tuning.spent)
    mine = _distinct(load_held_out(specialist.name) if held_out is None else held_out)
    verdict: Verdict = "nothing found"
    paired = None
    if new != specialist.prompt:
        verdict, paired = _proven(pinned, new, candidate, mine, proof, today, gateway_of)
    return Tuned(
        specialist.name,
        candidate,
        specialist.prompt,
        new,
        verdict,
        paired,
        len(mine),
        tuning.spent,
        proof.spent,
        usd,
        adapter.proposals,
    )


def write_proposal(found: Tuned, folder: Path) -> Path:
    """`prompt.md`, `prompt.diff` and `evidence.json` in `folder`: for a person to read, apply and commit."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "prompt.md").write_text(found.new, "utf-8")
    (folder / "prompt.diff").write_text(found.diff(), "utf-8")
    (folder / "evidence.json").write_text(json.dumps(found.as_json(), indent=1) + "\n", "utf-8")
    return folder


def _distinct(held_out: Sequence[HeldOutCase]) -> list[HeldOutCase]:
    """A text in other company would be a second draw of one chance, and a second bill."""
    return [case for case in of_decider(held_out, "judgement") if not case.repeats]


class _Quiet:
    def log(self, message: str) -> None:
        """GEPA tells every step; the evidence tells the end."""


def _found(adapter: PromptAdapter, cases: Development, prompt: str, rounds: int, seed: int) -> str:
    """The prompt that does best on the development cases it was not reflected on."""
    from gepa.api import optimize  # 2 s to import

    result: Any = optimize(
        seed_candidate={PROMPT: prompt},
        trainset=list(cases.reflected),
        valset=list(cases.chosen),
        adapter=adapter,
        candidate_selection_strategy="current_best",
        max_metric_calls=2 * (rounds + 1) * len(cases.chosen),
        stop_callbacks=lambda state: adapter.over_budget or adapter.proposals >= rounds,
        logger=_Quiet(),
        seed=seed,
    )
    best: str = cast(dict[str, str], result.best_candidate)[PROMPT]
    return best


def _proven(
    pinned: Blueprint,
    new: str,
    candidate: str,
    cases: Sequence[HeldOutCase],
    purse: Purse,
    today: date,
    gateway_of: GatewayOf | None,
) -> tuple[Verdict, Paired | None]:
    """Both prompts on the same held-out cases. An old prompt that ran out of money proves nothing."""
    passes = []
    for made_by in (pinned, replace(pinned, prompt=new)):
        rows = evaluate(made_by, candidate, today, gateway_of=gateway_of, cases=cases, purse=purse)
        if any("budget" in (row.reason or "") for row in rows.rows if row.judged == "errored"):
            return "not proven: over budget", None
        passes.append(_passes(pinned, cases, rows))
    paired = mcnemar(*passes)
    better = paired.only_second > paired.only_first and paired.p_value < 1 - CONFIDENCE
    return ("adopt" if better else "refused"), paired


def _passes(specialist: Blueprint, cases: Sequence[HeldOutCase], rows: Rows) -> list[bool]:
    """Right and by every grader; what was left to a person has not passed."""
    graders = tuple(specialist.card.graders)
    return [result.counts and result.passes(graders) for result in results(cases, rows)]
