"""What is expected of a partition of leads."""

from typing import Any

from checks.suites.suite import Suite, of_every_asset
from resources.lead_columns import CANONICAL_COLUMNS
from specialists.rows import LINEAGE

CONSENTS = ("opted_in", "opted_out", "unknown")
# A file with more rejected rows than this was probably mapped wrongly, or is not a lead file at all.
MOST_REJECTED = 0.2
_COLUMNS = (*LINEAGE.names, *CANONICAL_COLUMNS)
# What a company or a person is found by: a file that lost one of these went wrong on its way.
_FILLED = ("company", "domain", "email", "country")


def leads_suite(asset: str) -> Suite:
    return Suite(
        asset=asset,
        columns=_COLUMNS,
        read=("record_id", "disposition", "consent"),
        filled=_FILLED,
        watched={"consent": CONSENTS},
        expectations=_expectations,
    )


def _expectations(expect: Any) -> dict[str, Any]:
    from great_expectations.expectations.row_conditions import Column

    of_done = {"row_condition": Column("disposition") == "done"}
    return {
        **of_every_asset(_COLUMNS)(expect),
        "has_rows": expect.ExpectTableRowCountToBeBetween(min_value=1),
        "consent_of_done_is_given": expect.ExpectColumnValuesToNotBeNull(column="consent", **of_done),
        "consent_of_done_is_known": expect.ExpectColumnValuesToBeInSet(
            column="consent", value_set=list(CONSENTS), **of_done
        ),
        "few_are_rejected": expect.ExpectColumnValuesToNotBeInSet(
            column="disposition", value_set=["rejected"], mostly=1 - MOST_REJECTED, severity="warning"
        ),
    }
