"""The pin: which candidate decides, and the evidence that says it may.

Evidence is computed from raw rows (`evals/scorecards/`) and can be computed again from them: nobody writes it
by hand. What it was measured on is named by hashes (`specialists/fingerprint.py`).
"""

import json
from datetime import date
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from resources.errors import OneLineError

Share = Annotated[float, Field(ge=0, le=1)]
Count = Annotated[int, Field(ge=0)]
# `adopt`: proven. `hold`: the cases show it is below its bar. Else neither is shown yet.
Gate = Literal["adopt", "hold", "not enough evidence"]


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Criterion(_Strict):
    """One grader (or `right`: decided as expected) on the cases it applies to. `n` = passed + failed +
    errored; a case passes if every trial of it does. `lower_bound`: Clopper-Pearson, one-sided 95 %."""

    bar: Share
    n: Count
    passed: Count
    lower_bound: Share
    verdict: Gate
    more_needed: Count


class Part(_Strict):
    """What one decider (the rules, or the candidate) showed on the cases that are its own to decide.

    `abstained`: it said nothing rather than guess, and a person looks. `pass_hat_k`: k -> the chance that k
    trials of one case all go right.
    """

    cases: Count
    trials: Count
    decided: Count
    abstained: Count
    errored: Count
    criteria: dict[str, Criterion]
    pass_hat_k: dict[str, Share]
    usd_per_record: float = Field(ge=0)
    verdict: Gate


class Evidence(_Strict):
    """What a pin rests on. `hashes`: SHA-256 of everything the figures depend on, by name.

    `graders_killed`: grader -> [planted defects it caught, planted]. `judge`: hash of the judge's own pin,
    where a model grades.
    """

    candidate: str | None
    measured_on: date
    hashes: dict[str, str]
    judge: str | None = None
    graders_killed: dict[str, tuple[int, int]]
    rules: Part
    candidate_alone: Part | None
    verdict: Gate


class Past(_Strict):
    """An earlier pin: what decided, on which evidence, until it was replaced."""

    candidate: str | None
    measured_on: date | None
    verdict: Gate | None
    evidence_digest: str | None


class Pin(_Strict):
    """A specialist's `pin.json`. `candidate: null`: rules decide, the rest is held for a person.

    `evidence: null`: nothing is proven yet, so what this specialist makes may reach the local outbox only.
    `history`: earlier pins, the latest first.
    """

    schema_version: Literal[1]
    candidate: str | None
    evidence: Evidence | None
    history: tuple[Past, ...] = ()

    @property
    def is_local(self) -> bool:
        """Whether the candidate runs in this process, for nothing."""
        return self.candidate is not None and self.candidate.startswith("local/")


class PinError(OneLineError):
    """A pin that cannot be used, with the file and field that are wrong."""


def load_pin(path: Path) -> Pin:
    """Read and check one pin. Raises PinError."""
    try:
        return Pin.model_validate(json.loads(path.read_text("utf-8")))
    except FileNotFoundError:
        raise PinError(f"{path}: missing; write one with candidate null to let rules decide alone") from None
    except ValidationError as error:
        first = error.errors()[0]
        field = ".".join(str(part) for part in first["loc"]) or "the whole file"
        raise PinError(f"{path}: {field}: {first['msg']}") from None
    except json.JSONDecodeError as error:
        raise PinError(f"{path}: not JSON: {error}") from None


def written(pin: Pin) -> str:
    """The text of a pin file: readable, and the same for the same pin."""
    return json.dumps(pin.model_dump(mode="json"), indent=1, ensure_ascii=False) + "\n"
