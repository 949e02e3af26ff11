"""Held-out cases: `evals/held_out/<specialist>.jsonl`, one a line, never tuned on.

A case is a row as it arrives at the specialist, with the world its tools will find, what must come out, and
who or what established that (`provenance`). It is decided by the very stage that decides live records.
"""

import json
from collections.abc import Iterable
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, ValidationError

from resources.campaign import Campaign, load_campaign
from resources.errors import InputError
from specialists.cases import Case
from specialists.fingerprint import HELD_OUT, WORLD

Decider = Literal["rules", "judgement"]


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Earlier(_Strict):
    """A send to this case's contact that the ledger already holds, by record `record_id` of `partition`."""

    record_id: str
    partition: str
    state: Literal["intent", "sent", "failed", "deferred", "unknown", "cancelled"]
    at: AwareDatetime


class Suppressed(_Strict):
    reason: str
    at: AwareDatetime


class World(_Strict):
    """What the specialist's tools find for this case; what is not given is not there."""

    title: str | None = None
    message: str | None = None
    source: str | None = None
    email: str | None = None
    first_name: str | None = None
    last_name: str | None = None
    country: str | None = None
    timezone: str | None = None
    consent: str = "unknown"
    earlier: Earlier | None = None
    suppressed: Suppressed | None = None
    gate_fails: str | None = None


class HeldOutCase(Case):
    """`record` is the row from upstream. `decider`: who must decide it. `at`: the decision clock, whose UTC
    day is the partition. `campaign`: a file of `held_out/world/`, without its ending.

    `repeats`: other cases hold its texts too. Its setting is another, so graders count it; for `right` one
    draw of chance would count twice.
    """

    provenance: str
    decider: Decider
    at: AwareDatetime
    campaign: str = "campaign"
    repeats: bool = False
    world: World = World()

    @property
    def record_id(self) -> str:
        return str(self.record["record_id"])

    @property
    def setting(self) -> tuple[datetime, str]:
        """Cases with the same setting are decided together, as one partition."""
        return self.at, self.campaign


def held_out_file(specialist: str, held_out: Path = HELD_OUT) -> Path:
    return held_out / f"{specialist}.jsonl"


def has_held_out(specialist: str) -> bool:
    return held_out_file(specialist).exists()


def load_held_out(specialist: str, held_out: Path = HELD_OUT) -> tuple[HeldOutCase, ...]:
    """All held-out cases. Raises InputError naming file, line and field; names and record ids are unique."""
    path = held_out_file(specialist, held_out)
    if not path.exists():
        raise InputError(path, "no held-out cases", "write some, or `python -m evals.generate_held_out`")
    cases = tuple(
        _case(path, n, line) for n, line in enumerate(path.read_text("utf-8").splitlines(), start=1)
    )
    for what, values in (("name", [c.name for c in cases]), ("record_id", [c.record_id for c in cases])):
        twice = (
            {value for value in values if values.count(value) > 1} if len(set(values)) < len(values) else ()
        )
        if twice:
            raise InputError(path, f"{what} {min(twice)!r} stands twice", "give each case its own")
    return cases


def of_decider(cases: Iterable[HeldOutCase], decider: Decider) -> tuple[HeldOutCase, ...]:
    return tuple(case for case in cases if case.decider == decider)


@cache
def campaign(name: str, held_out: Path = HELD_OUT) -> Campaign:
    return load_campaign(held_out / WORLD / f"{name}.yaml")


def _case(path: Path, number: int, line: str) -> HeldOutCase:
    try:
        content: dict[str, Any] = json.loads(line)
        return HeldOutCase.model_validate(content)
    except json.JSONDecodeError as error:
        raise InputError(path, f"not JSON: {error}", "mend the line", row=number) from None
    except ValidationError as error:
        first = error.errors()[0]
        field = ".".join(str(part) for part in first["loc"])
        raise InputError(path, f"{field}: {first['msg']}", "mend the line", row=number, field=field) from None
