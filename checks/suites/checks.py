"""A suite as a blocking, partitioned check of its asset."""

from collections.abc import Callable, Sequence

import dagster as dg

from checks.suites.suite import Suite
from checks.suites.validation import as_check_result, validate
from resources.lake import LakeFile

# The partition that is checked, and those before it, oldest first.
Open = Callable[[dg.AssetCheckExecutionContext], tuple[LakeFile, Sequence[LakeFile]]]


def suite_check(
    suite: Suite, partitions: dg.PartitionsDefinition[str], resources: set[str], open_partition: Open
) -> dg.AssetChecksDefinition:
    """`open_partition` finds the files."""

    @dg.asset_check(
        asset=suite.asset,
        name=suite.name,
        blocking=True,
        partitions_def=partitions,
        required_resource_keys=resources,
        description=(
            "Great Expectations: columns, uniqueness, closed sets and ranges; volume, shares and filled "
            "columns beside those of recent partitions."
        ),
    )
    def check(context: dg.AssetCheckExecutionContext) -> dg.AssetCheckResult:
        file, earlier = open_partition(context)
        return as_check_result(validate(suite, file, earlier))

    return check
