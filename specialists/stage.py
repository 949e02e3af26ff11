"""The machine every stage runs through, read top to bottom:

    routing -> rules -> the journal, for what rules passed on -> judgement within budget
            -> graders -> the effect on the world, where the specialist has one -> one row

One row comes out for every row that came in, in the same order. Nothing here knows Dagster.
"""

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import TYPE_CHECKING, Any

from resources.budget import Budget
from resources.gateway.answers import Refused
from resources.journal import Journal, JournalKey, Judgement
from specialists.decisions import Decided, Decision, Hold, NeedsJudgement, Provenance, Skip
from specialists.grading import grade
from specialists.heap import frozen_heap
from specialists.judgement import journal_key
from specialists.judging import Judged, Judging, judging
from specialists.reading import Setting, read_record
from specialists.records import Record, Row
from specialists.rows import Outcome, output_row
from specialists.specialist import Specialist
from specialists.tools import Act

if TYPE_CHECKING:
    from specialists.batching import Batching

# Records that may wait for judgements of records before them, so that the workers never run dry.
AHEAD = 10_000

Route = Callable[[Row], Skip | Hold | None]


@dataclass
class Pulse:
    """What can be seen of a stage while it runs."""

    judge: Judging | None = None

    def calls(self) -> int:
        """To a hosted model, under way now."""
        return self.judge.calls if self.judge is not None else 0


@dataclass(frozen=True)
class Stage:
    """One specialist applied to one partition. `in_flight`: calls to a hosted model at a time.

    `batching`: a hosted model is asked in batches instead.
    """

    specialist: Specialist
    route: Route
    journal: Journal
    budget: Budget
    setting: Setting
    run_id: str
    in_flight: int = 64
    batching: "Batching | None" = None
    pulse: Pulse = field(default_factory=Pulse)

    def run(self, rows: Iterable[Row]) -> Iterator[dict[str, Any]]:
        """One output row for every input row, in order. Raises ProviderDown: what was judged is journaled."""
        source, begun = iter(rows), deque[list[_Passed]]()
        asked = (self.specialist, self.journal, self.budget, self.run_id, self.in_flight, self.batching)
        with frozen_heap(), judging(*asked) as judge:
            self.pulse.judge = judge
            while True:
                while not begun or (judge.has_room and len(begun) * judge.together < AHEAD):
                    if not (batch := list(islice(source, judge.together))):
                        break
                    begun.append(self._begin(batch, judge))
                if not begun:
                    return
                judge.flush()
                yield from self._finish(begun.popleft())

    def _begin(self, batch: list[Row], judge: Judging) -> list["_Passed"]:
        """Rules decide what they can; the judgements of the rest are begun."""
        passed = [self._by_rules(row) for row in batch]
        begun = judge.begin({p.key: p.record for p in passed if p.key is not None and p.record is not None})
        for item in passed:
            item.judged = begun[item.key] if item.key is not None else None
        return passed

    def _finish(self, batch: list["_Passed"]) -> Iterator[dict[str, Any]]:
        graded = [self._graded(item.record, self._judged(item)) for item in batch]
        acted = self._acted([item.record for item in batch], graded)
        for item, outcome in zip(batch, acted, strict=True):
            known = item.key.context_digest if item.key is not None else None
            yield output_row(self.specialist.blueprint, item.row, item.record, outcome, self.run_id, known)

    def _judged(self, item: "_Passed") -> Outcome:
        """The rules' outcome, or judgement's, which is waited for here."""
        if item.judged is None or item.record is None:
            return item.outcome
        why, judged = _why(item.outcome.decision), item.judged.result()
        if isinstance(judged, Judgement):
            return settled(self.specialist, item.record, why, judged)
        return Outcome(Hold(f"{why}; {judged.why}"), None, judged.usage)

    def _by_rules(self, row: Row) -> "_Passed":
        """Routing, then READ tools, then rules in order. One failing record is held, not the other 999."""
        stopped = self.route(row)
        if stopped is not None:
            return _Passed(row, None, Outcome(stopped, "rule:routing"))
        try:
            record = read_record(self.specialist, row, self.setting)
        except Exception as error:  # a broken record or tool must not stop the partition
            return _Passed(row, None, Outcome(Hold(f"could not be read: {_says(error)}"), None))
        outcome = decide_by_rules(self.specialist, record)
        if isinstance(outcome.decision, NeedsJudgement):
            return _Passed(row, record, outcome, journal_key(self.specialist.blueprint, record))
        return _Passed(row, record, outcome)

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


@dataclass(slots=True)
class _Passed:
    """A record after the rules: decided, or waiting for judgement under `key`."""

    row: Row
    record: Record | None
    outcome: Outcome
    key: JournalKey | None = None
    judged: Judged | None = None


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
