"""Great Expectations' Data Docs: what is expected of each asset, and how its partitions did, as web pages."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from checks.suites.frame import frame_of
from checks.suites.suite import Suite
from checks.suites.validation import gx_suite, quiet_context
from resources.lake import LakeFile

_SITE = "workforce"
# Pages are read by more people than the lake is: counts and shares, and no value of any row.
_RESULT_FORMAT = {"result_format": "BASIC", "partial_unexpected_count": 0}


@dataclass(frozen=True)
class Documented:
    """A partition of an asset to be looked at, and those before it."""

    suite: Suite
    partition: str
    file: LakeFile
    earlier: Sequence[LakeFile]


def build_data_docs(folder: Path, partitions: Iterable[Documented]) -> Path:
    """Validate the partitions and write the site into `folder`. Returns its first page."""
    import great_expectations as gx

    context = quiet_context()
    context.add_data_docs_site(_SITE, _site(folder))
    source = context.data_sources.add_pandas("lake")
    definitions: dict[str, Any] = {}
    for each in partitions:
        name = f"{each.suite.asset} {each.partition}"
        frame = frame_of(each.file, each.suite)
        suite = gx_suite(each.suite, each.earlier, frame)
        suite.name = name
        rows = source.add_dataframe_asset(name).add_batch_definition_whole_dataframe("partition")
        definitions[name] = context.validation_definitions.add(
            gx.ValidationDefinition(name=name, data=rows, suite=context.suites.add(suite))
        )
        checkpoint = gx.Checkpoint(
            name=name, validation_definitions=[definitions[name]], result_format=_RESULT_FORMAT
        )
        context.checkpoints.add(checkpoint).run(
            batch_parameters={"dataframe": frame}, run_id=gx.RunIdentifier(run_name=each.partition)
        )
    context.build_data_docs(site_names=[_SITE])
    return folder / "index.html"


def _site(folder: Path) -> dict[str, Any]:
    return {
        "class_name": "SiteBuilder",
        "site_index_builder": {"class_name": "DefaultSiteIndexBuilder"},
        "store_backend": {"class_name": "TupleFilesystemStoreBackend", "base_directory": str(folder)},
    }
