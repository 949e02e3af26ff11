"""The machine every stage runs through, read top to bottom:

    routing -> rules -> the journal, for what rules passed on -> judgement within budget
            -> graders -> the effect on the world, where the specialist has one -> one row

One row comes out for every row that came in, in the same order. Nothing here knows Dagster.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any

from resources.budget import Budget
from resources.journal import Journal, JournalKey, Judgement
from resources.model_gateway import Answer, Answered, Malformed, OverBudget, Refused, Unavailable
from specialists.decisions import Decided, Decision, Hold, NeedsJudgement, Provenance, Skip
from specialists.grading import grade
from specialists.judgement import ask
from specialists.reading import Setting, read_record
from specialists.records import Record, Row, digest
from specialists.rows import Outcome, output_row
from specialists.specialist import Specialist
from specialists.tools import Act

# Records whose judgements are looked up and kept in one transaction.
BATCH = 500

Route = Callable[[Row], Skip | Hold | None]


@dataclass(frozen=True)
class Stage:
    """One specialist applied to the records of one partition."""

    specialist: Specialist
    route: Route
    journal: Journal
    budget: Budget
    setting: Setting
    run_id: str

    def run(self, rows: Iterable[Row]) -> Iterator[dict[str, Any]]:
        """One output row for every input row, in order."""
        source = iter(rows)
        while batch := list(islice(source, BATCH)):
            yield from self._run_batch(batch)

    def _run_batch(self, batch: list[Row]) -> Iterator[dict[str, Any]]:
        passed = [self._by_rules(row) for row in batch]
        judged = self._by_judgement([p for p in passed if isinstance(p.outcome.decision, NeedsJudgement)])
        graded = [
            self._graded(item.record, judged.get(item.key, item.outcome) if item.key else item.outcome)
            for item in passed
        ]
        acted = self._acted([item.record for item in passed], graded)
        for row, item, outcome in zip(batch, passed, acted, strict=True):
            yield output_row(self.specialist.blueprint, row, item.record, outcome, self.run_id)

    def _by_rules(self, row: Row) -> "_Passed":
        """Routing, then READ tools, then rules in order. One failing record is held, not the other 999."""
        stopped = self.route(row)
        if stopped is not None:
            return _Passed(None, None, Outcome(stopped, "rule:routing"))
        try:
            record = read_record(self.specialist, row, self.setting)
        except Exception as error:  # a broken record or tool must not stop the partition
            return _Passed(None, None, Outcome(Hold(f"could not be read: {_says(error)}"), None))
        outcome = decide_by_rules(self.specialist, record)
        if isinstance(outcome.decision, NeedsJudgement):
            return _Passed(record, self._key(record), outcome)
        return _Passed(record, None, outcome)

    def _key(self, record: Record) -> JournalKey:
        blueprint = self.specialist.blueprint
        return JournalKey(
            blueprint.name, blueprint.decision_version, record.record_id, digest(record.for_judgement())
        )

    def _by_judgement(self, waiting: list["_Passed"]) -> dict[JournalKey, Outcome]:
        """From the journal where it was judged before, else from the candidate."""
        asked = {p.key: (p.record, _why(p.outcome.decision)) for p in waiting if p.key and p.record}
        known = dict(self.journal.find(asked)) if asked else {}
        fresh: dict[JournalKey, Judgement] = {}
        outcomes: dict[JournalKey, Outcome] = {}
        for key, (record, why) in asked.items():
            judgement = known.get(key) or self._judge(key, record, fresh)
            if isinstance(judgement, Judgement):
                outcomes[key] = settled(self.specialist, record, why, judgement)
            else:
                outcomes[key] = Outcome(Hold(f"{why}; {judgement.why}"), None, judgement.usage)
        self.journal.keep(fresh)
        return outcomes

    def _judge(
        self, key: JournalKey, record: Record, fresh: dict[JournalKey, Judgement]
    ) -> Judgement | Malformed | OverBudget | Unavailable:
        """A fresh judgement. What cost money is committed before the next is asked, the rest as a group."""
        answer = self._ask(record)
        if not isinstance(answer, Answered | Refused):
            return answer
        judgement = Judgement(f"model:{self.specialist.blueprint.pin.candidate}", answer)
        if answer.usage.usd > 0:
            self.journal.keep({key: judgement})
        else:
            fresh[key] = judgement
        return judgement

    def _ask(self, record: Record) -> Answer:
        if self.specialist.candidate is None:
            return Unavailable("no model is pinned")
        blueprint = self.specialist.blueprint
        if blueprint.pin.is_local:
            return ask(self.specialist, record)
        with self.budget.reserve(blueprint.name, blueprint.card.limits.usd_per_record) as reservation:
            if reservation is None:
                return OverBudget("the budget is spent")
            answer = ask(self.specialist, record)
            reservation.settle(answer.usage.usd)
            return answer

    def _graded(self, record: Record | None, outcome: Outcome) -> Outcome:
        """A failed blocking grader turns done into held; the rejected output stays in the row."""
        if record is None or not isinstance(outcome.decision, Decided):
            return outcome
        blueprint, output = self.specialist.blueprint, outcome.decision.output
        verdicts = tuple(
            grade(blueprint.record_graders, record, output, self.setting.facts(record.record_id))
        )
        failed = [v for v in verdicts if not v.passed and v.grader in blueprint.blocking_graders]
        if not failed:
            return replace(outcome, verdicts=verdicts)
        why = "; ".join(f"{verdict.grader}: {verdict.reason}" for verdict in failed)
        return replace(outcome, decision=Hold(why), verdicts=verdicts, rejected=output)

    def _acted(self, records: Sequence[Record | None], outcomes: Sequence[Outcome]) -> list[Outcome]:
        """The effect on the world of all that is done, as one group; its word on each is the last."""
        effect, acted = self.specialist.tools.act_all(), list(outcomes)
        if effect is None:
            return acted
        acts = {
            number: Act(record, outcome.decision.output, Provenance(outcome.decided_by, outcome.usage))
            for number, (record, outcome) in enumerate(zip(records, outcomes, strict=True))
            if record is not None and isinstance(outcome.decision, Decided)
        }
        for number, decision in zip(acts, effect(list(acts.values())), strict=True):
            outcome = outcomes[number]
            by = decision.by if isinstance(decision, Skip) and decision.by else outcome.decided_by
            acted[number] = in_its_name(replace(outcome, decision=decision, decided_by=by))
        return acted


@dataclass(frozen=True, slots=True)
class _Passed:
    """A record after the rules: decided, or waiting for judgement under `key`."""

    record: Record | None
    key: JournalKey | None
    outcome: Outcome


def decide_by_rules(specialist: Specialist, record: Record) -> Outcome:
    """The first rule with something to say decides. Where none has, judgement is needed."""
    for rule in specialist.blueprint.rules:
        name = getattr(rule, "__name__", "rule")
        try:
            decision = rule(record)
        except Exception as error:  # as above: the record is held, with the rule that broke
            return Outcome(Hold(f"rule {name} failed: {_says(error)}"), None)
        if decision is not None:
            by = None if isinstance(decision, NeedsJudgement) else f"rule:{name}"
            return in_its_name(Outcome(decision, by))
    return Outcome(NeedsJudgement("no rule covers this record"), None)


def in_its_name(outcome: Outcome) -> Outcome:
    """What an earlier run decided keeps its decider and its cost: running again changes nothing."""
    if isinstance(outcome.decision, Decided) and outcome.decision.earlier is not None:
        earlier = outcome.decision.earlier
        return replace(outcome, decided_by=earlier.decided_by or outcome.decided_by, usage=earlier.usage)
    return outcome


def settled(specialist: Specialist, record: Record, why: str, judgement: Judgement) -> Outcome:
    """Code's reading of a judgement: what it means for the record is never the candidate's to say."""
    answer = judgement.answer
    if isinstance(answer, Refused):
        return Outcome(Hold(f"{why}; {answer.why}"), judgement.decided_by, answer.usage)
    blueprint = specialist.blueprint
    try:
        decision: Decision = blueprint.settle(record, blueprint.judges.model_validate(answer.output))
    except Exception as error:  # a judgement code cannot use is a person's to look at
        decision = Hold(f"{why}; the judgement could not be used: {_says(error)}")
    if isinstance(decision, NeedsJudgement):
        decision = Hold(decision.why)
    return Outcome(decision, judgement.decided_by, answer.usage)


def _why(decision: Decision) -> str:
    return decision.why if isinstance(decision, NeedsJudgement) else ""


def _says(error: Exception) -> str:
    return f"{type(error).__name__}: {' '.join(str(error).split())[:300]}"
