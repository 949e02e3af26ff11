"""The codified head: a text for every segment in every tier, out of two parts.

`templates/segment.<segment>.md`: a line "Subject: ..." and, after a blank line, the opening.
`templates/tier.<tier>.md`: the whole body. Slots, filled in here: $opening, $offer, $price_line.
Placeholders in braces stay as they are until the send.
"""

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from string import Template

from resources.campaign import Brief

FOLDER = Path(__file__).parent / "templates"
FALLBACK = "general"
_SUBJECT = "Subject: "


@dataclass(frozen=True, slots=True)
class Draft:
    """`template` names what it was made from: "<segment>.<tier>"."""

    template: str
    subject: str
    body: str


def template_segment(segment: str) -> str:
    """The segment whose text is used: its own, or `general` where nobody wrote one."""
    return segment if segment in _names("segment") else FALLBACK


def draft(segment: str, tier: str, brief: Brief) -> Draft | None:
    """The template for a segment and tier, with the campaign's offer; None where the tier has no text."""
    if tier not in _names("tier"):
        return None
    chosen = template_segment(segment)
    head, _, opening = _text("segment", chosen).partition("\n\n")
    body = Template(_text("tier", tier)).substitute(
        opening=opening.strip(), offer=_sentence(brief.offer), price_line=_price_line(brief.skus)
    )
    lines = "\n".join(line.rstrip() for line in body.splitlines())
    return Draft(f"{chosen}.{tier}", head.removeprefix(_SUBJECT).strip(), _without_gaps(lines))


@cache
def template_words() -> frozenset[str]:
    """Every word of every template, case-folded: ordinary words, even where they are also somebody's name."""
    text = " ".join(path.read_text("utf-8") for path in FOLDER.glob("*.md"))
    return frozenset(re.findall(r"\w+", text.casefold()))


def _sentence(offer: str) -> str:
    offer = offer.strip()
    return offer if offer.endswith((".", "!", "?")) else f"{offer}."


def _price_line(skus: tuple[str, ...]) -> str:
    """The first price of the price book, by its name: nobody can read out of a name which one is lowest."""
    return f"The price of {skus[0]} is {{price:{skus[0]}}}." if skus else ""


def _without_gaps(text: str) -> str:
    """A slot that stays empty leaves no gap between paragraphs."""
    return "\n\n".join(part.strip("\n") for part in text.split("\n\n") if part.strip())


@cache
def _names(kind: str) -> frozenset[str]:
    return frozenset(path.name.split(".")[1] for path in FOLDER.glob(f"{kind}.*.md"))


@cache
def _text(kind: str, name: str) -> str:
    return (FOLDER / f"{kind}.{name}.md").read_text("utf-8")
