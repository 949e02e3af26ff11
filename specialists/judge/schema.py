"""What the judge reads, makes, and answers."""

from typing import Annotated

from pydantic import Field

from specialists.records import Output, Record


class Reads(Record):
    """A draft as it was written, with its placeholders; `banned`: words the campaign's voice never uses."""

    subject: str
    body: str
    banned: tuple[str, ...] = ()


class Makes(Output):
    """Whether the tone is right, and what decides it."""

    in_tone: bool
    because: Annotated[str, Field(max_length=500)]


class Judges(Output):
    """The same: code adds nothing to a verdict, and reads none out of text."""

    in_tone: bool
    because: str
