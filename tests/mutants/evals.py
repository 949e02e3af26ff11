"""Mutants of evidence: of what it is computed by, and of what it rests on."""

from tests.mutants.mutant import Mutant

_FOLLOW = "tests/test_pins.py::test_shipped_pins_follow_from_their_raw_rows"
_STANDING = "tests/test_pins.py::test_shipped_verdicts_are_these"


def _of(name: str, file: str, old: str, new: str, test: str) -> Mutant:
    return Mutant(name, file, old, new, test, keeps_evidence=True)


MUTANTS = (
    _of(
        "one letter of the Enricher's prompt",
        "specialists/enricher/prompt.md",
        "# Enricher",
        "# enricher",
        _STANDING,
    ),
    _of(
        "one development case, which a local candidate learns from",
        "specialists/enricher/cases.jsonl",
        '{"name": "domain and exact name"',
        '{"name": "domain and the exact name"',
        _STANDING,
    ),
    _of(
        "one word of a grader",
        "specialists/writer/graders.py",
        "MAX_WORDS = 149",
        "MAX_WORDS = 150",
        _STANDING,
    ),
    _of(
        "one held-out line",
        "evals/held_out/writer.jsonl",
        '{"name":"0001 ',
        '{"name":"0001  ',
        _FOLLOW,
    ),
    _of(
        "one raw row",
        "evals/scorecards/enricher/local__pair-model.jsonl",
        '"candidate":"local/pair-model"',
        '"candidate":"local/name-similarity"',
        _FOLLOW,
    ),
    _of(
        "another candidate by hand",
        "specialists/enricher/pin.json",
        '{\n "schema_version": 1,\n "candidate": "local/pair-model"',
        '{\n "schema_version": 1,\n "candidate": "local/name-similarity"',
        _STANDING,
    ),
    _of(
        "evidence without verdict proves",
        "specialists/evidence.py",
        'if pin.evidence.verdict != "adopt":',
        "if False:",
        _STANDING,
    ),
    _of(
        "stale evidence does not stop a stage",
        "specialists/evidence.py",
        "if isinstance(found, Unproven) and found.stale:",
        "if False:",
        "tests/test_pins.py::test_a_changed_letter_is_refused",
    ),
    _of(
        "the held-out set is not hashed",
        "specialists/fingerprint.py",
        'hashes["held_out"] = held_out_hash(folder.name, held_out)',
        'hashes["held_out"] = ""',
        "tests/test_pins.py::test_a_changed_held_out_line_is_refused",
    ),
    _of(
        "the stage does not ask for evidence",
        "workforce_assets/stage_asset.py",
        "        refuse_stale(made_by)\n",
        "",
        "tests/test_reuse.py::test_stale_evidence_refuses_a_finished_partition_too",
    ),
    Mutant(
        "the roster is what rows there are",
        "evals/scorecard.py",
        "    return [_result(case, by_case.get(case.name, []), found) for case in mine]",
        "    return [_result(case, by_case[case.name], found) for case in mine if case.name in by_case]",
        "tests/test_evals.py::test_deleting_rows_lowers_the_score",
    ),
    Mutant(
        "errors leave the denominators",
        "evals/scorecard.py",
        "return self.errored or bool(self.decided)",
        "return bool(self.decided)",
        "tests/test_evals.py::test_what_is_no_answer_fails_every_criterion",
    ),
    Mutant(
        "a missing verdict passes",
        "evals/scorecard.py",
        "grader in row.verdicts and row.verdicts[grader] is None",
        "row.verdicts.get(grader) is None",
        "tests/test_evals.py::test_a_missing_verdict_fails",
    ),
    Mutant(
        "another model's rows count",
        "evals/scorecard.py",
        'return candidate == RULES or row.judged == "by rule" or row.decided_by == f"model:{candidate}"',
        "return True",
        "tests/test_evals.py::test_rows_of_another_model_count_for_nothing",
    ),
    Mutant(
        "a text counts in every case that repeats it",
        "evals/scorecard.py",
        "[r.right() for r in counted if not r.case.repeats]",
        "[r.right() for r in counted]",
        "tests/test_evals.py::test_a_text_counts_once_for_right_and_in_every_setting_for_graders",
    ),
    Mutant(
        "one good trial is enough",
        "evals/scorecard.py",
        "return not self.errored and all(is_right(self.case, row) for row in self.decided)",
        "return not self.errored and any(is_right(self.case, row) for row in self.decided)",
        "tests/test_evals.py::test_a_case_passes_only_if_all_its_trials_do",
    ),
    Mutant(
        "a trial is answered from the one before",
        "evals/trial_ports.py",
        "        return {}\n",
        "        return {key: self.kept[key.record_id] for key in keys if key.record_id in self.kept}\n",
        "tests/test_evals.py::test_a_journal_of_trials_remembers_nothing",
    ),
    Mutant(
        "a crash is a kill",
        "evals/planted_defects.py",
        'return not verdict.passed and "grader raised" not in (verdict.reason or "")',
        "return not verdict.passed",
        "tests/test_planted_defects.py::test_a_crash_is_no_kill",
    ),
    Mutant(
        "a blind grader gates",
        "evals/pinning.py",
        "return planted == 0 or killed < planted",
        "return False",
        "tests/test_pins.py::test_a_grader_that_misses_its_own_defects_cannot_gate",
    ),
    Mutant(
        "the observed share is the bound",
        "specialists/bounds.py",
        "return float(betaincinv(passes, n - passes + 1, 1 - confidence))",
        "return passes / n",
        "tests/test_evidence_statistics.py::test_a_candidate_at_or_under_its_bar_is_adopted_at_most_one_time_in_twenty",
    ),
    Mutant(
        "the bound is two-sided",
        "specialists/bounds.py",
        "betaincinv(passes, n - passes + 1, 1 - confidence)",
        "betaincinv(passes, n - passes + 1, (1 - confidence) / 2)",
        "tests/test_evidence_statistics.py::test_so_many_passes_in_a_row_prove_the_bar_and_one_fewer_do_not",
    ),
    Mutant(
        "pass^k is a power",
        "evals/statistics.py",
        "return comb(passes, k) / comb(trials, k)",
        "return float((passes / trials) ** k)",
        "tests/test_evidence_statistics.py::test_pass_hat_k_is_the_share_of_k_trials_that_all_pass",
    ),
    Mutant(
        "the posture takes what does not clear",
        "evals/pinning.py",
        'return evidence_for(specialist, rung.candidate, scorecards).verdict == "adopt"',
        "return True",
        "tests/test_pins.py::test_a_candidate_that_does_not_clear_is_never_taken",
    ),
    Mutant(
        "a seniority band is worth less than the one under it",
        "specialists/scorer/scoring.py",
        "return max(overriding or matching, key=lambda band: band.points, default=None)",
        "return min(overriding or matching, key=lambda band: band.points, default=None)",
        "tests/test_metamorphic.py",
    ),
    Mutant(
        "the name of a company counts",
        "specialists/scorer/scoring.py",
        "score = total(criteria)\n",
        "score = min(100, total(criteria) + len(record.company or '') % 2)\n",
        "tests/test_metamorphic.py",
    ),
)
