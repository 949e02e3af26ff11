"""The alert: what failed, where, how many records, whose it is, where to look and what to type."""

from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any, Literal
from urllib.parse import quote

DESCRIPTION_LIMIT = 500

Kind = Literal[
    "check_failure",
    "floor_breach",
    "run_failure",
    "budget",
    "unknown_sends",
    "unclear_batch",
    "freshness",
    "held_queue",
]
Key = tuple[str | None, ...]
KEY = ("kind", "run_id", "asset", "check", "partition", "subject")


@dataclass(frozen=True, slots=True)
class Alert:
    """One line of alerts.jsonl. `time` is when it was noted: ISO 8601, UTC. Null where it does not apply.

    `check` may name several, apart by ", ". `subject` is what it is about where that is no check of a run; it
    is told again only when that changes.
    """

    time: str
    kind: Kind
    severity: Literal["WARN", "ERROR"]
    description: str
    run_id: str | None = None
    asset: str | None = None
    check: str | None = None
    partition: str | None = None
    subject: str | None = None
    records: int | None = None
    owner: str | None = None
    command: str | None = None

    @property
    def key(self) -> Key:
        """What is never alerted twice."""
        return tuple(getattr(self, name) for name in KEY)

    @property
    def title(self) -> str:
        """What and where, in one line."""
        what = f"{self.asset}.{self.check}" if self.check else self.asset or self.subject or "run"
        where = f" {self.partition}" if self.partition else ""
        return f"{self.severity} {self.kind.replace('_', ' ')}: {what}{where}"

    def link(self, ui_url: str) -> str:
        """The page of Dagster's UI that shows it."""
        base = ui_url.rstrip("/")
        if self.asset and self.check:
            first = self.check.partition(", ")[0]
            return f"{base}/assets/{quote(self.asset)}?view=checks&checkDetail={quote(first)}"
        if self.run_id:
            return f"{base}/runs/{self.run_id}"
        if self.asset and self.partition:
            return f"{base}/assets/{quote(self.asset)}?view=partitions&partition={quote(self.partition)}"
        return f"{base}/assets/{quote(self.asset)}" if self.asset else base

    def text(self, ui_url: str | None) -> str:
        """All a person needs, a line each."""
        lines = [
            self.description,
            f"records: {self.records}" if self.records is not None else None,
            f"owner: {self.owner or 'nobody'}",
            f"look: {self.link(ui_url)}" if ui_url else None,
            f"run: {self.command}" if self.command else None,
        ]
        return "\n".join(line for line in lines if line)

    def as_json(self, ui_url: str | None) -> dict[str, Any]:
        return asdict(self) | {"link": self.link(ui_url) if ui_url else None}


def instant(seconds: float) -> str:
    """ISO 8601, UTC, of seconds since 1970."""
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="milliseconds")


def short(text: str) -> str:
    """One line, of bounded length."""
    return " ".join(text.split())[:DESCRIPTION_LIMIT]
