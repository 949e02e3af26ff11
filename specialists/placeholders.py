"""Placeholders: what a draft says instead of names, prices and links. Filled in by code, only at send.

    {first_name} {company} {sender_name} {call_to_action} {price:SKU} {link} {link_2} {link_3} ...

`{link}` is the campaign's first allowed link, `{link_2}` its second. There is no escape for a brace.
"""

import re

from resources.campaign import Campaign
from resources.crm import Contact
from resources.plain_text import one_line

NO_FIRST_NAME = "there"
NO_COMPANY = "your company"

# Any braces, so that a misspelt placeholder or half of one is found too; also their look-alikes.
_BRACED = re.compile(r"\{[^{}\n]*\}|[{}\uff5b\uff5d\ufe5b\ufe5c\u2774\u2775]")
_PRICE = re.compile(r"\{price:([A-Za-z0-9_-]+)\}")
_LINK = re.compile(r"\{link(?:_([2-9]|[1-9]\d+))?\}")


class UnknownPlaceholder(ValueError):
    """A text that cannot be filled in, with the placeholders nobody knows."""


def used(text: str) -> list[str]:
    """Every placeholder in the text, and every stray brace, in order and as written."""
    return _BRACED.findall(text)


def unknown(text: str, campaign: Campaign) -> list[str]:
    """The placeholders and braces that cannot be filled in for this campaign."""
    return [written for written in used(text) if _campaign_value(written, campaign) is None]


def render(text: str, campaign: Campaign, contact: Contact | None, company: str | None) -> str:
    """The text with every placeholder filled in, in one pass: a value that holds braces stays as it is.

    Values are one line without control characters. Raises UnknownPlaceholder.
    """
    odd = unknown(text, campaign)
    if odd:
        raise UnknownPlaceholder(f"{', '.join(odd)} cannot be filled in; see specialists/placeholders.py")
    return fill(text, campaign, first_name=contact.first_name if contact else None, company=company)


def fill(text: str, campaign: Campaign, first_name: str | None, company: str | None) -> str:
    """As `render`, but what is unknown stays as written."""
    of_record = {
        "{first_name}": one_line(first_name or "") or NO_FIRST_NAME,
        "{company}": one_line(company or "") or NO_COMPANY,
    }

    def value(match: re.Match[str]) -> str:
        written = match.group()
        return of_record.get(written) or _campaign_value(written, campaign) or written

    return _BRACED.sub(value, text)


def _campaign_value(written: str, campaign: Campaign) -> str | None:
    """The value a placeholder has in this campaign; for a record's own, any text; None if there is none."""
    values = {
        "{first_name}": NO_FIRST_NAME,
        "{company}": NO_COMPANY,
        "{sender_name}": campaign.sender.name,
        "{call_to_action}": campaign.call_to_action,
    }
    if written in values:
        return values[written]
    if price := _PRICE.fullmatch(written):
        return str(campaign.price_book[price[1]]) if price[1] in campaign.price_book else None
    if link := _LINK.fullmatch(written):
        number = int(link[1] or 1)
        return str(campaign.allowed_links[number - 1]) if number <= len(campaign.allowed_links) else None
    return None
