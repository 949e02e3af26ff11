"""Consents are recorded as leads come in: who said yes or no, in which day's files, since when."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, date, datetime, time
from typing import Any

from resources.contact_key import InvalidAddress, contact_key
from resources.lead_rows import consent_meant
from resources.store.consents import Consent, Consents

# Recorded in one commit; a commit each would cost more than reading the file.
_BATCH = 1000


def record_consents(
    rows: Iterable[dict[str, Any]], consents: Consents, workforce: str, day: date
) -> Iterator[dict[str, Any]]:
    """Passes the intake's rows on. Their time is the day's start in UTC, so a second run adds nothing."""
    source, at = f"leads of {workforce}, {day.isoformat()}", datetime.combine(day, time(), UTC)
    waiting: list[Consent] = []
    for row in rows:
        given = _consent(row, source, at)
        if given is not None:
            waiting.append(given)
        if len(waiting) == _BATCH:
            consents.record(waiting)
            waiting = []
        yield row
    consents.record(waiting)


def _consent(row: Mapping[str, Any], source: str, at: datetime) -> Consent | None:
    """None where nothing was said, or nobody can be told from the address.

    A no is a no in a rejected row too, where it stands in the file's own word; a yes there is none.
    """
    said = consent_meant(row["consent"])
    if said != "opted_out" and (said != "opted_in" or row["disposition"] != "done"):
        return None
    try:
        return Consent(contact_key(row["email"] or ""), said, source, at)
    except InvalidAddress:
        return None
