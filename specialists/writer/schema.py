"""What the Writer reads, makes, and may be told by judgement."""

from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from resources.campaign import Brief
from resources.crm import Profile
from resources.plain_text import one_line
from specialists.enricher.schema import Firmographics
from specialists.records import Output, Record


def _one_line(value: str) -> str:
    if value != one_line(value):
        raise ValueError("must be one line, without control characters")
    return value


Subject = Annotated[str, Field(min_length=1, max_length=150), AfterValidator(_one_line)]


class Reads(Record):
    """A scored lead, the campaign's brief, and the person without any way to reach them."""

    company: str | None
    company_id: str | None
    match_status: Literal["matched", "ambiguous", "unmatched"]
    firmographics: Firmographics | None
    score: int
    tier: str
    segment: str
    brief: Brief
    profile: Profile


class Makes(Output):
    """A draft whose placeholders (specialists/placeholders.py) are filled in only at send.

    `written_for` is the segment it addresses; `template` the name of the template it is, if it is one.
    """

    subject: Subject
    body: Annotated[str, Field(min_length=1)]
    written_for: str
    template: str | None


class Judges(Output):
    """A personal draft. Whom it is for is code's to say."""

    subject: str
    body: str
