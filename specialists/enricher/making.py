"""The output, from what was decided: a match with its cited values, or no company and why."""

from collections.abc import Sequence

from resources.company_names import hides_something, web_host
from resources.directory.hits import Hit
from specialists.decisions import Decided
from specialists.enricher.evidence import company_id
from specialists.enricher.firmographics import firmographics
from specialists.enricher.policy import policy
from specialists.enricher.schema import Makes, Reads

# Nobody is quite sure.
MOST_SURE = 0.99


def matched(record: Reads, hits: Sequence[Hit], confidence: float, flags: list[str], why: str) -> Decided:
    """A match to use, unless it is not sure enough or its directory rows are of no use on this date."""
    if confidence < policy().threshold:
        return without_company(record, "ambiguous", confidence, ["low_confidence", *flags], why)
    known = firmographics(hits, record.partition, confidence)
    if any(getattr(known.values, field) is None for field in policy().required):
        lost = [flag for flag in known.flags if flag.split(":")[1] in policy().required]
        below = min(confidence, policy().threshold / 2)
        why += "; but the directory's entry cannot be used on this date"
        return without_company(record, "ambiguous", below, ["low_confidence", *flags, *lost], why)
    return Decided(
        Makes(
            company_id=company_id(hits),
            match_status="matched",
            match_confidence=confidence,
            match_evidence=why,
            firmographics=known.values,
            flags=[*flags, *_about_input(record), *known.flags],
            disagreements=known.disagreements,
        )
    )


def without_company(record: Reads, status: str, confidence: float, flags: list[str], why: str) -> Decided:
    return Decided(
        Makes.model_validate(
            {
                "company_id": None,
                "match_status": status,
                "match_confidence": round(confidence, 4),
                "match_evidence": why,
                "firmographics": None,
                "flags": [*flags, *_about_input(record)],
            }
        )
    )


def _about_input(record: Reads) -> list[str]:
    """What a reader of the match must know about the lead's own words."""
    flags = []
    if record.email_domain and web_host(record.email_domain) in policy().free_mail:
        flags.append("free_mail")
    if record.company and hides_something(record.company):
        flags.append("hidden_characters")
    return flags
