"""Deliberately broken variants of the code, each with the test that must catch it.

`tests/test_mutants.py` copies the tree, makes one change, and expects that test to fail. A mutant whose text
is no longer found in the code fails too: it has to be brought up to date.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Mutant:
    """Replace `old` by `new` in `file`; `test` must then fail."""

    name: str
    file: str
    old: str
    new: str
    test: str


STAGE = "specialists/stage.py"

MUTANTS = (
    Mutant(
        "a broken record stops the partition",
        STAGE,
        "except Exception as error:  # a broken record",
        "except ZeroDivisionError as error:  # a broken record",
        "tests/test_stage.py::test_one_poisoned_record_is_held_and_the_others_are_untouched",
    ),
    Mutant(
        "the journal is not asked",
        STAGE,
        "known.get(key) or self._judge",
        "self._judge",
        "tests/test_stage.py::test_a_judgement_is_asked_once_and_then_comes_from_the_journal",
    ),
    Mutant(
        "paid answers are kept only when the batch is over",
        STAGE,
        "if answer.usage.usd > 0:",
        "if answer.usage.usd > 1e9:",
        "tests/test_stage.py::test_a_paid_answer_is_kept_before_the_next_is_asked",
    ),
    Mutant(
        "an answer is not checked against the schema",
        "specialists/judgement.py",
        "except ValidationError as error:",
        "except ValidationError as error:\n        return answer",
        "tests/test_stage.py::test_what_is_no_usable_answer_is_held",
    ),
    Mutant(
        "outages are journaled",
        STAGE,
        "if not isinstance(answer, Answered | Refused):\n            return answer",
        "if False:\n            return answer",
        "tests/test_stage.py::test_only_answers_and_refusals_are_journaled",
    ),
    Mutant(
        "the budget is not asked",
        STAGE,
        "if reservation is None:\n                return OverBudget",
        "if False:\n                return OverBudget",
        "tests/test_stage.py::test_over_budget_holds_without_asking",
    ),
    Mutant(
        "a crashing grader passes",
        "specialists/grading.py",
        'return Verdict(name, False, f"grader raised',
        'return Verdict(name, True, f"grader raised',
        "tests/test_stage.py::test_a_failed_blocking_grader_holds_and_keeps_the_rejected_output",
    ),
    Mutant(
        "the effect runs whatever was decided",
        STAGE,
        "if act is None or record is None or not isinstance(outcome.decision, Decided):",
        "if act is None or record is None:",
        "tests/test_stage.py::test_the_effect_runs_once_for_each_done_record_only",
    ),
    Mutant(
        "the decision version is left out of the journal's key",
        STAGE,
        "blueprint.name, blueprint.decision_version, record.record_id",
        "blueprint.name, 'v', record.record_id",
        "tests/test_stage.py::test_a_changed_record_or_version_is_judged_anew",
    ),
)
