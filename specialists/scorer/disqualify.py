"""Who is not scored at all, and the words that say why."""

import re
from functools import lru_cache

import pycountry

from specialists.scorer.known import cited
from specialists.scorer.rubric import rubric
from specialists.scorer.schema import Reads
from specialists.scorer.words import normalised, phrases_in, quoted

# What follows the role in a title: "Student at X", "Intern, Marketing", "Student | Y".
_AFTER_ROLE = re.compile(r"\s+(?:at|in|of|@)\s|[,;|/(]|\s[-–—]\s", re.IGNORECASE)


def disqualifier(record: Reads) -> str | None:
    """Why this lead is not scored, with the value and its source; None when it is to be scored."""
    return _by_role(record) or _by_country(record) or _by_message(record)


def _by_role(record: Reads) -> str | None:
    title = record.profile.title or ""
    role = normalised(_AFTER_ROLE.split(title, maxsplit=1)[0])
    for word in rubric().disqualifiers.roles:
        if f" {role}".endswith(f" {normalised(word)}"):
            return f"title {quoted(title)} (CRM) is on the rubric's list of roles"
    return None


def _by_country(record: Reads) -> str | None:
    of_company = record.known.country if record.known else None
    for country, source in (
        (record.country, "(lead)"),
        (of_company, cited(record.firmographics, "country")),
    ):
        if country and _code(country) in rubric().disqualifiers.countries:
            return f"country {quoted(country)} {source} is on the rubric's no-contact list"
    return None


def _by_message(record: Reads) -> str | None:
    found = phrases_in(record.profile.message or "", rubric().disqualifiers.message_phrases)
    return f"the message (CRM) says {quoted(found[0])}" if found else None


@lru_cache(1 << 12)
def _code(country: str) -> str | None:
    """ISO 3166-1 alpha-2 for a code or a name as ISO or common use has it."""
    try:
        return str(pycountry.countries.lookup(country.strip()).alpha_2)
    except LookupError:
        return None
