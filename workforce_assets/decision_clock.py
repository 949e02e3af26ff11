"""The decision clock: the instant a run decides by. A run's argument, never a call to the wall clock."""

from datetime import UTC, datetime
from typing import Any, Protocol

import dagster as dg
from pydantic import Field

from resources.campaign import parse_instant


class RunContext(Protocol):
    """What assets and checks have in common."""

    @property
    def instance(self) -> dg.DagsterInstance: ...
    @property
    def run(self) -> dg.DagsterRun: ...


class DecisionClock(dg.ConfigurableResource[Any]):
    """One instant for the whole run, whichever of its steps asks."""

    at: str | None = Field(
        default=None, description="ISO 8601 with offset; default: the instant the run was created"
    )

    def instant(self, context: RunContext) -> datetime:
        """Raises ValueError if `at` has no offset."""
        if self.at is not None:
            return parse_instant(self.at).astimezone(UTC)
        record = context.instance.get_run_record_by_id(context.run.run_id)
        if record is None:
            raise LookupError(f"run {context.run.run_id} is not in this Dagster instance")
        return record.create_timestamp.astimezone(UTC)
