"""A workforce's floor: the least share of records that every stage decides rightly, by its pins."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from evals.scorecard import RIGHT
from evals.statistics import chain_floor, link_confidence
from specialists.bounds import lower_bound
from specialists.pin import Evidence, Part


@dataclass(frozen=True)
class Floor:
    """`links`: specialist -> the least share (0..1) of what it decides that is right.

    All of them hold at once with 95 % confidence, and so does `at_least`. A record that is left to a person
    is in none of them.
    """

    links: Mapping[str, float]
    at_least: float


def floor_of(evidence: Mapping[str, Evidence | None]) -> Floor:
    """By the union bound, which assumes nothing of how failures go together.

    A specialist's link is its weaker decider, rules or candidate: which of them decides a record is not known
    beforehand. No evidence proves nothing: the link is 0.
    """
    parts = {name: _parts(found) for name, found in evidence.items()}
    confidence = link_confidence(max(1, sum(len(found) for found in parts.values())))
    links = {name: _weakest(found, confidence) for name, found in parts.items()}
    return Floor(links, chain_floor(list(links.values())))


def _parts(evidence: Evidence | None) -> Sequence[Part]:
    if evidence is None:
        return ()
    return [part for part in (evidence.rules, evidence.candidate_alone) if part is not None]


def _weakest(parts: Sequence[Part], confidence: float) -> float:
    counts = [(part.criteria[RIGHT].passed, part.criteria[RIGHT].n) for part in parts]
    return min((lower_bound(passed, n, confidence) for passed, n in counts), default=0.0)
