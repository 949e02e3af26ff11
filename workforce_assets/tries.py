"""A run that a sensor requests is requested again where it failed: after a while, and not for ever."""

from datetime import UTC, datetime, timedelta

import dagster as dg

# How Dagster tags a run with the key it was requested by. It never starts a second run of a key.
RUN_KEY_TAG = "dagster/run_key"
# 5, 10, 20 ... minutes after the failure before: the last try is half a day after the first.
TRIES, FIRST_WAIT = 8, timedelta(minutes=5)
# A run that is still under way after so long went with its machine: Dagster does not notice that.
LOST_AFTER = timedelta(days=1)


def next_key(instance: dg.DagsterInstance, key: str, now: datetime) -> str | None:
    """What to request the run by: `key`, with the number of the try from the second on.

    None where it has to wait, or has failed too often: then a person has been told of each failed run.
    """
    for number in range(TRIES):
        tried = f"{key}:{number + 1}" if number else key
        failed_at = _failed_at(instance, tried, now)
        if failed_at is None:
            return tried
        if now - failed_at < FIRST_WAIT * 2**number:
            return None
    return None


def _failed_at(instance: dg.DagsterInstance, key: str, now: datetime) -> datetime | None:
    """None where no run was requested by this key, or it is under way or has succeeded."""
    records = instance.get_run_records(dg.RunsFilter(tags={RUN_KEY_TAG: key}), limit=1)
    if not records or records[0].dagster_run.is_success:
        return None
    ended = records[0].end_time
    last = datetime.fromtimestamp(ended, UTC) if ended else records[0].update_timestamp
    finished = records[0].dagster_run.is_finished
    return last if finished or now - last >= LOST_AFTER else None
