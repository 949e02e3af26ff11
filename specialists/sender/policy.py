"""The Sender's policy file, strictly checked."""

from datetime import time
from functools import cache
from pathlib import Path
from typing import Annotated

import yaml
from pydantic import BaseModel, ConfigDict, Field

from resources.business_hours import BusinessHours

_FILE = Path(__file__).parent / "policy.yaml"


class Policy(BaseModel):
    """`policy.yaml`: business hours in the contact's local time, and the free text that says nothing."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    opens: time
    closes: time
    weekdays: frozenset[Annotated[int, Field(ge=0, le=6)]]
    says_nothing: frozenset[str]

    def hours(self) -> BusinessHours:
        return BusinessHours(self.opens, self.closes, self.weekdays)


@cache
def policy() -> Policy:
    """Raises pydantic.ValidationError naming the field that is wrong."""
    return Policy.model_validate(yaml.safe_load(_FILE.read_text("utf-8")))
