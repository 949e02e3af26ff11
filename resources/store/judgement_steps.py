"""The steps of a judgement as the journal keeps them: JSON, what is empty or zero left out."""

import json
from collections.abc import Iterable
from dataclasses import fields
from operator import attrgetter
from typing import Any

from resources.gateway.answers import NO_COST, Step, Usage

# All steps of one judgement are by one candidate's prices, which its row has.
_COUNTED = tuple(field.name for field in fields(Usage) if field.name != "price")

_counts = attrgetter(*_COUNTED)


def steps_as_json(steps: Iterable[Step]) -> str:
    return json.dumps([_of(step) for step in steps])


def steps_of(text: str) -> tuple[Step, ...]:
    """The same steps, but for the prices of each."""
    return tuple(
        Step(
            said["did"],
            said.get("by"),
            said.get("stop"),
            Usage(**{name: said.get(name, 0) for name in _COUNTED}),
        )
        for said in json.loads(text)
    )


def _of(step: Step) -> dict[str, Any]:
    said: dict[str, Any] = {"did": step.did}
    if step.by:
        said["by"] = step.by
    if step.stop:
        said["stop"] = step.stop
    if step.usage is not NO_COST:
        counts = zip(_COUNTED, _counts(step.usage), strict=True)
        said.update([counted for counted in counts if counted[1]])
    return said
