"""Watches the inbox that WORKFORCE_INBOX names: what came back is ingested at every tick."""

from collections import Counter
from datetime import UTC, datetime

import dagster as dg

from resources.errors import OneLineError
from workforce_assets.incoming import ingest
from workforce_assets.settings import Settings


def inbox_sensors(settings: Settings) -> list[dg.SensorDefinition]:
    """One sensor, or none where no inbox is set."""
    return [] if settings.inbox is None else [_sensor(settings, settings.inbox)]


def _sensor(settings: Settings, source: str) -> dg.SensorDefinition:
    @dg.sensor(
        name="inbox",
        minimum_interval_seconds=300,
        description="Ingests bounces, complaints and unsubscriptions; the unclear is held for a person.",
    )
    def sensor(context: dg.SensorEvaluationContext) -> dg.SkipReason:
        try:
            told = list(ingest(settings, source, datetime.now(UTC)))
        except OneLineError as error:  # a mailbox that is not reached is tried again at the next tick
            context.log.error(str(error))
            return dg.SkipReason(str(error))
        new = Counter(one.decision for one in told if one.new)
        return dg.SkipReason(", ".join(f"{count} {name}" for name, count in new.items()) or "nothing new")

    return sensor
