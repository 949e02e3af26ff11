"""Real sets, replay, tuning and the chain's floor."""

from tests.mutants.mutant import Mutant

MUTANTS = (
    Mutant(
        "a real set pins",
        "workforce_assets/cli/eval.py",
        "    if pin:\n        fail(",
        "    if pin and not data:\n        fail(",
        "tests/test_real_sets.py::test_a_real_set_never_pins",
    ),
    Mutant(
        "a folder without its columns is measured",
        "evals/real_sets/shapes.py",
        "if missing := columns - set(found):",
        "if missing := columns - set(found) - columns:",
        "tests/test_real_sets.py::test_a_folder_that_is_not_understood",
    ),
    Mutant(
        "what was missed is not counted",
        "evals/real_sets/name_pairs.py",
        "share(both, len(same))",
        "share(both, len(said))",
        "tests/test_real_sets.py::test_name_pairs_by_one_command",
    ),
)
