"""The figures of a report, read from the marts."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from resources.errors import InputError

Rows = list[dict[str, Any]]

_TOTALS = """
    select count(*) as days, min(day) as first_day, max(day) as last_day, sum(leads) as leads,
           sum(sent) as sent, sum(held_total) as held, sum(rejected) as rejected, sum(cost_usd) as usd,
           sum(cost_usd) / nullif(sum(leads), 0) as usd_per_lead,
           sum(cost_usd) / nullif(sum(sent), 0) as usd_per_sent_email,
           sum(replies)::bigint as replies, sum(cost_usd) / nullif(sum(replies), 0) as usd_per_reply
    from marts.funnel_daily
    left join (select day, replies from marts.unit_economics) using (day)
    where day > ?
"""
_FUNNEL = """
    select day, campaign, leads, enriched, scored, drafted, sent, held_total as held, cost_usd as usd
    from marts.funnel_daily where day > ? order by day desc limit 14
"""
_QUALITY = "select * from marts.quality_over_time where day > ? order by specialist, day"
_GRADERS = """
    select specialist, grader, sum(outputs)::bigint as outputs, sum(passed)::bigint as passed
    from marts.grader_scorecards
    where day > (select max(day) - 7 from marts.grader_scorecards) and day > ?
    group by specialist, grader
    order by specialist, sum(passed) / sum(outputs), grader
"""


@dataclass(frozen=True)
class Figures:
    """Rows as the marts have them; `totals` is one row."""

    totals: dict[str, Any]
    funnel: Rows
    quality: Rows
    graders: Rows


def read_figures(warehouse: Path, days: int) -> Figures:
    """The last `days` days up to the newest one. Raises InputError where there are no marts yet."""
    if not warehouse.exists():
        raise InputError(warehouse, "there are no marts yet", "run a partition: workforce run ...")
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        newest = connection.execute("select max(day) from marts.funnel_daily").fetchall()[0][0]
        if newest is None:
            raise InputError(warehouse, "the marts hold no day yet", "run a partition: workforce run ...")
        (since,) = connection.execute("select ?::date - ?", [newest, days]).fetchall()[0]
        return Figures(
            totals=_rows(connection, _TOTALS, since)[0],
            funnel=_rows(connection, _FUNNEL, since),
            quality=_rows(connection, _QUALITY, since),
            graders=_rows(connection, _GRADERS, since),
        )


def _rows(connection: duckdb.DuckDBPyConnection, query: str, since: object) -> Rows:
    found = connection.execute(query, [since])
    names = [column[0] for column in found.description]
    return [dict(zip(names, row, strict=True)) for row in found.fetchall()]
