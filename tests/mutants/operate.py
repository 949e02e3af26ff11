"""What the operator sees: marts, suites, alerts, automation, reports."""

from tests.mutants.mutant import Mutant

MARTS = "tests/test_marts.py::"
WATCH = "tests/test_watch.py::"
FOLLOWING = "tests/test_following.py::"

MUTANTS = (
    Mutant(
        "the warehouse is changed in place",
        "workforce_assets/marts/warehouse_file.py",
        "path = folder / warehouse.name",
        "path = warehouse",
        f"{MARTS}test_who_reads_the_warehouse_never_fails_a_build",
    ),
    Mutant(
        "half a build is published",
        "workforce_assets/marts/build.py",
        "if broken(results):",
        "if False:",
        f"{MARTS}test_a_model_that_fails_leaves_the_warehouse_as_it_was",
    ),
    Mutant(
        "a day keeps the rows it no longer has",
        "dbt_project/macros/days.sql",
        "delete from {{ this }} where day in (select day from build.days)",
        "select 1",
        f"{MARTS}test_a_changed_day_is_built_again_and_the_others_are_left",
    ),
    Mutant(
        "a mart built alone counts as all of them",
        "workforce_assets/marts/build.py",
        "all_built=set(chosen) == set(every)",
        "all_built=True",
        f"{MARTS}test_one_mart_can_be_built_alone",
    ),
    Mutant(
        "held outputs are left out of the pass rate",
        "dbt_project/models/counted/decisions.sql",
        "count(*) filter (len(verdicts) > 0) as graded",
        "count(*) filter (len(verdicts) > 0 and disposition = 'done') as graded",
        f"{MARTS}test_the_funnel_is_what_an_independent_count_of_the_lake_gives",
    ),
    Mutant(
        "a bound is two-sided",
        "specialists/bounds.py",
        "betaincinv(passes, n - passes + 1, 1 - confidence)",
        "betaincinv(passes, n - passes + 1, (1 - confidence) / 2)",
        f"{MARTS}test_the_funnel_is_what_an_independent_count_of_the_lake_gives",
    ),
    Mutant(
        "whoever was written to had consented",
        "dbt_project/models/counted/counted.yml",
        "arguments: {values: [opted_in]}",
        "arguments: {values: [opted_in, opted_out, unknown]}",
        f"{MARTS}test_a_send_without_consent_or_intent_fails_a_check",
    ),
    Mutant(
        "the run is alerted beside its check",
        "workforce_assets/alerting/from_runs.py",
        "if blocked and not steps:",
        "if False:",
        "tests/test_alerts.py::test_the_failed_checks_of_a_partition_become_one_line",
    ),
    Mutant(
        "the budget alerts when it is too late",
        "workforce_assets/alerting/watch.py",
        "BUDGET_LEVELS = (0.8, 1.0)",
        "BUDGET_LEVELS = (1.0,)",
        f"{WATCH}test_the_budget_alerts_at_80_and_at_100_percent",
    ),
    Mutant(
        "unknown sends are told once and for all",
        "workforce_assets/alerting/watch.py",
        'subject=f"{row.sends} unknown sends"',
        'subject="unknown sends"',
        f"{WATCH}test_unknown_sends_are_told_by_partition_and_again_when_there_are_more",
    ),
    Mutant(
        "a log names a destination's token",
        "workforce_assets/alerting/tell.py",
        'url.partition(":")[0], title)',
        "url, title)",
        f"{WATCH}test_a_destination_that_cannot_be_reached_stops_nothing_and_keeps_its_secret",
    ),
    Mutant(
        "a stage follows whatever its upstream's checks say",
        "workforce_assets/following.py",
        "condition.all_deps_blocking_checks_passed()\n        & ~condition.any_deps_missing()",
        "~condition.any_deps_missing()",
        f"{FOLLOWING}test_a_stage_follows_where_its_upstream_passed_and_nowhere_else",
    ),
    Mutant(
        "the world is touched again by itself",
        "workforce_assets/following.py",
        "(condition.missing() & news & ready)",
        "(news & ready)",
        f"{FOLLOWING}test_a_stage_that_touches_the_world_is_not_run_again_by_itself",
    ),
    Mutant(
        "only the asset that changed is stale",
        "workforce_assets/staleness.py",
        "if line.of in stale:",
        "if False:",
        "tests/test_stale.py::test_another_version_makes_the_partition_stale_and_all_that_follows",
    ),
    Mutant(
        "data docs show the failing values",
        "checks/suites/data_docs.py",
        '"partial_unexpected_count": 0',
        '"partial_unexpected_count": 20',
        "tests/test_lead_suite.py::test_data_docs_are_pages_without_a_value_of_any_row",
    ),
    Mutant(
        "a partition is compared with nothing",
        "checks/suites/validation.py",
        "if usual := recent(suite, earlier):",
        "if (usual := recent(suite, earlier)) and False:",
        "tests/test_planted_partitions.py::test_a_file_that_went_wrong_stops_at_its_own_day",
    ),
    Mutant(
        "--help waits for SQLAlchemy",
        "workforce_assets/cli/ledger_report.py",
        "if TYPE_CHECKING:",
        "if True:",
        "tests/test_cli.py::test_help_waits_for_no_library_it_does_not_need",
    ),
    Mutant(
        "a backfill ends at the first bad day",
        "workforce_assets/cli/backfill.py",
        "reports.append(at_work.run(day.isoformat(), clock, left))",
        "reports.append(at_work.run(day.isoformat(), clock, left))\n"
        "        if reports[-1].blocked:\n            return reports",
        "tests/test_planted_partitions.py::test_a_backfill_goes_on_past_bad_days",
    ),
    Mutant(
        "a campaign's name is markup",
        "workforce_assets/report/page.py",
        "autoescape=True",
        "autoescape=False",
        "tests/test_report.py::test_the_page_loads_nothing_and_runs_nothing",
    ),
)
