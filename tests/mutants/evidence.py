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
    Mutant(
        "a replay has the specialist's effect",
        "workforce_assets/replay/replay.py",
        "severed = replace(built, tools=WithoutEffect(built.tools))",
        "severed = built",
        "tests/test_replay.py::test_the_senders_effect_is_off",
    ),
    Mutant(
        "any difference alarms",
        "evals/paired_rows.py",
        "return self.paired.p_value < 1 - CONFIDENCE",
        "return self.only_then != self.only_now",
        "tests/test_replay.py::test_replays_of_two_that_are_alike_alarm_at_most_one_time_in_twenty",
    ),
    Mutant(
        "what is held has passed",
        "evals/paired_rows.py",
        'in ("done", "skipped") and all',
        'in ("done", "skipped", "held") and all',
        "tests/test_replay.py::test_what_is_held_or_fails_a_grader_has_not_passed",
    ),
)
