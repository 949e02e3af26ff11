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
    Mutant(
        "tuning knows no budget",
        "evals/tuning/tune.py",
        "tuning = Purse(usd * FOR_TUNING)",
        "tuning = Purse(usd + 100)",
        "tests/test_tune.py::test_the_budget_is_not_exceeded",
    ),
    Mutant(
        "the proof has a budget of its own",
        "evals/tuning/tune.py",
        "proof = Purse(usd - tuning.spent)",
        "proof = Purse(usd + 100)",
        "tests/test_tune.py::test_a_budget_that_ends_in_the_proof_proves_nothing",
    ),
    Mutant(
        "held-out cases leak into tuning",
        "evals/tuning/development.py",
        "for case in load_cases(path)\n",
        "for case in __import__('evals.held_out_cases', fromlist=['x']).load_held_out(specialist.name)\n",
        "tests/test_tune.py::test_held_out_cases_never_reach_the_tuner",
    ),
    Mutant(
        "a prompt that is better by chance is adopted",
        "evals/tuning/tune.py",
        "better = paired.only_second > paired.only_first and paired.p_value < 1 - CONFIDENCE",
        "better = True",
        "tests/test_tune.py::test_an_overfitted_prompt_is_refused",
    ),
    Mutant(
        "the stronger decider stands for its link",
        "evals/chain.py",
        "return min((lower_bound",
        "return max((lower_bound",
        "tests/test_chain_floor.py::test_the_floor_is_what_the_weakest_decider_of_each_link_may_lose",
    ),
    Mutant(
        "a link without evidence is left out of the floor",
        "evals/chain.py",
        "default=0.0)",
        "default=1.0)",
        "tests/test_chain_floor.py::test_a_link_without_evidence_leaves_no_floor",
    ),
)
