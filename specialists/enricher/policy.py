"""The Enricher's policy, read once from policy.yaml."""

from functools import cache
from pathlib import Path
from typing import Annotated, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field

Share = Annotated[float, Field(ge=0, le=1)]
Shift = Annotated[float, Field(ge=-1, le=1)]
Evidence = Literal[
    "domain_and_name",
    "domain_and_ticker",
    "name_and_ticker",
    "domain",
    "domain_like_name",
    "domain_other_name",
    "exact_name",
    "normalised_name",
    "former_name",
    "ticker",
    "ticker_like_name",
]
FieldName = Literal["name", "city", "region", "country", "industry", "tickers", "website", "employees"]


class Policy(BaseModel):
    """policy.yaml, strictly checked; the file holds the reason of every number."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    threshold: Share
    worth_a_look: Share
    confidence: dict[Evidence, Share]
    place_agrees: Shift
    place_differs: Shift
    country_differs: Shift
    settled_among_namesakes: Shift
    shared_first_word: Annotated[int, Field(gt=0)]
    fresher_by_days: Annotated[int, Field(ge=0)]
    trust_margin: Share
    employees_tolerance: Share
    conflict_confidence: Share
    place_words: dict[str, str]
    around_places: frozenset[str]
    country_names: dict[str, str]
    industry_words: frozenset[str]
    required: tuple[FieldName, ...]
    max_age_days: dict[FieldName, Annotated[int, Field(gt=0)]]
    generic_words: frozenset[str]
    free_mail: frozenset[str]


@cache
def policy() -> Policy:
    """Raises ValidationError if the file does not fit."""
    return Policy.model_validate(yaml.safe_load(Path(__file__).with_name("policy.yaml").read_text("utf-8")))
