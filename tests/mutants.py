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
    Mutant(
        "the send gate finds nothing",
        "specialists/sender/rules.py",
        "failed = [verdict for verdict in record.draft_verdicts if not verdict.passed]",
        "failed: list[DraftVerdict] = []",
        "tests/test_send_gate.py::test_an_edited_draft_is_not_sent[change0-under_150_words]",
    ),
    Mutant(
        "a mailer hangs on what the Writer is given",
        "workforce_assets/world.py",
        '"crm": lambda: read_profiles(leads),',
        '"crm": lambda: (c := read_profiles(leads), setattr(c, "x", MaildirOutbox(self.home.outbox)))[0],',
        "tests/test_reach.py::test_no_mailer_is_in_reach[writer]",
    ),
    Mutant(
        "the Writer's modules import a mailer",
        "specialists/writer/tools.py",
        "from specialists.records import Row",
        "from resources.outbox import MaildirOutbox\nfrom specialists.records import Row",
        "tests/test_reach.py::test_no_mailer_is_in_reach[writer]",
    ),
    Mutant(
        "an unchanged file is written again",
        "resources/lake.py",
        "if published.exists() and same_content(staged, published):",
        "if False:",
        "tests/test_pipeline.py::test_running_again_changes_nothing_and_sends_nothing",
    ),
    Mutant(
        "held records are lost",
        "workforce_assets/stage_asset.py",
        "stage_schema(made_by), stage.run(done))",
        'stage_schema(made_by), (r for r in stage.run(done) if r["disposition"] != "held"))',
        "tests/test_pipeline.py::test_rows_in_are_rows_out_at_every_stage",
    ),
    Mutant(
        "the manager's routing is not asked",
        STAGE,
        "stopped = self.route(row)",
        "stopped = None",
        "tests/test_pipeline.py::test_manager_routing_is_enforced_with_its_reason",
    ),
    Mutant(
        "trace believes every file",
        "workforce_assets/lineage.py",
        "None if recorded is None else recorded == sha256",
        "None if recorded is None else True",
        "tests/test_cli.py::test_trace_says_when_a_file_was_changed",
    ),
    Mutant(
        "an alert is written every time it is told",
        "workforce_assets/alerts.py",
        "for alert in alerts if alert.key not in known}",
        "for alert in alerts}",
        "tests/test_alerts.py::test_telling_twice_writes_once",
    ),
    Mutant(
        "the marts do not ask whether stages conserve records",
        "dbt_project/tests/stages_conserve_records.sql",
        "stage.records is distinct from upstream.done",
        "false",
        "tests/test_marts.py::test_a_partition_that_does_not_add_up_fails_a_check",
    ),
    Mutant(
        "the suite tells the failing rows themselves",
        "checks/lead_suite.py",
        'observed["record_ids"] = sorted(ids)',
        'observed["record_ids"] = [str(place) for place in failing]',
        "tests/test_lead_suite.py::test_results_hold_nothing_personal",
    ),
    Mutant(
        "a profile keeps the contact details somebody wrote",
        "workforce_assets/capabilities.py",
        "mask(row[name]) if row[name] else None",
        "row[name]",
        "tests/test_reach.py::test_what_a_lead_wrote_is_masked_before_anyone_holds_it",
    ),
    Mutant(
        "intake is not held against the files",
        "checks/conservation.py",
        "rows_read == ids.total() == known",
        "ids.total() == known",
        "tests/test_stage_checks.py::test_intake_is_held_against_the_files_own_count",
    ),
    Mutant(
        "a failed done row is only a warning",
        "checks/stage_checks.py",
        "breached = bar.blocking and tally.failed_done > 0",
        "breached = False",
        "tests/test_stage_checks.py::test_a_done_row_that_fails_a_blocking_grader_is_an_error",
    ),
    Mutant(
        "an encoding is guessed",
        "resources/encodings.py",
        "if len(apart) == 1:",
        "if apart:",
        "tests/test_lead_file.py::test_an_encoding_that_is_not_sure_is_asked_for",
    ),
    Mutant(
        "the first of several headers is taken",
        "resources/lead_columns.py",
        "if len({plain_name(header) for header in headers}) > 1:",
        "if False:",
        "tests/test_lead_file.py::test_a_bad_file_is_one_line_with_file_and_remedy",
    ),
    Mutant(
        "the delimiter is what the file's name says",
        "resources/lead_layout.py",
        "recognised(_header(head, delimiter), given)",
        "0",
        "tests/test_lead_file.py::test_the_delimiter_is_the_headers",
    ),
    Mutant(
        "an escaped half pair cannot be told from text",
        "resources/lead_text.py",
        "lambda match: match[0] * 2",
        "lambda match: match[0]",
        "tests/test_lead_file.py::test_half_a_surrogate_pair_is_stored_as_six_characters",
    ),
    Mutant(
        "a cohort's file is laid out anew",
        "resources/cohort.py",
        "entry.layout or lay_out",
        "lay_out",
        "tests/test_cohort.py::test_how_a_file_was_read_is_kept_with_it",
    ),
    Mutant(
        "conservation counts rows and not records",
        "checks/conservation.py",
        "passed = not lost and not extra and not odd",
        "passed = came_in.total() == went_out.total() and not odd",
        "tests/test_stage_checks.py::test_conservation_names_what_is_lost_and_what_is_too_many",
    ),
    Mutant(
        "what is judged improbable is matched",
        "specialists/enricher/rules.py",
        "if judged.probability < policy().threshold:",
        "if judged.probability < 0:",
        "tests/test_enricher.py::test_one_threshold_says_what_a_judgement_means",
    ),
    Mutant(
        "a company that was not offered is taken for the first that was",
        "specialists/enricher/rules.py",
        "offered(record).get(judged.choice)",
        "offered(record).get(judged.choice, next(iter(offered(record).values())))",
        "tests/test_enricher.py::test_a_judgement_chooses_only_among_the_companies_offered",
    ),
    Mutant(
        "a like name abroad or with another website is matched",
        "specialists/enricher/rules.py",
        "if against and not any(",
        "if False and not any(",
        "tests/test_enricher.py::test_case",
    ),
    Mutant(
        "a bare first word is matched to who once bore it",
        "specialists/enricher/rules.py",
        "    first_word_only,\n    agreeing_evidence,",
        "    agreeing_evidence,",
        "tests/test_enricher.py::test_case",
    ),
    Mutant(
        "a rival does not lower the probability",
        "specialists/enricher/pair_model.py",
        'min(_share(self.choice.log_odds(beside)), _share(beside["lead"]))',
        "_share(self.choice.log_odds(beside))",
        "tests/test_enricher.py::test_probability_falls_when_a_rival_is_near",
    ),
    Mutant(
        "the grader lets a judgement name any company",
        "specialists/enricher/graders.py",
        'if not chosen:\n        return f"judged to be',
        'if False:\n        return f"judged to be',
        "tests/test_enricher.py::test_a_planted_defect_is_caught",
    ),
    Mutant(
        "a company's capital is taken for a kind of paper",
        "resources/security_names.py",
        "interests?|depositary)(?:",
        "inter[a-z]*|depositary)(?:",
        "tests/test_similarity.py::test_a_company_keeps_its_name",
    ),
    Mutant(
        "common words weigh as much as rare ones",
        "resources/likeness.py",
        "weight = rarity(word)",
        "weight = 1.0",
        "tests/test_similarity.py::test_a_rare_word_that_is_missing_weighs_more_than_a_common_one",
    ),
)
