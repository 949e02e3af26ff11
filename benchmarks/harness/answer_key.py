"""What a right answer to each question is: the sample's own outputs, by rules and local models.

Where those say nothing (a local model too unsure, a draft nobody writes without a hosted model), the key has
an answer of the right shape: no company, the intent `curious`, the template's text, no objection. It stands
for the length of a hosted model's answers, never for their quality.
"""

from collections.abc import Iterable, Mapping
from typing import Any, cast

from benchmarks.harness.sample import WORKFORCE, Day
from specialists.enricher.evidence import offered
from specialists.enricher.schema import Reads
from specialists.reading import read_record
from specialists.records import Row
from specialists.specialist import Specialist
from specialists.writer.template_text import draft

Answers = Mapping[str, Mapping[str, Any]]
Key = dict[str, dict[str, Any]]


def answer_key(days: Iterable[Day]) -> Key:
    """By specialist, then record id: the answer by the specialist's `Judges` schema."""
    key: Key = {name: {} for name in ("enricher", "scorer", "writer", "sender")}
    for day in days:
        rows = day.run(day.as_pinned)
        brief = day.world.campaign.brief()
        enricher = day.stage(WORKFORCE.stage("enriched_leads")).specialist
        for lead in day.world.leads:
            record_id = lead["record_id"]
            key["enricher"][record_id] = {
                "choice": None,
                "probability": 0.0,
                "because": "Nothing in the record points at one company and away from the others.",
            }
            key["scorer"][record_id] = {"label": "curious"}
            key["writer"][record_id] = _text(draft("general", "B", brief))
            key["sender"][record_id] = {"label": "no_objection"}
        for row in rows["enriched_leads"]:
            if row["disposition"] == "done" and row["company_id"]:
                key["enricher"][row["record_id"]] = {
                    "choice": _offered_as(enricher, row, day),
                    "probability": row["match_confidence"],
                    "because": row["match_evidence"][:300],
                }
        for row in rows["scored_leads"]:
            if row["disposition"] == "done":
                key["scorer"][row["record_id"]] = {"label": _intent(row["criteria"])}
                key["writer"][row["record_id"]] = _text(
                    draft(row["segment"], row["tier"], brief) or draft("general", "B", brief)
                )
    return key


def _offered_as(enricher: Specialist, row: Row, day: Day) -> str:
    """The company's name among those offered, which is what an answer must say."""
    record = cast(Reads, read_record(enricher, row, day.world.setting(day.at)))
    chosen = row["company_id"]
    return next(same for same, hits in offered(record).items() if any(hit.id == chosen for hit in hits))


def _intent(criteria: Iterable[Mapping[str, Any]]) -> str:
    for criterion in criteria:
        _, found, label = criterion["evidence"].partition("was read as ")
        if found:
            return str(label)
    return "unrelated"


def _text(made: Any) -> dict[str, str]:
    return {"subject": made.subject, "body": made.body}
