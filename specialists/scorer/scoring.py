"""Points, evidence, total, tier, segment: all by code, from the rubric.

score = 100 * sum of points / sum of max_points, rounded half up to a whole number.
"""

import re
from collections.abc import Sequence
from typing import get_args

from specialists.scorer.criteria import (
    ByJudgement,
    ByPresence,
    BySegment,
    BySize,
    ByWords,
    RubricCriterion,
    WordBand,
)
from specialists.scorer.disqualify import disqualifier
from specialists.scorer.known import cited
from specialists.scorer.rubric import rubric
from specialists.scorer.schema import Criterion, Intent, Makes, Reads, Tier
from specialists.scorer.words import normalised, phrases_in, quoted

_LINK = re.compile(r"(?:https?://|www\.)\S+", re.IGNORECASE)


def score_lead(record: Reads, intent: Intent | None) -> Makes:
    """The score of a lead. `intent` is judgement's word, None where rules say what the message is worth."""
    criteria = criteria_of(record, intent)
    score = total(criteria)
    return Makes(score=score, tier=tier_of(score), segment=segment_of(record), criteria=criteria)


def criteria_of(record: Reads, intent: Intent | None) -> list[Criterion]:
    """The rubric's criteria in its order. A disqualified lead has no points, and each criterion says why."""
    why = disqualifier(record)
    if why:
        return [_earned(criterion, 0, f"not scored: {why}") for criterion in rubric().criteria]
    return [_criterion(record, criterion, intent) for criterion in rubric().criteria]


def possible_intents(record: Reads) -> tuple[Intent | None, ...]:
    """What the judged criterion may rest on: one of judgement's words, or None where rules decide."""
    if disqualifier(record) or intent_by_rule(record) is not None:
        return (None,)
    return get_args(Intent)


def intent_by_rule(record: Reads) -> str | None:
    """Why a message earns nothing without judgement, or None when somebody has to read it."""
    message = record.profile.message or ""
    if not message.strip():
        return "no message"
    text = normalised(_LINK.sub(" ", message))
    courtesies = phrases_in(text, rubric().message.courtesies)
    if sum(len(phrase.split()) for phrase in courtesies) == len(text.split()):
        return "the message (CRM) holds courtesies or a link only"
    return None


def total(criteria: Sequence[Criterion]) -> int:
    """0..100: the formula at the head of this file."""
    points, most = sum(c.points for c in criteria), sum(c.max_points for c in criteria)
    return (200 * points + most) // (2 * most)


def tier_of(score: int) -> Tier:
    """The highest tier whose floor the score reaches."""
    tiers: tuple[Tier, ...] = get_args(Tier)
    return next(tier for tier in tiers if score >= rubric().tiers[tier])


def segment_of(record: Reads) -> str:
    """The first segment with a word in the industry's name, else the default."""
    industry = record.known.industry if record.known else None
    for segment in rubric().segments:
        if industry and phrases_in(industry, segment.words):
            return segment.name
    return rubric().default_segment


def _criterion(record: Reads, criterion: RubricCriterion, intent: Intent | None) -> Criterion:
    match criterion:
        case BySize():
            return _by_size(record, criterion)
        case BySegment():
            return _by_segment(record, criterion)
        case ByPresence():
            return _by_presence(record, criterion)
        case ByWords():
            return _by_words(record, criterion)
        case ByJudgement():
            return _by_judgement(record, criterion, intent)


def _by_size(record: Reads, criterion: BySize) -> Criterion:
    employees = record.known.employees if record.known else None
    if employees is None:
        return _earned(criterion, 0, "no employee count known")
    words = f"{employees:,} employees {cited(record.firmographics, 'employees')}"
    for band in criterion.bands:
        if employees >= band.at_least:
            return _earned(criterion, band.points, f"{words}: at least {band.at_least:,}")
    return _earned(criterion, 0, f"{words}: below {criterion.bands[-1].at_least:,}")


def _by_segment(record: Reads, criterion: BySegment) -> Criterion:
    if record.known is None or record.known.industry is None:
        return _earned(criterion, 0, "no industry known")
    segment = segment_of(record)
    words = f"industry {quoted(record.known.industry)} {cited(record.firmographics, 'industry')}"
    return _earned(criterion, criterion.points[segment], f"{words}: segment {segment}")


def _by_presence(record: Reads, criterion: ByPresence) -> Criterion:
    if record.known and record.known.tickers:
        words = f"listed as {'|'.join(record.known.tickers)} {cited(record.firmographics, 'tickers')}"
        return _earned(criterion, criterion.listed, words)
    if record.known and record.known.website:
        words = f"website {record.known.website} {cited(record.firmographics, 'website')}"
        return _earned(criterion, criterion.website, words)
    return _earned(criterion, 0, "neither a ticker nor a website known")


def _by_words(record: Reads, criterion: ByWords) -> Criterion:
    text = (record.profile.title if criterion.reads == "title" else record.profile.source) or ""
    if not text.strip():
        return _earned(criterion, 0, f"no {criterion.reads} known")
    words = f"{criterion.reads} {quoted(text)} (CRM)"
    band = _band(text, criterion.bands)
    if band is None:
        return _earned(criterion, criterion.otherwise, f"{words}: in no band of the rubric")
    return _earned(criterion, band.points, f"{words}: {band.name}")


def _band(text: str, bands: Sequence[WordBand]) -> WordBand | None:
    found = phrases_in(text, (word for band in bands for word in band.words))
    matching = [band for band in bands if any(word in band.words for word in found)]
    overriding = [band for band in matching if band.overrides]
    return max(overriding or matching, key=lambda band: band.points, default=None)


def _by_judgement(record: Reads, criterion: ByJudgement, intent: Intent | None) -> Criterion:
    if intent is None:
        return _earned(criterion, 0, intent_by_rule(record) or "the message (CRM) was not read")
    return _earned(criterion, criterion.points[intent], f"the message (CRM) was read as {intent}")


def _earned(criterion: RubricCriterion, points: int, evidence: str) -> Criterion:
    return Criterion(
        criterion=criterion.name, points=points, max_points=criterion.max_points, evidence=evidence
    )
