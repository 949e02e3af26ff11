"""Each kind of alert, left untold or told wrongly."""

from tests.mutants.mutant import Mutant

TESTS = "tests/test_alert_kinds.py::"
RUNS = f"{TESTS}test_what_a_run_found_is_told_once"
WATCHED = f"{TESTS}test_what_no_run_sees_is_told_once"
FROM_RUNS = "workforce_assets/alerting/from_runs.py"
WATCH = "workforce_assets/alerting/watch.py"
ALERT = "workforce_assets/alerting/alert.py"

MUTANTS = (
    Mutant(
        "nobody looks at runs that succeed",
        "workforce_assets/alerting/sensors.py",
        '"alerts_on_success", dg.DagsterRunStatus.SUCCESS',
        '"alerts_on_success", dg.DagsterRunStatus.CANCELED',
        RUNS,
    ),
    Mutant(
        "nobody looks at runs that fail",
        "workforce_assets/alerting/sensors.py",
        '"alerts_on_failure", dg.DagsterRunStatus.FAILURE',
        '"alerts_on_failure", dg.DagsterRunStatus.CANCELED',
        RUNS,
    ),
    Mutant(
        "a warning is no alert",
        FROM_RUNS,
        "if not entry.get_dagster_event().asset_check_evaluation_data.passed:",
        "if (found := entry.get_dagster_event().asset_check_evaluation_data).severity.value == 'ERROR' "
        "and not found.passed:",
        RUNS,
    ),
    Mutant(
        "a breached floor is a check like any other",
        FROM_RUNS,
        'kind="floor_breach" if warns and _below_bar(told) else "check_failure"',
        'kind="check_failure"',
        RUNS,
    ),
    Mutant(
        "a failing row that is done is a floor below the bar",
        FROM_RUNS,
        "if warns and _below_bar(told)",
        "if _below_bar(told)",
        RUNS,
    ),
    Mutant(
        "a run that fails is told by nobody",
        FROM_RUNS,
        "if not failures:",
        "if True:",
        RUNS,
    ),
    Mutant(
        "what was told is told again",
        "workforce_assets/alerting/tell.py",
        "if alert.key not in known}",
        "}",
        RUNS,
    ),
    Mutant(
        "an alert does not say whose it is",
        FROM_RUNS,
        "owner=owners.get(asset),",
        "owner=None,",
        RUNS,
    ),
    Mutant(
        "an alert names no record to look at",
        FROM_RUNS,
        'told.get(name) for name in ("failing_records", "lost_examples", "extra_examples")',
        "told.get(name) for name in ()",
        RUNS,
    ),
    Mutant(
        "the link shows another check",
        ALERT,
        "?view=checks&checkDetail={quote(first)}",
        "",
        RUNS,
    ),
    Mutant(
        "the link shows another day",
        ALERT,
        "&partition={quote(self.partition)}",
        "",
        WATCHED,
    ),
    Mutant(
        "a spent budget is no error",
        WATCH,
        '"ERROR" if level >= 1 else "WARN"',
        '"WARN"',
        WATCHED,
    ),
    Mutant(
        "sends of unknown end are told by nobody",
        WATCH,
        'ledger.c.state == "unknown"',
        'ledger.c.state == "lost"',
        WATCHED,
    ),
    Mutant(
        "batches of unknown end are told by nobody",
        WATCH,
        'book.batches("unclear")',
        'book.batches("void")',
        WATCHED,
    ),
    Mutant(
        "a cohort may wait for ever",
        WATCH,
        "self.now - handed_in > PATIENCE",
        "False",
        WATCHED,
    ),
    Mutant(
        "a queue may grow for ever",
        WATCH,
        "return rises and",
        "return False and",
        WATCHED,
    ),
    Mutant(
        "the dry run prints nothing",
        "workforce_assets/alerting/tell.py",
        "if url == DRY_RUN:",
        "if url == DRY_RUN and False:",
        WATCHED,
    ),
)
