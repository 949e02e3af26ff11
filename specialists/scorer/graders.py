"""Whether a score is the rubric's and nothing else's. Each grader says what is wrong, or None."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from specialists.enricher.schema import Firmographics
from specialists.grading import CohortGrader, Facts, RecordGrader, differing
from specialists.records import Row
from specialists.scorer.criteria import ByPresence, BySegment, BySize
from specialists.scorer.known import known_of
from specialists.scorer.rubric import rubric
from specialists.scorer.schema import Criterion, Makes, Reads
from specialists.scorer.scoring import criteria_of, possible_intents, segment_of, tier_of, total


def rubric_only(record: Reads, output: Makes, facts: Facts) -> str | None:
    """Exactly the rubric's criteria, each with points that the rubric gives for this record."""
    wanted = [(criterion.name, criterion.max_points) for criterion in rubric().criteria]
    if [(c.criterion, c.max_points) for c in output.criteria] != wanted:
        return f"criteria are not the rubric's: {', '.join(name for name, _ in wanted)}"
    for given, allowed in zip(output.criteria, _allowed(record), strict=True):
        points = sorted({criterion.points for criterion in allowed})
        if given.points not in points:
            return (
                f"{given.criterion}: {given.points} points, the rubric gives {' or '.join(map(str, points))}"
            )
    segment = segment_of(record)
    return None if output.segment == segment else f"segment {output.segment}: the rubric says {segment}"


def explains_every_score(record: Reads, output: Makes, facts: Facts) -> str | None:
    """Every criterion's evidence is what the record says, and the total and tier follow from the points."""
    if not output.criteria:
        return "no criterion explains the score"
    for given in output.criteria:
        if not given.evidence.strip():
            return f"{given.criterion}: no evidence"
    for given, allowed in zip(output.criteria, _allowed(record), strict=True):
        if given not in allowed:
            return f"{given.criterion}: the evidence for {given.points} points is not in the record"
    score = total(output.criteria)
    if output.score != score:
        return f"score {output.score}: the points add up to {score}"
    tier = tier_of(score)
    return None if output.tier == tier else f"tier {output.tier}: a score of {score} is tier {tier}"


def score_needs_firmographics(record: Reads, output: Makes, facts: Facts) -> str | None:
    """No score without a matched company and something known about it."""
    if record.match_status != "matched" or not record.company_id:
        return f"scored although the company is {record.match_status}, id {record.company_id}"
    return "scored without firmographics" if known_of(record.firmographics) is None else None


def consistent_across_similar(rows: Iterable[Row], facts: Mapping[str, Facts]) -> dict[str, str]:
    """Leads that are the same in all the rubric looks at have the same points, score, tier and segment.

    Where they differ, those unlike the most common result fail; where none is most common, all of them.
    """
    failed: dict[str, str] = {}
    for group in differing(rows, _looked_at, _result):
        failed.update(_odd_ones(group))
    return failed


def _allowed(record: Reads) -> list[tuple[Criterion, ...]]:
    """For each criterion of the rubric, what the record can earn: several only where judgement decides."""
    ways = [criteria_of(record, intent) for intent in possible_intents(record)]
    return [tuple(each) for each in zip(*ways, strict=True)]


def _looked_at(row: Row) -> tuple[str, ...]:
    """The values behind each criterion; evidence stands for the person's, which are not in the row."""
    found = row["firmographics"]
    known = known_of(None if found is None else Firmographics.model_validate(found))
    evidence = {c["criterion"]: " ".join(c["evidence"].split()).casefold() for c in row["criteria"]}
    values = []
    for criterion in rubric().criteria:
        said = evidence.get(criterion.name, "")
        match criterion:
            case _ if known is None:
                values.append(said)
            case BySize():
                values.append(str(known.employees))
            case BySegment():
                values.append(str(known.industry).casefold())
            case ByPresence():
                values.append("listed" if known.tickers else "website" if known.website else "")
            case _:
                values.append(said)
    return tuple(values)


def _odd_ones(group: Sequence[Row]) -> dict[str, str]:
    results = {row["record_id"]: _result(row) for row in group}
    counts = Counter(results.values()).most_common()
    usual = counts[0][0] if counts[0][1] > counts[1][1] else None
    return {
        record_id: f"score {result[0]}, tier {result[1]}; alike in all else is {_unlike(result, results)}"
        for record_id, result in results.items()
        if result != usual
    }


def _result(row: Row) -> tuple[Any, ...]:
    return (row["score"], row["tier"], row["segment"], tuple(c["points"] for c in row["criteria"]))


def _unlike(result: tuple[Any, ...], results: Mapping[str, tuple[Any, ...]]) -> str:
    record_id, other = next((name, other) for name, other in results.items() if other != result)
    return f"{record_id} (score {other[0]}, tier {other[1]})"


RECORD_GRADERS: dict[str, RecordGrader] = {
    "rubric_only": rubric_only,
    "explains_every_score": explains_every_score,
    "score_needs_firmographics": score_needs_firmographics,
}
COHORT_GRADERS: dict[str, CohortGrader] = {"consistent_across_similar": consistent_across_similar}
