"""The Enricher's hand-offs: a lead with its directory hits in, a cited company out."""

from datetime import date
from typing import Literal

from pydantic import Field

from resources.directory.hits import Hit, Similar
from specialists.records import Cited, Output, Record


class Reads(Record):
    """A lead without the person: what says which company it is about, and whom the directories offer.

    `companies` are hit by something exact; `similar` are looked for only where nothing but a ticker is exact.
    `sharing_first_word`: companies whose names begin with the one word written, and go on.
    """

    company: str | None = None
    domain: str | None = None
    city: str | None = None
    region: str | None = None
    country: str | None = None
    ticker: str | None = None
    partition: date
    email_domain: str | None = None
    companies: list[Hit]
    similar: list[Similar] = Field(default_factory=list)
    sharing_first_word: int = 0


class Firmographics(Output):
    """What the directories say of the company, as text: tickers joined by |, employees in digits.

    None where they say nothing usable; `Makes.flags` says why.
    """

    name: Cited | None = None
    city: Cited | None = None
    region: Cited | None = None
    country: Cited | None = None
    industry: Cited | None = None
    tickers: Cited | None = None
    website: Cited | None = None
    employees: Cited | None = None


class Makes(Output):
    """The company, how sure that is (0..1), why in words, and what must be known about the values.

    Flags: `unmatched`, `ambiguous`, `low_confidence`, `first_word_only`, `judged`, `settled_by_place`,
    `settled_by_listing`, `free_mail`, `ticker_disagrees`, `ticker_reassigned`, `hidden_characters`, and for a
    field `missing:`, `stale:`, `future:`, `unreadable:`, `unresolved:` (left empty), `conflict:` (settled) or
    `reassigned:` (a row's ticker passed on and is not used). `disagreements`: for each of the last three,
    what each directory says, and what came of it.
    """

    company_id: str | None
    match_status: Literal["matched", "ambiguous", "unmatched"]
    match_confidence: float = Field(ge=0, le=1)
    match_evidence: str
    firmographics: Firmographics | None
    flags: list[str]
    disagreements: list[str] = Field(default_factory=list)


class Judges(Output):
    """The most probable of the companies that were offered, as its `same_as`, and how probable it is (0..1)
    that it is the one meant; null when the record does not tell at all."""

    choice: str | None
    probability: float = Field(ge=0, le=1)
    because: str = Field(max_length=300)
