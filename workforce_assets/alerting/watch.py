"""What no check of a run can see: money, sends and batches of unknown end, late cohorts, growing queues."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise

from sqlalchemy import Engine, func, select

from resources.home import Home
from resources.lake import Lake
from resources.store.batches import StoredBatches
from resources.store.engine import reading
from resources.store.migrate import check_version, exists
from resources.store.tables import ledger, spending
from workforce_assets.alerting.alert import Alert, Kind, instant
from workforce_assets.manager import Workforce
from workforce_assets.warehouse import outcomes

BUDGET_LEVELS = (0.8, 1.0)
# A cohort that was handed in longer ago than this should have been through every stage.
PATIENCE = timedelta(hours=6)
# A queue grows when it rose on so many partitions in a row, doubled, and has so many records more.
GROWING_DAYS, GROWING_RECORDS = 4, 20


@dataclass(frozen=True)
class Watch:
    """One workforce, looked at from outside its runs. `now` is the wall clock, UTC."""

    workforce: Workforce
    home: Home
    lake: Lake
    engine: Engine
    now: datetime

    def alerts(self) -> list[Alert]:
        """Everything that stands, told before or not; nothing of a home that was never prepared.

        Raises StoreVersionError on an operations store of another version.
        """
        if not exists(self.engine):
            return []
        check_version(self.engine)
        found = (self._budget, self._unknown_sends, self._unclear_batches, self._freshness, self._held)
        return [alert for look in found for alert in look()]

    def _budget(self) -> Iterator[Alert]:
        """At 80 % and at 100 % of the day's cap. What is reserved counts as spent."""
        cap, spent = self.workforce.card.budget_usd_per_day, spent_usd(self.engine, self.workforce.name)
        for day, usd in spent.items():
            for level in BUDGET_LEVELS:
                if cap and usd >= cap * level * (1 - 1e-9):
                    yield self._alert(
                        "budget",
                        "ERROR" if level >= 1 else "WARN",
                        f"{usd:.2f} of {cap:.2f} USD of {day} are spent or reserved ({level:.0%} reached); "
                        "at 100 % what needs a hosted model is held",
                        partition=day,
                        subject=f"{level:.0%} of {self.workforce.name}'s budget",
                        command="workforce report",
                    )

    def _unknown_sends(self) -> Iterator[Alert]:
        query = (
            select(ledger.c.partition, func.count().label("sends"))
            .where(ledger.c.workforce == self.workforce.name, ledger.c.state == "unknown")
            .group_by(ledger.c.partition)
        )
        with reading(self.engine) as connection:
            found = connection.execute(query).all()
        for row in found:
            yield self._alert(
                "unknown_sends",
                "ERROR",
                f"{row.sends} sends may or may not have arrived; none is tried again by itself",
                asset=self.workforce.assets[-1],
                partition=row.partition,
                subject=f"{row.sends} unknown sends",
                records=row.sends,
                command=f"workforce ledger list --workforce {self.workforce.name} --state unknown",
            )

    def _unclear_batches(self) -> Iterator[Alert]:
        """Paid for, perhaps, and nobody knows: each waits for a person's word."""
        book = StoredBatches(self.engine, self.workforce.name)
        made = {line.by: line.asset for line in self.workforce.stages}
        for batch in book.batches("unclear"):
            waiting = book.fates(batch.id).get("open", 0)
            yield self._alert(
                "unclear_batch",
                "ERROR",
                f"nobody can tell what became of batch {batch.known_as} ({batch.detail}); "
                f"{waiting} records wait for `workforce batches settle {batch.id}`",
                asset=made.get(batch.specialist),
                partition=batch.partition,
                subject=f"batch {batch.id}",
                records=waiting,
                command="workforce batches list",
            )

    def _freshness(self) -> Iterator[Alert]:
        """Cohorts that were handed in and have not come through."""
        last = self.workforce.assets[-1]
        made = set(self.lake.partitions(last))
        for card in sorted(self.home.cohorts.glob("*/cohort.yaml")):
            day = card.parent.name
            handed_in = datetime.fromtimestamp(card.stat().st_mtime, UTC)
            if day not in made and self.now - handed_in > PATIENCE:
                yield self._alert(
                    "freshness",
                    "ERROR",
                    f"the cohort was handed in at {handed_in:%Y-%m-%d %H:%M} UTC and {last} has no partition",
                    asset=last,
                    partition=day,
                    subject=f"waiting since {handed_in:%Y-%m-%d %H:%M}",
                    command=f"workforce backfill {self.workforce.name} --from {day} --to {day}",
                )

    def _held(self) -> Iterator[Alert]:
        for asset in self.workforce.assets[1:]:
            held = self._held_by_day(asset)
            days = sorted(held)[-GROWING_DAYS:]
            counts = [held[day] for day in days]
            if len(days) == GROWING_DAYS and _grows(counts):
                yield self._alert(
                    "held_queue",
                    "WARN",
                    f"held on the last {GROWING_DAYS} partitions: {', '.join(map(str, counts))}",
                    asset=asset,
                    partition=days[-1],
                    subject="held records grow",
                    records=counts[-1],
                    command="workforce status",
                )

    def _held_by_day(self, asset: str) -> dict[str, int]:
        held = dict.fromkeys(self.lake.partitions(asset), 0)
        for row in outcomes(self.lake, asset):
            if row["disposition"] == "held":
                held[row["partition"]] += row["rows"]
        return held

    def _alert(self, kind: Kind, severity: str, description: str, **more: object) -> Alert:
        values: Mapping[str, object] = {
            "time": instant(self.now.timestamp()),
            "kind": kind,
            "severity": severity,
            "description": description,
            "owner": self.workforce.card.owner,
            **more,
        }
        return Alert(**values)  # type: ignore[arg-type]


def spent_usd(engine: Engine, workforce: str) -> dict[str, float]:
    """US dollars spent or reserved, by UTC day (ISO 8601) of the decision clock."""
    query = (
        select(spending.c.day, func.sum(spending.c.nanodollars).label("nanodollars"))
        .where(spending.c.workforce == workforce)
        .group_by(spending.c.day)
    )
    with reading(engine) as connection:
        return {row.day: int(row.nanodollars) / 1e9 for row in connection.execute(query)}


def _grows(counts: list[int]) -> bool:
    rises = all(before < after for before, after in pairwise(counts))
    first, last = counts[0], counts[-1]
    return rises and last >= 2 * first and last - first >= GROWING_RECORDS
