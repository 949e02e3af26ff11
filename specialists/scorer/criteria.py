"""The rubric's criteria as strict data: one class for each way a criterion can be scored."""

from abc import ABC, abstractmethod
from itertools import pairwise
from typing import Annotated, Literal, get_args

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from specialists.scorer.schema import Intent
from specialists.scorer.words import normalised


def _phrase(text: str) -> str:
    if not normalised(text):
        raise ValueError(f"{text!r} holds no word")
    return text


Points = Annotated[int, Field(ge=0)]
Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
Phrases = Annotated[tuple[Annotated[str, AfterValidator(_phrase)], ...], Field(min_length=1)]


class Strict(BaseModel):
    """Data that holds no field it does not know."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class SizeBand(Strict):
    """Points from this many employees up."""

    at_least: int = Field(ge=1)
    points: Points


class WordBand(Strict):
    """Points where one of the phrases is found. Of several bands the highest counts, or one
    that overrides."""

    name: str
    points: Points
    words: Phrases
    overrides: bool = False


class _Criterion(Strict, ABC):
    name: Name
    max_points: int = Field(gt=0)

    @abstractmethod
    def offers(self) -> tuple[int, ...]:
        """Every number of points this criterion can give for something known."""

    @model_validator(mode="after")
    def _reaches_exactly_its_maximum(self) -> "_Criterion":
        if max(self.offers()) != self.max_points:
            raise ValueError(
                f"{self.name}: the most it can give is {max(self.offers())}, not {self.max_points}"
            )
        return self


class BySize(_Criterion):
    scored_by: Literal["employees"]
    bands: tuple[SizeBand, ...] = Field(min_length=1, description="largest first, points never rising")

    def offers(self) -> tuple[int, ...]:
        return tuple(band.points for band in self.bands)

    @model_validator(mode="after")
    def _largest_first(self) -> "BySize":
        for above, below in pairwise(self.bands):
            if above.at_least <= below.at_least or above.points < below.points:
                raise ValueError(f"{self.name}: bands must go down in at_least and never up in points")
        return self


class ByWords(_Criterion):
    scored_by: Literal["words"]
    reads: Literal["title", "source"]
    bands: tuple[WordBand, ...] = Field(min_length=1)
    otherwise: Points = Field(description="for a value that no band names")

    def offers(self) -> tuple[int, ...]:
        return (*(band.points for band in self.bands), self.otherwise)


class BySegment(_Criterion):
    scored_by: Literal["segment"]
    points: dict[Name, Points]

    def offers(self) -> tuple[int, ...]:
        return tuple(self.points.values())


class ByPresence(_Criterion):
    scored_by: Literal["presence"]
    listed: Points
    website: Points

    def offers(self) -> tuple[int, ...]:
        return (self.listed, self.website)


class ByJudgement(_Criterion):
    """What rules cannot read: the intent of a message."""

    scored_by: Literal["judgement"]
    points: dict[Intent, Points]

    def offers(self) -> tuple[int, ...]:
        return tuple(self.points.values())

    @model_validator(mode="after")
    def _every_intent(self) -> "ByJudgement":
        if set(self.points) != set(get_args(Intent)):
            raise ValueError(f"{self.name}: points must name exactly {', '.join(get_args(Intent))}")
        return self


RubricCriterion = Annotated[
    BySize | ByWords | BySegment | ByPresence | ByJudgement, Field(discriminator="scored_by")
]
