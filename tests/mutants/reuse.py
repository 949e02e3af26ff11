"""Finished partitions that are left as they are."""

from tests.mutants.mutant import Mutant

_RECEIPTS, _SOURCE = "resources/receipts.py", "workforce_assets/made_from.py"

MUTANTS = (
    Mutant(
        "whatever stands in the lake is finished",
        _RECEIPTS,
        "_read(file) != Receipt(made_from, file.sha256())",
        "_read(file) is None",
        "tests/test_reuse.py::test_a_row_nobody_decided_keeps_the_partition_open",
    ),
    Mutant(
        "a changed file is taken for the one that was made",
        _RECEIPTS,
        "_read(file) != Receipt(made_from, file.sha256())",
        "(_read(file) or Receipt('', '')).made_from != made_from",
        "tests/test_reuse.py::test_a_file_changed_by_hand_is_made_again",
    ),
    Mutant(
        "rows nobody decided are finished",
        _RECEIPTS,
        "return not any(batch.column(0).null_count",
        "return not any(False and batch.column(0).null_count",
        "tests/test_reuse.py::test_a_row_nobody_decided_keeps_the_partition_open",
    ),
    Mutant(
        "the Sender's partition is finished once made",
        _SOURCE,
        "    if not _is_of_the_partition(blueprint(line.by)):\n        return None\n",
        "",
        "tests/test_reuse.py::test_what_a_partition_is_made_from",
    ),
    Mutant(
        "the rows read do not count",
        _SOURCE,
        '"rows": [upstream.sha256(), leads.sha256()]',
        '"rows": []',
        "tests/test_reuse.py::test_more_leads_make_it_again",
    ),
    Mutant(
        "the directories do not count",
        _SOURCE,
        "(world.cohort.campaign, *world.cohort.directories)",
        "(world.cohort.campaign,)",
        "tests/test_reuse.py::test_what_a_partition_is_made_from",
    ),
    Mutant(
        "nothing is ever finished",
        "workforce_assets/stage_asset.py",
        "if source is not None and finished(published, source):",
        "if False:",
        "tests/test_reuse.py::test_running_again_works_only_where_somebody_waits",
    ),
)
