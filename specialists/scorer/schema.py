"""What the Scorer reads, makes, and may be told by judgement."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from resources.crm import Profile
from specialists.enricher.schema import Firmographics
from specialists.records import Output, Record, rules_only

Tier = Literal["A", "B", "C", "D"]
Intent = Literal["buying", "curious", "support", "not_interested", "unrelated"]


class Known(BaseModel):
    """The usable firmographic values as plain types; None or () where nothing is known. Employees are > 0."""

    model_config = ConfigDict(frozen=True)

    country: str | None
    industry: str | None
    website: str | None
    tickers: tuple[str, ...]
    employees: int | None


class Reads(Record):
    """A lead with its company. `known` is None where there are no firmographics."""

    company: str | None = None
    domain: str | None = None
    city: str | None = None
    region: str | None = None
    country: str | None = None
    company_id: str | None = None
    match_status: Literal["matched", "ambiguous", "unmatched"]
    match_confidence: float
    firmographics: Firmographics | None
    flags: list[str]
    profile: Profile
    known: Known | None = rules_only()


class Criterion(Output):
    """Points for one criterion of the rubric, and in words which value earned them and where it came from."""

    criterion: str
    points: int
    max_points: int
    evidence: str


class Makes(Output):
    """`score` is 0..100, added up by code from `criteria` (the rubric's, in its order)."""

    score: Annotated[int, Field(ge=0, le=100)]
    tier: Tier
    segment: str
    criteria: list[Criterion]


class Judges(Output):
    """The intent of the lead's message. Points are the rubric's to give, never judgement's."""

    label: Intent
