"""All that a stage's partition is made from, as one digest."""

from collections.abc import Iterator
from functools import cache
from importlib.metadata import distributions
from pathlib import Path

from resources.cohort_copies import file_digest
from resources.lake import LakeFile
from specialists.records import digest
from specialists.specialist import Blueprint, blueprint
from workforce_assets.manager import StageLine, Workforce
from workforce_assets.world import World

# What a specialist may be granted and still make the same tomorrow: it all lies in the partition's inputs.
_OF_THE_PARTITION = frozenset({"campaign", "contacts", "crm", "directory", "email_domains"})
_CODE = ("resources", "specialists", "workforce_assets")
_PROJECT = Path(__file__).resolve().parents[1]


def made_from(workforce: Workforce, line: StageLine, world: World, upstream: LakeFile) -> str | None:
    """64 hex digits over the rows read, the cohort's inputs, the manager's card, and all code and libraries.

    None where the rows depend on more: the hour, a store that others write to, an effect on the world.
    """
    if not _is_of_the_partition(blueprint(line.by)):
        return None
    leads = world.lake.file(workforce.intake, world.partition.isoformat())
    return digest(
        {
            "rows": [upstream.sha256(), leads.sha256()],
            "inputs": [file_digest(path) for path in (world.cohort.campaign, *world.cohort.directories)],
            "stage": [repr(line), workforce.card.model_dump(mode="json")],
            "code": _code(),
        }
    )


def _is_of_the_partition(specialist: Blueprint) -> bool:
    acts = any(mark.acts for _, mark, _ in specialist.toolbox.marks())
    granted = set(specialist.capabilities())
    return not acts and "at" not in specialist.reads.model_fields and granted <= _OF_THE_PARTITION


@cache
def _code() -> str:
    """Every file of the packages a decision can pass through, and the version of every installed library."""
    files = {str(path.relative_to(_PROJECT)): file_digest(path) for path in _files()}
    libraries = sorted({f"{each.name} {each.version}" for each in distributions()})
    return digest({"files": files, "libraries": libraries})


def _files() -> Iterator[Path]:
    for package in _CODE:
        for path in sorted((_PROJECT / package).rglob("*")):
            if path.is_file() and path.suffix != ".pyc":
                yield path
