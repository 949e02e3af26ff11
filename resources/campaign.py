"""The campaign: what is offered, to whom, in which voice, by whom. A strict YAML file."""

from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Annotated

import yaml
from email_validator import EmailNotValidError, validate_email
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, HttpUrl, ValidationError

from resources.errors import InputError


def _address(value: str) -> str:
    try:
        return validate_email(
            value, strict=True, check_deliverability=False, test_environment=True
        ).normalized
    except EmailNotValidError as error:
        raise ValueError(str(error)) from None


def _one_line(value: str) -> str:
    if any(ord(character) < 32 or character in "\x7f\x85\u2028\u2029" for character in value):
        raise ValueError("must be one line, without control characters")
    return value


Address = Annotated[str, AfterValidator(_address)]
Line = Annotated[str, Field(min_length=1), AfterValidator(_one_line)]


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Price(_Strict):
    amount: Decimal = Field(gt=0)
    currency: str = Field(pattern=r"^[A-Z]{3}$", description="ISO 4217")

    def __str__(self) -> str:
        return f"{self.currency} {self.amount:,.2f}".removesuffix(".00")


class Voice(_Strict):
    """The brand voice as rules: words never used, and the highest US school grade needed to read the text."""

    banned: tuple[Line, ...] = ()
    reading_grade_max: float = Field(gt=0)


class SenderIdentity(_Strict):
    name: Line
    email: Address
    postal_address: Line


class Brief(_Strict):
    """What a Writer may know of the campaign: names of prices and links, never their values."""

    campaign_id: str
    step: int
    segment: str
    offer: str
    call_to_action: str
    skus: tuple[str, ...]
    links: int
    banned: tuple[str, ...]
    reading_grade_max: float
    personalise_tiers: tuple[str, ...]


class Campaign(_Strict):
    """One campaign file. `segment: any` addresses every segment the rubric knows."""

    id: str = Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$")
    step: int = Field(ge=1)
    segment: Line
    offer: Line
    call_to_action: Line
    price_book: dict[Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]+$")], Price]
    allowed_links: tuple[HttpUrl, ...]
    voice: Voice
    sender: SenderIdentity
    personalise_tiers: tuple[str, ...] = ()

    def brief(self) -> Brief:
        return Brief(
            campaign_id=self.id,
            step=self.step,
            segment=self.segment,
            offer=self.offer,
            call_to_action=self.call_to_action,
            skus=tuple(self.price_book),
            links=len(self.allowed_links),
            banned=self.voice.banned,
            reading_grade_max=self.voice.reading_grade_max,
            personalise_tiers=self.personalise_tiers,
        )


def load_campaign(path: Path) -> Campaign:
    """Read and check a campaign file. Raises InputError naming the file, the field and the remedy."""
    try:
        content = yaml.safe_load(path.read_text("utf-8"))
    except FileNotFoundError:
        raise InputError(path, "no such file", "give the path of a campaign YAML file") from None
    except (UnicodeDecodeError, yaml.YAMLError) as error:
        raise InputError(
            path, f"not readable as YAML: {error}", "see examples/outbound/campaign.yaml"
        ) from None
    try:
        return Campaign.model_validate(content)
    except ValidationError as error:
        first = error.errors()[0]
        field = ".".join(str(part) for part in first["loc"]) or "the whole file"
        raise InputError(
            path, f"field {field}: {first['msg']}", "see examples/outbound/campaign.yaml", field=field
        ) from None


def parse_instant(text: str) -> datetime:
    """An ISO 8601 instant with a UTC offset. Raises ValueError."""
    instant = datetime.fromisoformat(text)
    if instant.tzinfo is None:
        raise ValueError("has no UTC offset; add one, as in 2026-03-02T15:00:00+00:00 or ...Z")
    return instant
