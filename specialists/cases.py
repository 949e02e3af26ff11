"""Development cases: named examples that say what a specialist must do, beside its code."""

import json
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, ValidationError


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Expect(_Strict):
    """What must come out. `output` names the fields that matter; `reason` is a part of the reason's text;
    `judged` is the right answer of judgement, and what a local candidate learns from."""

    disposition: Literal["done", "held", "skipped"]
    by: str | None = None
    reason: str | None = None
    output: dict[str, Any] = {}
    judged: dict[str, Any] | None = None


class Case(_Strict):
    name: str
    kind: Literal["ordinary", "nasty"]
    record: dict[str, Any]
    expect: Expect


def load_cases(path: Path) -> tuple[Case, ...]:
    """All cases of a JSONL file, one per line. Raises ValueError naming the file and line."""
    cases = []
    for number, line in enumerate(path.read_text("utf-8").splitlines(), start=1):
        try:
            cases.append(Case.model_validate(json.loads(line)))
        except (json.JSONDecodeError, ValidationError) as error:
            raise ValueError(f"{path}, line {number}: {error}") from None
    return tuple(cases)
