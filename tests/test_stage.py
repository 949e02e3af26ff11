"""The machine: routing, rules, journal, judgement, graders, effect; one row out for every row in."""

import asyncio
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from resources.crm import CohortContacts
from resources.gateway.answers import Answer, Answered, Malformed, Refused, Unavailable, Usage
from resources.gateway.failures import ProviderDown
from resources.gateway.ports import Question
from resources.gateway.purse import Purse
from specialists.card import Card
from specialists.decisions import Decided, Decision, Hold, NeedsJudgement, Provenance, Skip
from specialists.grading import Facts
from specialists.pin import Pin
from specialists.reading import Setting
from specialists.records import Output, Record
from specialists.rows import stage_schema
from specialists.specialist import Blueprint
from specialists.stage import Stage
from specialists.tools import Toolbox, read, write
from tests.fakes import MemoryBudget, MemoryJournal, ScriptedCandidate, ScriptedGateway
from tests.samples import campaign

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


class Reads(Record):
    number: int
    doubled: int


class Makes(Output):
    word: str


class Tools(Toolbox):
    def __init__(self, sent: list[str]) -> None:
        self._sent = sent

    @read("doubled")
    def double(self, row: dict[str, Any]) -> int:
        """Twice the number."""
        return int(row["number"]) * 2

    @write(acts=True)
    def say(self, record: Reads, output: Makes, provenance: Provenance) -> Decision:
        """Say the word."""
        self._sent.append(record.record_id)
        return Decided(output)


def odd(record: Reads) -> Decision | None:
    return NeedsJudgement("odd numbers are judgement") if record.number % 2 else None


def large(record: Reads) -> Decision | None:
    if record.number > 1000:
        raise OverflowError("too large")
    return Skip("over 100") if record.number > 100 else None


def even(record: Reads) -> Decision | None:
    return Decided(Makes(word=f"even {record.doubled}"))


def settle(record: Reads, judged: Makes) -> Decision:
    return Hold("the model says so") if judged.word == "hold" else Decided(judged)


def short(record: Reads, output: Makes, facts: Facts) -> str | None:
    if output.word == "crash":
        raise RuntimeError("grader broke")
    return "longer than 10 letters" if len(output.word) > 10 else None


CARD = Card.model_validate(
    {
        "schema_version": 1,
        "name": "counter",
        "role": "Names numbers.",
        "owner": "counting@example.com",
        "scope": "Small numbers.",
        "posture": "hold",
        "highest_authority": "supervised",
        "candidates": ["vendor/script"],
        "tools": {"double": "READ", "say": "WRITE"},
        "graders": {"short": {"bar": 0.95, "blocking": True}},
        "limits": {"max_output_tokens": 100, "usd_per_record": 0.1, "timeout_seconds": 5},
    }
)
BLUEPRINT = Blueprint(
    folder=Path("counter"),
    card=CARD,
    pin=Pin(schema_version=1, candidate="vendor/script", evidence=None),
    prompt="Name the number.",
    reads=Reads,
    makes=Makes,
    judges=Makes,
    rules=(odd, large, even),
    settle=settle,
    record_graders={"short": short},
    cohort_graders={},
    toolbox=Tools,
    decision_version="v1",
)


def stage(
    sent: list[str], candidate: ScriptedGateway | None, journal: MemoryJournal, budget: MemoryBudget
) -> Stage:
    setting = Setting(date(2026, 3, 2), NOON, campaign(), CohortContacts({}))
    return Stage(
        specialist=BLUEPRINT.build({"sent": sent}, candidate),
        route=lambda row: Skip("unlucky") if row["number"] == 13 else None,
        journal=journal,
        budget=budget,
        setting=setting,
        run_id="run-1",
        in_flight=1,
    )


def rows(*numbers: object) -> list[dict[str, Any]]:
    return [{"record_id": f"r{number}", "number": number} for number in numbers]


def outcome(answer: Answer | Exception, *, cap: float = 1.0) -> dict[str, Any]:
    """What becomes of one odd number when the candidate answers this."""
    candidate = ScriptedGateway({"r1": answer})
    (row,) = stage([], candidate, MemoryJournal(), MemoryBudget(cap)).run(rows(1))
    return row


def test_rules_decide_the_head_and_every_row_comes_out_in_order() -> None:
    """Rows in = rows out, same order, each with who decided; routing is asked before any rule."""
    candidate = ScriptedGateway({"r3": Answered({"word": "three"})})
    made = list(stage([], candidate, MemoryJournal(), MemoryBudget()).run(rows(2, 13, 3, 200)))
    assert [row["record_id"] for row in made] == ["r2", "r13", "r3", "r200"]
    assert [(row["disposition"], row["decided_by"]) for row in made] == [
        ("done", "rule:even"),
        ("skipped", "rule:routing"),
        ("done", "model:vendor/script"),
        ("skipped", "rule:large"),
    ]
    assert made[0]["word"] == "even 4"
    assert len(candidate.calls) == 1


def test_one_poisoned_record_is_held_and_the_others_are_untouched() -> None:
    """A record no tool or rule can read is held with what broke; its neighbours equal a clean run."""
    clean = list(stage([], None, MemoryJournal(), MemoryBudget()).run(rows(2, 4)))
    mixed = list(stage([], None, MemoryJournal(), MemoryBudget()).run(rows(2, "x", 2000, 4)))
    assert [mixed[0], mixed[3]] == clean
    assert mixed[1]["disposition"] == "held" and "ValueError" in mixed[1]["reason"]
    assert mixed[2]["disposition"] == "held" and "rule large failed: OverflowError" in mixed[2]["reason"]


def test_a_judgement_is_asked_once_and_then_comes_from_the_journal() -> None:
    """The provider's own log shows one call for two runs; the second run's rows are the same."""
    journal = MemoryJournal()
    candidate = ScriptedGateway({"r3": Answered({"word": "three"}, Usage(10, 5, 0.02))})
    first = list(stage([], candidate, journal, MemoryBudget()).run(rows(3)))
    second = list(stage([], candidate, journal, MemoryBudget()).run(rows(3)))
    assert len(candidate.calls) == 1
    assert first == second
    assert first[0]["cost_usd"] == 0.02


def test_a_paid_answer_is_kept_before_the_next_is_asked() -> None:
    """A crash on the second record does not lose the first one's paid answer."""
    journal = MemoryJournal()
    paid = Answered({"word": "three"}, Usage(usd=0.02))
    candidate = ScriptedGateway({"r3": paid, "r5": KeyboardInterrupt()})
    with pytest.raises(KeyboardInterrupt):
        list(stage([], candidate, journal, MemoryBudget()).run(rows(3, 5)))
    assert [key.record_id for key in journal.kept] == ["r3"]


class SlowGateway(ScriptedGateway):
    """Answers the later records first, and remembers how many calls were under way at most."""

    under_way = most = 0

    async def ask(self, question: Question, purse: Purse) -> Answer:
        self.under_way += 1
        self.most = max(self.most, self.under_way)
        await asyncio.sleep(1.0 / question.record["number"])
        self.under_way -= 1
        return await super().ask(question, purse)


def test_many_are_judged_at_a_time_and_come_out_in_order() -> None:
    """Workers overlap up to the limit; rows keep the order of the input, whoever answers first."""
    numbers = range(21, 100, 2)
    answers = {f"r{number}": Answered({"word": f"w{number}"}, Usage(usd=0.001)) for number in numbers}
    candidate = SlowGateway(answers)
    working = replace(stage([], candidate, MemoryJournal(), MemoryBudget(100)), in_flight=8)
    made = list(working.run(rows(*numbers)))
    assert [row["word"] for row in made] == [f"w{number}" for number in numbers]
    assert candidate.most == 8
    assert candidate.closed == 1


def test_a_provider_that_is_down_stops_the_run_and_holds_nothing() -> None:
    """What was judged before is journaled; the records after it wait for a later run."""
    journal = MemoryJournal()
    paid = Answered({"word": "three"}, Usage(usd=0.02))
    down = ScriptedGateway({"r3": paid, "r5": ProviderDown("overloaded"), "r7": ProviderDown("overloaded")})
    with pytest.raises(ProviderDown):
        list(stage([], down, journal, MemoryBudget()).run(rows(3, 5, 7)))
    assert [key.record_id for key in journal.kept] == ["r3"]
    back = ScriptedGateway({name: paid for name in ("r3", "r5", "r7")})
    made = list(stage([], back, journal, MemoryBudget()).run(rows(3, 5, 7)))
    assert [row["disposition"] for row in made] == ["done"] * 3
    assert [question.record["record_id"] for question in back.calls] == ["r5", "r7"]


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (Refused("not sure"), "not sure"),
        (Malformed("not JSON"), "not JSON"),
        (Unavailable("no network"), "no network"),
        (RuntimeError("boom"), "RuntimeError: boom"),
        (Answered({"word": 7}), "does not fit the schema"),
        (Answered({"word": "x", "extra": 1}), "does not fit the schema"),
        (Answered({"word": "hold"}), "the model says so"),
    ],
)
def test_what_is_no_usable_answer_is_held(answer: Answer | Exception, reason: str) -> None:
    """Only an answer that fits the schema, read by code, can make a record done."""
    row = outcome(answer)
    assert row["disposition"] == "held"
    assert reason in row["reason"]


def test_only_answers_and_refusals_are_journaled() -> None:
    """Outages and garbage are tried again on the next run."""
    for answer, kept in ((Refused("no"), 1), (Malformed("?"), 0), (Unavailable("?"), 0)):
        journal = MemoryJournal()
        list(stage([], ScriptedGateway({"r1": answer}), journal, MemoryBudget()).run(rows(1)))
        assert len(journal.kept) == kept, answer


def test_without_a_model_judgement_is_held_and_says_so() -> None:
    (row,) = stage([], None, MemoryJournal(), MemoryBudget()).run(rows(1))
    assert row["disposition"] == "held"
    assert row["reason"] == "odd numbers are judgement; no model is pinned"
    assert row["decided_by"] is None


def test_over_budget_holds_without_asking() -> None:
    """The worst case must fit under the cap before the candidate hears anything."""
    candidate = ScriptedGateway({"r1": Answered({"word": "one"})})
    (row,) = stage([], candidate, MemoryJournal(), MemoryBudget(cap=0.05)).run(rows(1))
    assert (row["disposition"], candidate.calls) == ("held", [])
    assert "budget" in row["reason"]


@pytest.mark.parametrize("word", ["far too long a word", "crash"])
def test_a_failed_blocking_grader_holds_and_keeps_the_rejected_output(word: str) -> None:
    """done becomes held, the effect is not run, and what was rejected stays in the row; a grader that
    raises has failed its output."""
    sent: list[str] = []
    candidate = ScriptedGateway({"r1": Answered({"word": word})})
    (row,) = stage(sent, candidate, MemoryJournal(), MemoryBudget()).run(rows(1))
    assert row["disposition"] == "held"
    assert row["reason"].startswith("short: ")
    assert row["rejected_output"] == f'{{"word":"{word}"}}'
    assert "word" not in row
    assert row["verdicts"][0]["passed"] is False
    assert sent == []


def test_the_effect_runs_once_for_each_done_record_only() -> None:
    sent: list[str] = []
    list(stage(sent, None, MemoryJournal(), MemoryBudget()).run(rows(2, 13, 1, 4)))
    assert sent == ["r2", "r4"]


def test_a_changed_record_or_version_is_judged_anew() -> None:
    """The journal's key covers the record, its READ tools' answers, and the decision version."""
    journal, candidate = MemoryJournal(), ScriptedGateway({"r": Answered({"word": "w"})})
    judged = stage([], candidate, journal, MemoryBudget())
    list(judged.run([{"record_id": "r", "number": 3}]))
    list(judged.run([{"record_id": "r", "number": 5}]))
    newer = replace(BLUEPRINT, decision_version="v2").build({"sent": []}, candidate)
    list(replace(judged, specialist=newer).run([{"record_id": "r", "number": 5}]))
    assert len(candidate.calls) == 3


def test_rows_fit_the_stage_schema() -> None:
    """Every field of a row is a column of the asset, and the other way round."""
    (row,) = stage([], None, MemoryJournal(), MemoryBudget()).run(rows(2))
    assert set(row) == set(stage_schema(BLUEPRINT).names)


def test_a_local_candidate_needs_no_budget() -> None:
    """What runs in this process for nothing goes on when the money is spent."""
    local = replace(BLUEPRINT, pin=Pin(schema_version=1, candidate="local/script", evidence=None))
    candidate = ScriptedCandidate({"r1": Answered({"word": "one"})})
    free = replace(
        stage([], None, MemoryJournal(), MemoryBudget(cap=0)), specialist=local.build({"sent": []}, candidate)
    )
    assert [row["disposition"] for row in free.run(rows(1))] == ["done"]
