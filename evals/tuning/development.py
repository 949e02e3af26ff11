"""Development cases as a tuner sees them: the record as judgement may see it, what is wrong with an answer.

Nothing here reads `evals/held_out/`: what tunes a prompt never sees what proves it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

from resources.campaign import load_campaign
from resources.crm import Contact
from resources.errors import InputError
from specialists.cases import Case, load_cases
from specialists.decisions import Decided, NeedsJudgement
from specialists.grading import Facts, grade
from specialists.records import Record, digest
from specialists.specialist import Blueprint, Specialist
from specialists.stage import decide_by_rules

# Fewer would leave one of the halves without anything to tell.
FEWEST = 10
CAMPAIGN = Path(__file__).parents[1] / "development" / "campaign.yaml"
_AT = datetime(2026, 3, 2, 12, tzinfo=UTC)
_SOMEBODY = Contact("juno.askew@somewhere.example", "Juno", "Askew", "DE", "Europe/Berlin", "opted_in")


@dataclass(frozen=True)
class Example:
    """One case that judgement must decide. `right`: the fields of the answer that matter; None where there is
    no one right answer, and the graders say what is wrong."""

    name: str
    record: Record
    right: Mapping[str, Any] | None

    def wrong(self, specialist: Blueprint, answer: Mapping[str, Any]) -> str | None:
        """What is wrong with an answer that fits the schema, in words; None where it is right."""
        if self.right is None:
            return _graded(specialist, self.record, answer)
        fits = all(answer.get(name) == value for name, value in self.right.items())
        return None if fits else f"right is {dict(self.right)}"


@dataclass(frozen=True)
class Development:
    """Two halves by name: `reflected` on, and `chosen` by."""

    reflected: Sequence[Example]
    chosen: Sequence[Example]


def development(specialist: Blueprint) -> Development:
    """The specialist's own cases that say what judgement answers; where none does, those that its rules leave
    to judgement. Raises InputError where they are too few."""
    path = specialist.folder / "cases.jsonl"
    examples = [_example(specialist, case) for case in load_cases(path)]
    says = [one for one in examples if one.right is not None]
    found = says or [one for one in examples if _left_over(specialist, one.record)]
    if len(found) < FEWEST:
        why = f"{len(found)} cases are for judgement; a tuner needs {FEWEST}"
        raise InputError(path, why, "add cases with expect.judged, or such as rules pass on")
    ordered = sorted(found, key=lambda one: digest(one.name))
    return Development(ordered[::2], ordered[1::2])


def _example(specialist: Blueprint, case: Case) -> Example:
    record = specialist.reads.model_validate({"partition": _AT.date(), "at": _AT, **case.record})
    return Example(case.name, record, case.expect.judged)


def _left_over(specialist: Blueprint, record: Record) -> bool:
    alone = Specialist(specialist, cast(Any, None), None)
    return isinstance(decide_by_rules(alone, record).decision, NeedsJudgement)


def _graded(specialist: Blueprint, record: Record, answer: Mapping[str, Any]) -> str | None:
    """By the very graders that judge live records."""
    try:
        decision = specialist.settle(record, specialist.judges.model_validate(answer))
    except Exception as error:  # as in the stage: such an answer would be held
        return f"could not be used: {error}"
    if not isinstance(decision, Decided):
        return f"was not decided: {decision.why}"
    facts = Facts(_AT.date(), load_campaign(CAMPAIGN), _SOMEBODY)
    failed = [v for v in grade(specialist.record_graders, record, decision.output, facts) if not v.passed]
    return "; ".join(f"{verdict.grader}: {verdict.reason}" for verdict in failed) or None
