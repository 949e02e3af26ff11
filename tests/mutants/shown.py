"""What people see of the marts and of a day, drawn or counted wrongly."""

from tests.mutants.mutant import Mutant

MARTS = "tests/test_marts.py::"
READER = "tests/test_warehouse_reader.py::"

MUTANTS = (
    Mutant(
        "a reader in the middle of a run fails it",
        "workforce_assets/marts/warehouse_file.py",
        "path = folder / warehouse.name",
        "path = warehouse",
        f"{READER}test_a_reader_never_fails_a_run",
    ),
    Mutant(
        "an email that was held counts as sent",
        "dbt_project/models/marts/funnel_daily.sql",
        "max(done) filter (asset = 'sent_emails') as sent",
        "max(records) filter (asset = 'sent_emails') as sent",
        f"{READER}test_the_marts_of_a_real_run_are_what_its_files_say",
    ),
    Mutant(
        "a test of two models is no check",
        "workforce_assets/marts/manifest.py",
        'if node["resource_type"] == "test"}',
        'if node["resource_type"] == "test" and len(node["depends_on"]["nodes"]) == 1}',
        f"{MARTS}test_the_graph_is_the_one_that_dagster_dbt_reads",
    ),
    Mutant(
        "a mart stands beside its upstream",
        "workforce_assets/marts/manifest.py",
        'deps=sorted(names[upstream] for upstream in node["depends_on"]["nodes"]),',
        "deps=[],",
        f"{MARTS}test_the_graph_is_the_one_that_dagster_dbt_reads",
    ),
    Mutant(
        "a chart shows days as they were run",
        "workforce_assets/lately.py",
        "values = [*(before.get(each, {}).get(name) for each in days), now]",
        "values = [*(told.get(name) for told in reversed(before.values())), now]",
        "tests/test_lately.py::test_days_stand_in_their_order_with_their_latest_figures",
    ),
    Mutant(
        "a day's first run counts for ever",
        "workforce_assets/lately.py",
        "made.partition is not None and made.partition not in found:",
        "made.partition is not None:",
        "tests/test_lately.py::test_days_stand_in_their_order_with_their_latest_figures",
    ),
    Mutant(
        "--home is read past",
        "workforce_assets/cli/__init__.py",
        'word.partition("=")[0] == "--home"',
        'word.partition("=")[0] == "--house"',
        "tests/test_cli.py::test_bad_usage_is_one_line_and_exit_2",
    ),
    Mutant(
        "what follows from a missing stage is not listed",
        "workforce_assets/staleness.py",
        "if found is None and line.of in stale:",
        "if False:",
        "tests/test_stale.py::test_a_day_that_was_stopped_lists_all_that_is_missing",
    ),
)
