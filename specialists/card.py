"""The card: who a specialist is, what it may do, and the bar it must clear. Data, strictly checked."""

from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from specialists.strict_yaml import load_strict
from specialists.tools import Effect

Share = Annotated[float, Field(ge=0, le=1)]


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class GraderBar(_Strict):
    """The share of outputs (0..1) that must pass, and whether one failure holds its record."""

    bar: Share
    blocking: bool


class Limits(_Strict):
    """What one judgement may use.

    `max_output_tokens` and `timeout_seconds` hold for each attempt. `usd_per_record` is the most that all
    of a record's attempts may cost together; each reserves its worst case (a token a byte) before it leaves.
    `turns` counts the model's turns: above 1 only where READ tools are offered on request.
    """

    max_output_tokens: int = Field(gt=0)
    usd_per_record: float = Field(ge=0)
    timeout_seconds: float = Field(gt=0)
    turns: int = Field(default=1, ge=1, le=8)


class Card(_Strict):
    """A specialist's `card.yaml`."""

    schema_version: Literal[1]
    name: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    role: str
    owner: str = Field(pattern=r"^[^@\s]+@[^@\s]+$", description="a person or group, as an address")
    scope: str
    posture: Literal["adopt", "hold", "right-size"]
    highest_authority: Literal["shadow", "supervised", "sampled", "autonomous"]
    candidates: tuple[str, ...] = Field(description="smallest first: local/<name>, then litellm model ids")
    tools: dict[str, Effect]
    graders: dict[str, GraderBar]
    right: Share = Field(default=0.95, description="the share of held-out decisions that must be as expected")
    limits: Limits
    execution: Literal["live", "batch"] = Field(
        default="live", description="batch: a hosted model is asked in Message Batches, at half the price"
    )


def load_card(path: Path) -> Card:
    """Read and check one card. Raises CardError."""
    return load_strict(path, Card)
