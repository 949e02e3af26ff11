"""What a judgement's steps and tokens become in the journal and in the trace."""

from tests.mutants.mutant import Mutant

TRACE = "tests/test_trace_steps.py::test_every_step_is_in_the_trace_also_from_the_journal"
TRIED = "tests/test_trace_steps.py::test_what_came_to_no_judgement_is_in_the_trace_of_its_run"
STORE = "tests/test_store.py::"

MUTANTS = (
    Mutant(
        "steps are forgotten when they are kept",
        "resources/store/judgement_steps.py",
        "return json.dumps([_of(step) for step in steps])",
        'return "[]"',
        f"{STORE}test_a_judgement_keeps_its_steps_and_all_its_tokens",
    ),
    Mutant(
        "why a step stopped is forgotten",
        "resources/store/judgement_steps.py",
        'said["stop"] = step.stop',
        'said["stop"] = ""',
        TRACE,
    ),
    Mutant(
        "cached tokens are not journaled",
        "resources/store/journal.py",
        '"tokens_cached": usage.cached,',
        '"tokens_cached": 0,',
        TRACE,
    ),
    Mutant(
        "a cost is kept without its prices",
        "resources/store/journal.py",
        '"price": usage.price,',
        '"price": None,',
        TRACE,
    ),
    Mutant(
        "what came to no judgement is not told of",
        "specialists/judging.py",
        "            kept = self._journal.tried(one.key, self._run_id, judged)",
        "            kept = self._loop.create_future()\n            kept.set_result(None)",
        TRIED,
    ),
    Mutant(
        "the trace tells of tries that are no more",
        "workforce_assets/lineage.py",
        'if row["decided_by"] is None:',
        "if True:",
        TRIED,
    ),
    Mutant(
        "tries of all runs are one",
        "resources/store/judgement_tries.py",
        "table.c.run == run_id,",
        "",
        f"{STORE}test_a_try_is_told_of_in_its_run_and_never_found_as_a_judgement[sqlite]",
    ),
    Mutant(
        "what was taken from the journal has no steps",
        "workforce_assets/lineage.py",
        'row["specialist_version"], row["record_id"], row["input_digest"])',
        'row["run_id"], row["record_id"], row["input_digest"])',
        TRACE,
    ),
)
