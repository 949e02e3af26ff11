"""What a materialization tells about itself: counts and cost, gathered while its rows stream past."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

import dagster as dg

from specialists.decisions import DISPOSITIONS

PREVIEW_ROWS = 10
# Reasons may name rows of a file: a million bad rows would be a million reasons.
MOST_REASONS = 1000
# Never a contact detail or a text somebody wrote: metadata is read by more people than the lake is.
_PREVIEW_COLUMNS = (
    "record_id", "company", "disposition", "reason", "decided_by",
    "match_status", "score", "tier", "subject", "sent_at",
)  # fmt: skip


@dataclass
class Summary:
    """Counts of one partition's rows."""

    COLUMNS: ClassVar = frozenset({"cost_usd", "disposition", "decided_by", "reason", *_PREVIEW_COLUMNS})

    rows: int = 0
    cost_usd: float = 0.0
    by_disposition: Counter[str] = field(default_factory=Counter)
    by_decider: Counter[str] = field(default_factory=Counter)
    reasons: Counter[str] = field(default_factory=Counter)
    preview: list[Mapping[str, Any]] = field(default_factory=list)

    def watch(
        self, rows: Iterable[dict[str, Any]], progress: Callable[[int], None]
    ) -> Iterator[dict[str, Any]]:
        """Pass the rows on, counting; `progress` hears the count after every row."""
        for row in rows:
            self.rows += 1
            self.cost_usd += row["cost_usd"]
            self.by_disposition[row["disposition"]] += 1
            self.by_decider[row["decided_by"] or "nobody"] += 1
            if row["reason"]:
                known = row["reason"] in self.reasons or len(self.reasons) < MOST_REASONS
                self.reasons[row["reason"] if known else "other reasons"] += 1
            if len(self.preview) < PREVIEW_ROWS:
                self.preview.append(row)
            progress(self.rows)
            yield row

    def metadata(self, seconds: float) -> dict[str, dg.MetadataValue]:
        """Dagster metadata, named as in the marts. Numbers stand alone, so that the UI plots each."""
        why = _table(["reason", "rows"], self.reasons.most_common(PREVIEW_ROWS))
        deciders = _table(["decider", "rows"], self.by_decider.most_common())
        return {
            "dagster/row_count": dg.MetadataValue.int(self.rows),
            **{name: dg.MetadataValue.int(self.by_disposition[name]) for name in DISPOSITIONS},
            "why_not_done": dg.MetadataValue.md(why),
            "decided_by": dg.MetadataValue.md(deciders),
            **{name: dg.MetadataValue.float(round(figure, 6)) for name, figure in self.figures().items()},
            **{
                f"{kind}_share": dg.MetadataValue.float(round(share, 4))
                for kind, share in self.decider_shares().items()
            },
            "cost_usd": dg.MetadataValue.float(self.cost_usd),
            "preview": dg.MetadataValue.md(self._preview()),
            "seconds": dg.MetadataValue.float(round(seconds, 3)),
        }

    def figures(self) -> dict[str, float]:
        """What an operator follows from day to day: shares (0..1) of rows, and US dollars a row."""
        shares, rows = self.decider_shares(), self.rows or 1
        return {
            "hold_rate": self.by_disposition["held"] / rows,
            "judgement_share": shares["local"] + shares["model"] + shares["human"],
            "usd_per_record": self.cost_usd / rows,
        }

    def decider_shares(self) -> dict[str, float]:
        """Shares (0..1) of rows decided by rules, by local and hosted models, by people, by nobody yet."""
        kinds = Counter({"rule": 0, "local": 0, "model": 0, "human": 0, "nobody": 0})
        for decider, count in self.by_decider.items():
            kinds[decider_kind(decider)] += count
        return {kind: count / self.rows if self.rows else 0.0 for kind, count in kinds.items()}

    def _preview(self) -> str:
        columns = [name for name in _PREVIEW_COLUMNS if any(name in row for row in self.preview)]
        return _table(columns, [[row.get(name) for name in columns] for row in self.preview])


def decider_kind(decider: str | None) -> str:
    """rule | local | model | human | nobody, from a row's `decided_by`."""
    kind, _, name = (decider or "nobody").partition(":")
    return "local" if kind == "model" and name.startswith("local/") else kind


def _table(header: list[str], rows: Iterable[Iterable[object]]) -> str:
    lines = [header, ["---"] * len(header), *([_cell(value) for value in row] for row in rows)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _cell(value: object) -> str:
    text = "" if value is None else " ".join(str(value).split())
    return text.replace("|", "\\|").replace("<", "&lt;")[:120]
