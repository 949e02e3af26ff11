"""Bad partitions that nobody notices, or that stop more or less than themselves."""

from tests.mutants.mutant import Mutant

TESTS = "tests/test_planted_partitions.py::"
OUTPUTS = f"{TESTS}test_an_output_that_went_wrong_stops_at_its_own_day"
NAMED = {
    "source": f"{OUTPUTS}[day0-enricher-loses_a_source-enriched_leads-checks0]",
    "stale": f"{OUTPUTS}[day1-enricher-is_stale-enriched_leads-checks1]",
    "address": f"{OUTPUTS}[day2-writer-names_somebodys_address-drafted_emails-checks2]",
    "name": f"{OUTPUTS}[day3-writer-names_somebody-drafted_emails-checks3]",
    "nulls": f"{TESTS}test_a_file_that_went_wrong_stops_at_its_own_day"
    "[day0-loses_its_addresses-leads-leads_suite-email_has_not_run_empty]",
}

MUTANTS = (
    Mutant(
        "a value without a source is cited",
        "specialists/enricher/graders.py",
        "if cited.source not in read:",
        "if False:",
        NAMED["source"],
    ),
    Mutant(
        "nobody looks for stale values",
        "specialists/enricher/graders.py",
        '"no_stale_or_guessed_values": no_stale_or_guessed_values,',
        '"no_stale_or_guessed_values": flags_low_confidence,',
        NAMED["stale"],
    ),
    Mutant(
        "an address in a draft is no leak",
        "specialists/writer/graders.py",
        'return f"the rendered text holds a contact detail ({detail.kind})"',
        "continue",
        NAMED["address"],
    ),
    Mutant(
        "a person's name in a draft is no leak",
        "specialists/writer/graders.py",
        "if names_person(text):",
        "if False:",
        NAMED["name"],
    ),
    Mutant(
        "checks believe what the stage said of itself",
        "checks/stage_checks.py",
        "for verdict in regrade(opened.specialist, row, opened.setting):",
        "from types import SimpleNamespace as Said\n"
        "        for verdict in [Said(**said) for said in row['verdicts']]:",
        NAMED["name"],
    ),
    Mutant(
        "a failed grader stops nothing",
        "checks/stage_checks.py",
        "blocking=blocking,",
        "blocking=False,",
        NAMED["name"],
    ),
    Mutant(
        "a column may run empty",
        "checks/suites/recent.py",
        "LOSS_WARNS, LOSS_FAILS = 0.2, 0.5",
        "LOSS_WARNS, LOSS_FAILS = 1.0, 1.0",
        NAMED["nulls"],
    ),
    Mutant(
        "a suite stops nothing",
        "checks/suites/checks.py",
        "blocking=True,",
        "blocking=False,",
        NAMED["nulls"],
    ),
    Mutant(
        "a floor that is breached is no news",
        "checks/stage_checks.py",
        "passed = not breached and rate >= bar.bar",
        "passed = not breached",
        f"{TESTS}test_a_breached_floor_is_told_of_a_run_that_succeeds",
    ),
)
