"""What is counted of matching: a table per kind of lead, totals, and how honest the probabilities are."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from evals.matching_data import Labelled

_BINS = 10
_FORMER = "former_name"


@dataclass(frozen=True, slots=True)
class Matched:
    """What the Enricher made of one lead. `company_id` is the company it accepted, None where it accepted
    none.

    `believed` and `probability` (0..1): the company it thought most probable, accepted or not, and how
    probable; None where it thought of none.
    """

    lead: Labelled
    company_id: str | None
    decided_by: str
    believed: str | None
    probability: float | None

    @property
    def judged(self) -> bool:
        return self.decided_by.startswith("model:")

    @property
    def right(self) -> bool:
        return self.company_id is not None and self.company_id == self.lead.company_id


def by_kind(matched: Sequence[Matched]) -> dict[str, dict[str, int]]:
    """Kind -> leads, accepted rightly, accepted wrongly, accepted by judgement."""
    table: dict[str, Counter[str]] = defaultdict(Counter)
    for one in matched:
        row = table[f"{one.lead.kind} ({one.lead.expected})"]
        row["leads"] += 1
        row["right"] += one.right
        row["wrong"] += one.company_id is not None and not one.right
        row["judged"] += one.company_id is not None and one.judged
    return {kind: dict(row) for kind, row in sorted(table.items())}


def totals(matched: Sequence[Matched]) -> dict[str, float | None]:
    """Precision and recall of accepted matches, and the shares of leads without a company that were
    accepted."""
    accepted = [one for one in matched if one.company_id is not None]
    to_match = [one for one in matched if one.lead.expected == "match"]
    return {
        "precision": _share([one.right for one in accepted]),
        "recall": _share([one.right for one in to_match]),
        "recall_without_former_names": _share(
            [one.right for one in to_match if _FORMER not in one.lead.kind]
        ),
        "recall_domain_only": _share([one.right for one in to_match if one.lead.kind == "domain_only"]),
        "false_accepts_of_no_match": _accepted(matched, "no_match"),
        "ambiguous_accepted": _accepted(matched, "ambiguous"),
    }


def _accepted(matched: Sequence[Matched], expected: str) -> float | None:
    return _share([one.company_id is not None for one in matched if one.lead.expected == expected])


def _share(true: Sequence[bool]) -> float | None:
    return round(sum(true) / len(true), 4) if true else None


def reliability(matched: Sequence[Matched]) -> dict[str, Any]:
    """Expected calibration error (leads' mean of |share right - mean probability| over ten bins), and the
    bins.

    Over all leads for which some company was thought probable, accepted or not.
    """
    bins: dict[int, list[tuple[float, bool]]] = defaultdict(list)
    for one in matched:
        if one.probability is not None:
            right = one.believed is not None and one.believed == one.lead.company_id
            bins[min(int(one.probability * _BINS), _BINS - 1)].append((one.probability, right))
    rows = [_bin(number, bins[number]) for number in sorted(bins)]
    leads = sum(row["leads"] for row in rows)
    error = sum(row["leads"] * abs(row["right"] - row["probability"]) for row in rows)
    return {"expected_calibration_error": round(error / leads, 4) if leads else None, "bins": rows}


def _bin(number: int, inside: Sequence[tuple[float, bool]]) -> dict[str, Any]:
    return {
        "from": number / _BINS,
        "leads": len(inside),
        "probability": round(sum(probability for probability, _ in inside) / len(inside), 4),
        "right": round(sum(right for _, right in inside) / len(inside), 4),
    }
