"""What a directory answers: rows that something exact points at, and companies with similar names."""

from datetime import date
from typing import Literal

from pydantic import BaseModel, ConfigDict

from resources.directory.spec import USUAL_TRUST

How = Literal["domain", "ticker", "exact name", "normalised name", "alias"]


class Reassigned(BaseModel):
    """A ticker that the row `to` (`<source>:<id>`), fresher with its `as_of`, gives to another company."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    ticker: str
    to: str
    name: str
    country: str | None
    as_of: date


class Hit(BaseModel):
    """One directory row of a company that was hit, as the file has it, and how it was hit.

    `same_as` names the company: `<source>:<id>` of its row in the first directory given that has it.
    `how` is empty for a row that is here only because another row of its company was hit.
    `alias` is the other name that was hit, `alias_start` and `alias_end` when it was in use (None = open).
    `trust` (0..1) is how often the directory's values are expected to be right. `reassigned`: tickers of this
    row that fresher rows give to companies that were not joined with this one.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    source: str
    id: str
    same_as: str
    as_of: date
    trust: float = USUAL_TRUST
    how: list[How]
    name: str
    city: str | None = None
    region: str | None = None
    country: str | None = None
    industry: str | None = None
    industry_scheme: str | None = None
    tickers: str | None = None
    website: str | None = None
    employees: str | None = None
    alias: str | None = None
    alias_start: date | None = None
    alias_end: date | None = None
    reassigned: tuple[Reassigned, ...] = ()

    @property
    def cited_as(self) -> str:
        return f"{self.source}:{self.id}"


class Similar(BaseModel):
    """A company whose name is like the written one, or spells the domain: how alike, and all its rows.

    `compared` is its closest name, `former` where that is another than the present one, in use from `since`
    until `until`. The measures (0..1) are those of `resources.directory.similarity.Likeness`.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    same_as: str
    compared: str
    former: bool
    since: date | None
    until: date | None
    cosine: float
    covered: float
    unfound: float
    covering: float
    unsaid: float
    spelled: float
    spelling: float
    rows: list[Hit]
