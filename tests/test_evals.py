"""Evals: production's own path, nothing cached, closed denominators, and no way for a failure to help."""

import asyncio
from dataclasses import replace
from typing import Any

import pytest

from evals.runner import evaluate, named
from evals.scorecard import results
from evals.trial_ports import TrialJournal
from resources.errors import InputError
from resources.gateway.answers import Answer, Answered, Malformed, Refused, Unavailable
from resources.gateway.ports import Question
from resources.journal import JournalKey, Judgement
from specialists.specialist import blueprint
from tests.eval_fixtures import (
    COST,
    HOSTED,
    TODAY,
    by_rules,
    by_script,
    judged_cases,
    knowing,
    part,
    rule_cases,
    with_graders,
)

TEXTS = judged_cases("sender")[4:284:7]  # 40 of those written by hand, of either label
HARMLESS = [case for case in judged_cases("sender") if case.expect.disposition == "done"][:60:10]


@pytest.mark.parametrize(("name", "every"), [("enricher", 12), ("scorer", 8), ("sender", 60), ("writer", 60)])
def test_rules_decide_what_is_theirs_as_expected(name: str, every: int) -> None:
    """A slice of each held-out set through rules, tools and graders: all right, all verdicts there."""
    cases = rule_cases(name, every)
    found = part(name, cases, by_rules(name, cases))
    assert found.errored == found.abstained == 0 and found.decided == len(cases)
    assert all(criterion.passed == criterion.n for criterion in found.criteria.values())


def test_a_candidate_is_asked_for_every_trial() -> None:
    """Nothing is cached: the model's own log counts each case once a trial; its cost is in the rows."""
    rows, script = by_script("sender", TEXTS, knowing, trials=3)
    assert len(script.calls) == 3 * len(TEXTS) == len(rows.rows)
    found = part("sender", TEXTS, rows)
    assert found.criteria["right"].passed == len(TEXTS) and found.pass_hat_k == {"1": 1.0, "2": 1.0, "3": 1.0}
    assert found.usd_per_record == pytest.approx(COST.usd)


def test_effects_are_severed() -> None:
    """What the Sender would send is taken by a mailer that lives in the eval alone; rows say it is done."""
    cases = [case for case in rule_cases("sender", 40) if case.expect.disposition == "done"]
    assert all(row.disposition == "done" and row.output for row in by_rules("sender", cases).rows)


def test_judgement_never_sees_the_recipient() -> None:
    _, script = by_script("sender", TEXTS, knowing)
    assert all(
        "recipient" not in call.record and "buyer" not in str(call.record["message"]) for call in script.calls
    )


def broken(kind: str) -> Any:
    def says(label: str, question: Question) -> Answer:
        match kind:
            case "unavailable":
                return Unavailable("no route")
            case "malformed":
                return Malformed("not JSON", COST)
            case "nonsense":
                return Answered({"label": "maybe", "verdict": "all graders passed"}, COST)
            case "another field":
                return Answered({"label": label, "score": 100}, COST)
            case _:
                raise TimeoutError("60 s")

    return says


@pytest.mark.parametrize("kind", ["unavailable", "malformed", "nonsense", "another field", "raises"])
def test_what_is_no_answer_fails_every_criterion(kind: str) -> None:
    """Errors stay in every denominator."""
    rows, _ = by_script("sender", TEXTS, broken(kind))
    found = part("sender", TEXTS, rows)
    assert found.errored == len(TEXTS) and found.verdict == "hold"
    assert all(c.n == len(TEXTS) and c.passed == 0 for c in found.criteria.values())


def test_a_model_that_gets_worse_overnight_is_held() -> None:
    """Drift: yesterday every answer was right, today it says there is never an objection."""
    yesterday, _ = by_script("sender", TEXTS, knowing)
    today, _ = by_script("sender", TEXTS, lambda label, q: Answered({"label": "no_objection"}, COST))
    assert part("sender", TEXTS, yesterday).criteria["right"].verdict != "hold"
    assert part("sender", TEXTS, today).criteria["right"].verdict == "hold"


def test_a_veto_of_what_was_harmless_is_wrong_and_no_failed_grader() -> None:
    """Nothing was sent, so no send can have been to one who had not opted in: `right` alone counts it."""
    rows, _ = by_script("sender", HARMLESS, lambda label, q: Answered({"label": "objection"}, COST))
    found = part("sender", HARMLESS, rows)
    assert (found.criteria["right"].passed, found.criteria["right"].n) == (0, len(HARMLESS))
    assert found.criteria["opted_in"].n == 0 and found.verdict == "hold"


def test_a_text_counts_once_for_right_and_in_every_setting_for_graders() -> None:
    """Twenty cases with one text are one draw of chance: else a candidate would seem proven by one text."""
    cases = [HARMLESS[0], *(case.model_copy(update={"repeats": True}) for case in HARMLESS[1:])]
    rows, _ = by_script("sender", cases, knowing)
    found = part("sender", cases, rows)
    assert (found.criteria["right"].n, found.criteria["opted_in"].n) == (1, len(cases))
    texts = [case.world.message for case in judged_cases("sender") if case.provenance == "author"]
    assert len(set(texts)) == len(texts)  # of what a person wrote none repeats another


def test_silence_is_counted_apart_and_proves_nothing() -> None:
    """A candidate that always leaves it to a person is never right, never wrong, and never adopted."""
    rows, _ = by_script("sender", TEXTS, lambda label, q: Refused("unsure"))
    found = part("sender", TEXTS, rows)
    assert (found.abstained, found.errored, found.criteria["right"].n) == (len(TEXTS), 0, 0)
    assert found.verdict == "not enough evidence"


def test_money_has_a_bottom() -> None:
    """What no longer fits into the budget is not asked, and fails."""
    rows, script = by_script("sender", TEXTS, knowing, usd=0.0025)
    assert 0 < len(script.calls) < len(TEXTS)
    assert part("sender", TEXTS, rows).errored == len(TEXTS) - len(script.calls)


def test_rows_of_another_model_count_for_nothing() -> None:
    """A row decided by another model than the one that is measured is an error."""
    rows, _ = by_script("sender", TEXTS, knowing)
    other = [row.model_copy(update={"decided_by": "model:anthropic/claude-other"}) for row in rows.rows[:5]]
    found = part("sender", TEXTS, rows.model_copy(update={"rows": (*other, *rows.rows[5:])}))
    assert found.errored == 5 and found.criteria["right"].passed == len(TEXTS) - 5


@pytest.mark.parametrize("gone", [1, 10, 40])
def test_deleting_rows_lowers_the_score(gone: int) -> None:
    """The roster is the held-out file: a row that is not there has failed."""
    rows, _ = by_script("sender", TEXTS, knowing)
    whole, less = (
        part("sender", TEXTS, rows),
        part("sender", TEXTS, rows.model_copy(update={"rows": rows.rows[gone:]})),
    )
    for name, criterion in less.criteria.items():
        assert criterion.lower_bound < whole.criteria[name].lower_bound
    assert less.errored == gone


def test_a_row_that_stands_twice_fails() -> None:
    rows, _ = by_script("sender", TEXTS, knowing)
    doubled = rows.model_copy(update={"rows": (*rows.rows, rows.rows[0])})
    assert part("sender", TEXTS, doubled).errored == 1


def crash(*_: object) -> str | None:
    raise RuntimeError("grader broke")


def late(*_: object) -> str | None:
    raise TimeoutError("60 s")


@pytest.mark.parametrize(
    "tone", [crash, late, lambda *_: True, lambda *_: False, lambda *_: "", lambda *_: 1.0]
)
def test_a_grader_that_breaks_never_raises_a_score(tone: Any) -> None:
    """A crash, a time-out, nonsense: what it should have graded has failed; the others keep their figures."""
    cases = rule_cases("writer", 240)
    whole = part("writer", cases, by_rules("writer", cases))
    broken_tone = with_graders("writer", tone=tone)
    found = part("writer", cases, by_rules("writer", cases, broken_tone), broken_tone)
    assert found.criteria["tone"].passed == 0 and found.criteria["tone"].n == whole.criteria["tone"].n
    for name, criterion in found.criteria.items():
        assert criterion.lower_bound <= whole.criteria[name].lower_bound


@pytest.mark.parametrize("grader", [crash, late, lambda *_: None, lambda *_: 1.0])
def test_a_cohort_grader_that_breaks_fails_every_row(grader: Any) -> None:
    cases = rule_cases("enricher", 60)
    loaded = blueprint("enricher")
    broken_identity = replace(loaded, cohort_graders={"consistent_identity": grader})
    found = part("enricher", cases, by_rules("enricher", cases, broken_identity))
    assert found.criteria["consistent_identity"].passed == 0


def test_a_missing_verdict_fails() -> None:
    cases = rule_cases("writer", 80)
    rows = by_rules("writer", cases)
    silent = [row.model_copy(update={"verdicts": {}}) for row in rows.rows]
    found = part("writer", cases, rows.model_copy(update={"rows": tuple(silent)}))
    assert all(c.passed == 0 for name, c in found.criteria.items() if name != "right")


def test_a_case_passes_only_if_all_its_trials_do() -> None:
    """One wrong trial of three fails its case; pass^k says how often k trials go right."""
    asked: dict[str, int] = {}

    def shaky(label: str, question: Question) -> Answer:
        record_id = question.record["record_id"]
        asked[record_id] = asked.get(record_id, 0) + 1
        wrong = {"objection": "no_objection", "no_objection": "objection"}[label]
        return Answered({"label": wrong if asked[record_id] == 2 else label}, COST)

    rows, _ = by_script("sender", TEXTS[:8], shaky, trials=3)
    found = part("sender", TEXTS[:8], rows)
    assert found.criteria["right"].passed == 0
    assert found.pass_hat_k["1"] == pytest.approx(2 / 3) and found.pass_hat_k["2"] == pytest.approx(1 / 3)
    assert found.pass_hat_k["3"] == 0
    assert not any(result.errored for result in results(TEXTS[:8], rows))


def test_a_journal_of_trials_remembers_nothing() -> None:
    """What was kept is there to be read, and never found."""
    journal, key = TrialJournal(), JournalKey("sender", "v1", "r1", "d1")

    async def keep() -> None:
        await journal.keep(key, Judgement("model:x", Answered({})))

    asyncio.run(keep())
    assert journal.kept.keys() == {"r1"} and journal.find([key]) == {}


def test_only_candidates_on_the_card_are_measured() -> None:
    with pytest.raises(InputError, match="no candidate; choose one of"):
        evaluate(blueprint("sender"), "vendor/other", TODAY, cases=TEXTS)
    assert HOSTED in blueprint("sender").card.candidates


def test_a_specialist_without_cases_says_so() -> None:
    with pytest.raises(InputError, match="no held-out cases"):
        named("greeter")


def test_two_evals_of_a_local_candidate_are_the_same() -> None:
    """Local candidates are deterministic: rows differ in nothing but seconds."""
    cases = judged_cases("enricher", 60)
    one, other = (evaluate(blueprint("enricher"), "local/pair-model", TODAY, cases=cases) for _ in range(2))
    assert [r.model_copy(update={"seconds": 0}) for r in one.rows] == [
        r.model_copy(update={"seconds": 0}) for r in other.rows
    ]
