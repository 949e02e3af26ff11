"""Rate limits that hold for all processes together: a sliding window over the slots in the operations store.

A slot is taken in the transaction that writes a send's intent, and the message goes out at once. The window
looks back one second more than the minute, which is what "at once" may take.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import Connection, delete, insert, select

from resources.store.entries import Intent, Wait
from resources.store.tables import send_slots

_WINDOW = timedelta(seconds=61)
_ALL = ""


def wall_clock() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class RateLimits:
    """Sends in any minute, by all of a workforce and to one recipient domain. None: as fast as it goes.

    `clock` is the wall clock: a rate is about when messages go out, not about what a run decides by.
    """

    per_minute: int | None = None
    per_minute_per_domain: int | None = None
    clock: Callable[[], datetime] = wall_clock

    @property
    def limited(self) -> bool:
        return self.per_minute is not None or self.per_minute_per_domain is not None


class Slots:
    """One transaction's view of the window. Everything is read once, and written once."""

    def __init__(self, connection: Connection, workforce: str, limits: RateLimits) -> None:
        self._connection, self._workforce, self._limits = connection, workforce, limits
        self._now = limits.clock()
        self._taken: list[str] = []
        self._at: dict[str, list[datetime]] = self._read() if limits.limited else {}

    def take(self, intent: Intent) -> Wait | None:
        """A slot for this send, or how long to wait for one."""
        domain = domain_of(intent)
        longest = max(
            self._wait(_ALL, self._limits.per_minute),
            self._wait(domain, self._limits.per_minute_per_domain),
        )
        if longest > 0:
            return Wait(longest)
        for name in (_ALL, domain):
            self._at.setdefault(name, []).append(self._now)
        self._taken.append(domain)
        return None

    def keep(self) -> None:
        """Write what was taken, and forget what no window looks back on any more."""
        if not self._limits.limited:
            return
        old = send_slots.c.at <= self._now - _WINDOW
        self._connection.execute(delete(send_slots).where(send_slots.c.workforce == self._workforce, old))
        if self._taken:
            rows = [
                {"workforce": self._workforce, "domain": domain, "at": self._now} for domain in self._taken
            ]
            self._connection.execute(insert(send_slots), rows)

    def _read(self) -> dict[str, list[datetime]]:
        since = self._now - _WINDOW
        query = (
            select(send_slots.c.domain, send_slots.c.at)
            .where(send_slots.c.workforce == self._workforce, send_slots.c.at > since)
            .order_by(send_slots.c.at)
        )
        found: dict[str, list[datetime]] = {}
        for row in self._connection.execute(query):
            for name in (_ALL, row.domain):
                found.setdefault(name, []).append(row.at)
        return found

    def _wait(self, name: str, limit: int | None) -> float:
        """Seconds until the window holds fewer than `limit` slots; 0 where it does now."""
        at = self._at.get(name, [])
        if limit is None or len(at) < limit:
            return 0.0
        return max((at[-limit] + _WINDOW - self._now).total_seconds(), 0.001)


def domain_of(intent: Intent) -> str:
    return intent.key.contact.rpartition("@")[2]
