"""Do graders see what they are for? Defects planted into outputs that pass, and how many each grader catches.

`python -m evals.planted_defects` writes `evals/scorecards/<specialist>/planted_defects.json`. A grader
that misses one of its own, or has none, cannot gate (`evals/pinning.py`).
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

import typer
from pydantic import BaseModel, ConfigDict

from evals.defect_kinds.defect import Defect, Sample
from evals.held_out_cases import Decider, HeldOutCase, campaign, load_held_out, of_decider
from evals.scorecard_rows import SCORECARDS
from evals.severed import severed
from evals.trial_ports import Nobody, Purse, TrialJournal
from resources.errors import InputError
from resources.gateway.answers import NO_COST, Answered, Reply
from resources.gateway.ports import Gateway, Question
from resources.gateway.purse import Purse as RecordPurse
from specialists.fingerprint import changed, fingerprint
from specialists.grading import Facts, grade
from specialists.reading import Setting, read_record
from specialists.regrade import output_of
from specialists.specialist import Blueprint
from specialists.stage import Stage

# Passing outputs that each defect is planted into, taken evenly from the held-out cases of the rules.
SAMPLES = 24

# Grader -> (planted defects it failed, planted defects that are its own).
Kills = Mapping[str, tuple[int, int]]


class Planted(BaseModel):
    """What one run of planting found: for each kind, its grader and how many of how many were caught."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    hashes: dict[str, str]
    kinds: dict[str, tuple[str, int, int]]

    def kills(self) -> dict[str, tuple[int, int]]:
        found: dict[str, tuple[int, int]] = {}
        for grader, killed, planted in self.kinds.values():
            before = found.get(grader, (0, 0))
            found[grader] = (before[0] + killed, before[1] + planted)
        return found


def plant_all(specialist: Blueprint, defects: Sequence[Defect] | None = None) -> Planted:
    """Plant every kind of defect into passing outputs, and grade each."""
    chosen = defects_of(specialist.name) if defects is None else defects
    samples = list(passing_samples(specialist))
    kinds = {}
    for defect in chosen:
        planted = [(sample, one) for sample in samples if (one := defect.plant(sample)) is not None]
        killed = sum(_killed(specialist, defect, before, after) for before, after in planted)
        kinds[defect.kind] = (defect.grader, killed, len(planted))
    return Planted(hashes=_hashes(specialist), kinds=kinds)


def defects_of(specialist: str) -> tuple[Defect, ...]:
    """The kinds of `evals/defect_kinds/<specialist>.py`; none where there is no such module."""
    found: tuple[Defect, ...] = getattr(_kinds(specialist), "DEFECTS", ())
    return found


def passing_samples(specialist: Blueprint) -> Iterator[Sample]:
    """Outputs of held-out cases that every record grader passed: made by rules, or where a specialist has
    none, out of the answers that the module of its kinds says are right."""
    right = getattr(_kinds(specialist.name), "right_answer", None)
    decider: Decider = "rules" if right is None else "judgement"
    cases = [c for c in of_decider(load_held_out(specialist.name), decider) if c.expect.disposition == "done"]
    for case in cases[:: max(1, len(cases) // SAMPLES)]:
        yield from _sample(specialist, case, Nobody() if right is None else _Answers(right(case)))


def kills_file(specialist: str, scorecards: Path = SCORECARDS) -> Path:
    return scorecards / specialist / "planted_defects.json"


def load_kills(specialist: Blueprint, scorecards: Path = SCORECARDS) -> dict[str, tuple[int, int]]:
    """Kills per grader as they were last measured. Raises InputError if graders changed since."""
    found = load_planted(specialist, scorecards)
    return found.kills() if found is not None else {}


def load_planted(specialist: Blueprint, scorecards: Path = SCORECARDS) -> Planted | None:
    """What the last planting found; None before the first. Raises InputError if graders changed since."""
    path = kills_file(specialist.name, scorecards)
    if not path.exists():
        return None
    found = Planted.model_validate_json(path.read_text("utf-8"))
    if stale := changed(found.hashes, _hashes(specialist)):
        problem = f"{', '.join(stale)} changed since defects were planted"
        raise InputError(path, problem, f"run `workforce eval {specialist.name} --pin`")
    return found


def write_kills(specialist: Blueprint, found: Planted, scorecards: Path = SCORECARDS) -> None:
    path = kills_file(specialist.name, scorecards)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(found.model_dump_json(indent=1) + "\n", "utf-8")


@dataclass(frozen=True)
class _Answers:
    """Implements `resources.gateway.ports.Gateway` with one answer that is known, for nothing."""

    output: Mapping[str, Any]

    async def ask(self, question: Question, purse: RecordPurse) -> Reply:
        return Answered(self.output, NO_COST)

    def stop(self) -> None:
        """Nobody waits."""

    async def close(self) -> None:
        """There is nothing to let go of."""


def _kinds(specialist: str) -> ModuleType | None:
    try:
        return import_module(f"evals.defect_kinds.{specialist}")
    except ModuleNotFoundError:
        return None


def _sample(specialist: Blueprint, case: HeldOutCase, candidate: Gateway) -> Iterator[Sample]:
    with severed([case], case.campaign) as world:
        built = specialist.build(world, candidate)
        setting = Setting(case.at.date(), case.at, campaign(case.campaign), world.contacts())
        record = read_record(built, case.record, setting)
        stage = Stage(built, lambda row: None, TrialJournal(), Purse(0.0), setting, run_id="planted defects")
        (row,) = stage.run([case.record])
    output, facts = output_of(specialist, row), setting.facts(case.record_id)
    if row["disposition"] == "done" and output is not None:
        yield Sample(record, output, facts, row)


def _killed(specialist: Blueprint, defect: Defect, before: Sample, after: Sample) -> bool:
    if defect.grader in specialist.cohort_graders:
        return _killed_in_cohort(specialist, defect, before, after)
    grader = {defect.grader: specialist.record_graders[defect.grader]}
    (verdict,) = grade(grader, after.record, after.output, after.facts)
    return not verdict.passed and "grader raised" not in (verdict.reason or "")


def _killed_in_cohort(specialist: Blueprint, defect: Defect, before: Sample, after: Sample) -> bool:
    """The two rows side by side, as two records of one partition."""
    rows = [dict(before.row), {**after.row, "record_id": "planted"}]
    facts: dict[str, Facts] = {str(before.row["record_id"]): before.facts, "planted": after.facts}
    failing: Mapping[str, Any] = specialist.cohort_graders[defect.grader](rows, facts)
    return "planted" in failing


def _hashes(specialist: Blueprint) -> dict[str, str]:
    now = fingerprint(specialist.folder, specialist.card, None)
    return {name: now[name] for name in ("graders", "held_out", "rules", "schema", "tools")}


def main() -> None:
    """Plant everywhere, write what was found, and say what was missed."""
    from evals.defect_kinds import __path__ as folder
    from specialists.specialist import blueprint

    for path in sorted(Path(folder[0]).glob("[a-z]*.py")):
        if path.stem == "defect":
            continue
        specialist = blueprint(path.stem)
        found = plant_all(specialist)
        write_kills(specialist, found)
        typer.echo(f"{path.stem}")
        for kind, (grader, killed, planted) in found.kinds.items():
            typer.echo(f"  {killed:>3} of {planted:<3} {grader:32} {kind}")


if __name__ == "__main__":
    typer.run(main)
