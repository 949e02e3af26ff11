"""The pin: which candidate decides, and the evidence that says it may."""

import json
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from resources.errors import OneLineError


class Pin(BaseModel):
    """A specialist's `pin.json`. `candidate: null`: rules decide, the rest is held for a person.

    `evidence: null`: nothing is proven yet, so what this specialist makes may reach the local outbox only.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    schema_version: Literal[1]
    candidate: str | None
    evidence: dict[str, Any] | None

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
    except (json.JSONDecodeError, ValidationError) as error:
        raise PinError(f"{path}: {error}") from None
