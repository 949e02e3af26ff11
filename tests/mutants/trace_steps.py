"""What a judgement's steps and tokens become in the journal and in the trace."""

from tests.mutants.mutant import Mutant

TRACE = "tests/test_trace_steps.py::test_every_step_is_in_the_trace_also_from_the_journal"
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
        '"stop": step.stop}',
        '"stop": None}',
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
        "what was taken from the journal has no steps",
        "workforce_assets/lineage.py",
        'row["specialist_version"], row["record_id"], row["input_digest"])',
        'row["run_id"], row["record_id"], row["input_digest"])',
        TRACE,
    ),
)
