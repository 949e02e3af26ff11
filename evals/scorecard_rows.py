"""Raw rows: what a decider did with every case, in `evals/scorecards/<specialist>/<candidate>.jsonl`.

The first line says what was measured (candidate, trials, hashes); every other line is one trial of one case.
Scorecards are computed from these rows and never stored.
"""

import json
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from resources.errors import InputError

SCORECARDS = Path(__file__).parent / "scorecards"
RULES = "rules"

# What the candidate did: rules needed none, it answered, it abstained, or nothing usable came of it.
Judged = Literal["by rule", "answered", "abstained", "errored"]


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Measured(_Strict):
    """The head of a file. `candidate` is `rules` where rules were measured alone."""

    schema_version: Literal[1] = 1
    specialist: str
    candidate: str
    trials: int = Field(ge=1)
    measured_on: date
    hashes: dict[str, str]


class TrialRow(_Strict):
    """One trial of one case. `output` is what was made, or what a grader rejected; `verdicts`: grader -> why
    it failed, null if it passed. `seconds` is its share of the wall time of the cases decided with it."""

    case: str
    trial: int
    disposition: str
    reason: str | None
    decided_by: str | None
    judged: Judged
    said: dict[str, Any] | None
    output: dict[str, Any] | None
    verdicts: dict[str, str | None]
    tokens_in: int
    tokens_out: int
    usd: float
    seconds: float


class Rows(_Strict):
    """One file, read."""

    measured: Measured
    rows: tuple[TrialRow, ...]


def rows_file(specialist: str, candidate: str | None, scorecards: Path = SCORECARDS) -> Path:
    return scorecards / specialist / f"{(candidate or RULES).replace('/', '__')}.jsonl"


def write_rows(path: Path, found: Rows) -> bool:
    """Replace the file, unless nothing but the date and the seconds would change. True if it was written."""
    if path.exists() and _same(load_rows(path), found):
        return False
    path.parent.mkdir(parents=True, exist_ok=True)
    lines = [found.measured.model_dump_json(), *(row.model_dump_json() for row in found.rows)]
    path.write_text("".join(f"{line}\n" for line in lines), "utf-8")
    return True


def load_rows(path: Path) -> Rows:
    """Read and check a file. Raises InputError naming the line."""
    lines: Sequence[str] = path.read_text("utf-8").splitlines()
    rows = []
    for number, line in enumerate(lines, start=1):
        try:
            content = json.loads(line)
            rows.append(TrialRow.model_validate(content) if number > 1 else Measured.model_validate(content))
        except (json.JSONDecodeError, ValidationError) as error:
            raise InputError(path, f"{error}", "evaluate again: workforce eval", row=number) from None
    if not rows:
        raise InputError(path, "empty", "evaluate again: workforce eval")
    head, *rest = rows
    return Rows.model_validate({"measured": head, "rows": tuple(rest)})


def _same(one: Rows, other: Rows) -> bool:
    return _timeless(one) == _timeless(other)


def _timeless(found: Rows) -> tuple[Measured, list[TrialRow]]:
    head = found.measured.model_copy(update={"measured_on": date.min})
    return head, [row.model_copy(update={"seconds": 0.0}) for row in found.rows]
