"""What a lake file was made from, kept beside it: from the same, there is nothing to make again."""

import json
from dataclasses import asdict, dataclass

from upath import UPath

from resources.lake import LakeFile


@dataclass(frozen=True)
class Receipt:
    """`made_from`: digest of all the file's rows depend on. `sha256`: of the file's own bytes.

    A file changed by any other hand, or never published, is not the one its receipt speaks of.
    """

    made_from: str
    sha256: str


def keep_receipt(published: LakeFile, receipt: Receipt) -> None:
    """Beside where the file stands, or will stand once it is published."""
    path = _path(published)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(asdict(receipt)), encoding="utf-8")


def finished(file: LakeFile, made_from: str) -> bool:
    """Whether the file stands as it was made, from the same, and somebody decided every one of its rows.

    Rows that nobody decided (no budget, no answer, a tool that failed) may be decided now.
    """
    if not file.exists() or _read(file) != Receipt(made_from, file.sha256()):
        return False
    return not any(batch.column(0).null_count for batch in file.batches(["decided_by"]))


def _read(file: LakeFile) -> Receipt | None:
    """None too for a receipt cut short by a kill: the file is then made again."""
    try:
        return Receipt(**json.loads(_path(file).read_text(encoding="utf-8")))
    except (FileNotFoundError, ValueError, TypeError):
        return None


def _path(file: LakeFile) -> UPath:
    return file.path.with_name(f".{file.path.stem}.receipt.json")
