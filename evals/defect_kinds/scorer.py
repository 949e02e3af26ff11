"""Defects of scored leads."""

from typing import Any, cast

from evals.defect_kinds.defect import Defect, Plant, Sample
from specialists.scorer.schema import Makes


def _criterion(at: int, **changes: Any) -> Plant:
    def plant(sample: Sample) -> Sample:
        criteria = list(cast(Makes, sample.output).criteria)
        criteria[at] = criteria[at].model_copy(update=changes)
        return sample.with_output(criteria=criteria)

    return plant


def _points_more(sample: Sample) -> Sample:
    made = cast(Makes, sample.output)
    return _criterion(0, points=made.criteria[0].points + 1)(sample)  # type: ignore[return-value]


def _dearer_tier(sample: Sample) -> Sample | None:
    made = cast(Makes, sample.output)
    return None if made.tier == "A" else sample.with_output(tier="A")


def _segment(sample: Sample) -> Sample:
    other = "health" if cast(Makes, sample.output).segment != "health" else "finance"
    return sample.with_output(segment=other)


def _other_score(sample: Sample) -> Sample:
    row = sample.row
    return sample.with_row(score=(row["score"] + 7) % 100)


def _record(**changes: Any) -> Plant:
    from dataclasses import replace

    return lambda s: replace(s, record=s.record.model_copy(update=changes))


DEFECTS = (
    Defect("a point off the rubric", "rubric_only", _points_more),
    Defect("points above the maximum", "rubric_only", _criterion(3, points=99)),
    Defect("points below zero", "rubric_only", _criterion(4, points=-1)),
    Defect("a raised maximum", "rubric_only", _criterion(1, max_points=100)),
    Defect("a criterion of its own", "rubric_only", _criterion(2, criterion="charm")),
    Defect("another segment", "rubric_only", _segment),
    Defect("intent without a message", "rubric_only", _criterion(5, points=15)),
    Defect("no evidence", "explains_every_score", _criterion(1, evidence=" ")),
    Defect(
        "invented evidence",
        "explains_every_score",
        _criterion(0, evidence="900 employees, as everybody knows"),
    ),
    Defect(
        "a wrong total",
        "explains_every_score",
        lambda s: s.with_output(score=cast(Makes, s.output).score ^ 1),
    ),
    Defect("a tier too high", "explains_every_score", _dearer_tier),
    Defect("an unmatched company scored", "score_needs_firmographics", _record(match_status="unmatched")),
    Defect("nothing known, and scored", "score_needs_firmographics", _record(firmographics=None)),
    Defect("alike, and another score", "consistent_across_similar", _other_score),
)
