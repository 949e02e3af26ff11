"""The rubric as strict data: its criteria, tiers and segments, and who is not scored."""

from functools import cache
from pathlib import Path
from typing import Annotated, Literal, get_args

import pycountry
from pydantic import AfterValidator, Field, model_validator

from specialists.scorer.criteria import ByJudgement, BySegment, Name, Phrases, RubricCriterion, Strict
from specialists.scorer.schema import Tier
from specialists.strict_yaml import load_strict

PATH = Path(__file__).parent / "rubric.yaml"


def _country(code: str) -> str:
    if pycountry.countries.get(alpha_2=code) is None:
        raise ValueError(f"{code!r} is not an ISO 3166-1 alpha-2 code")
    return code


class Segment(Strict):
    name: Name
    words: Phrases


class Disqualifiers(Strict):
    """Who is not scored: the role a title ends in, a phrase in the message, a country of lead or company."""

    roles: Phrases
    message_phrases: Phrases
    countries: tuple[Annotated[str, AfterValidator(_country)], ...]


class Message(Strict):
    """What rules may say of a message: courtesies alone are no intent; a longer one is for a person."""

    courtesies: Phrases
    most_characters: int = Field(gt=0)


class Rubric(Strict):
    schema_version: Literal[1]
    criteria: tuple[RubricCriterion, ...]
    tiers: dict[Tier, Annotated[int, Field(ge=0, le=100)]]
    segments: tuple[Segment, ...] = Field(description="the first with a word in the industry's name counts")
    default_segment: Name
    disqualifiers: Disqualifiers
    message: Message

    def segment_names(self) -> tuple[str, ...]:
        return (*(segment.name for segment in self.segments), self.default_segment)

    @model_validator(mode="after")
    def _criteria_fit_together(self) -> "Rubric":
        names = [criterion.name for criterion in self.criteria]
        if len(set(names)) != len(names):
            raise ValueError("criteria: two have the same name")
        if sum(isinstance(c, ByJudgement) for c in self.criteria) != 1:
            raise ValueError("criteria: exactly one must be scored_by judgement")
        for criterion in self.criteria:
            if isinstance(criterion, BySegment) and set(criterion.points) != set(self.segment_names()):
                raise ValueError(f"{criterion.name}: points must name exactly the segments")
        return self

    @model_validator(mode="after")
    def _segments_are_distinct(self) -> "Rubric":
        names = self.segment_names()
        if len(set(names)) != len(names) or "any" in names:
            raise ValueError("segments: names must differ, and `any` is the campaign's word for all of them")
        return self

    @model_validator(mode="after")
    def _tiers_cover_every_score(self) -> "Rubric":
        floors = [self.tiers.get(tier) for tier in get_args(Tier)]
        if None in floors or floors[-1] != 0 or floors != sorted(set(floors), reverse=True):  # type: ignore[type-var]
            raise ValueError("tiers: A, B, C, D must each have a floor, falling, with D at 0")
        return self


def load_rubric(path: Path) -> Rubric:
    """Read and check a rubric file. Raises CardError."""
    return load_strict(path, Rubric)


@cache
def rubric() -> Rubric:
    """The rubric beside this file."""
    return load_rubric(PATH)


def segments() -> tuple[str, ...]:
    """Every segment a lead can be in. A campaign's `segment` is one of these, or `any`."""
    return rubric().segment_names()
