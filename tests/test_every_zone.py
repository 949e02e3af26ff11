"""No send outside business hours: every IANA zone, its clock changes, ten countries' holidays, any clock.

`make test` takes every 9th zone and country; WORKFORCE_CAMPAIGN=1 (`make campaign`) all of them.
"""

import os
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from email.utils import parsedate_to_datetime
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo, available_timezones

import holidays
from sqlalchemy import Engine

from resources.business_hours import Place
from specialists.sender.policy import policy
from tests.test_sender import ADA, world

pytest_plugins = ["tests.store_fixtures"]

COUNTRIES = ("DE", "FR", "GB", "US", "BR", "JP", "IN", "AU", "ZA", "AE")
YEAR = 2026
EVERY = 1 if os.environ.get("WORKFORCE_CAMPAIGN") else 9
STEP = timedelta(minutes=30)


@cache
def closed_days(country: str) -> frozenset[date]:
    """By the holidays library's own class for the country, over all years that a case can reach."""
    calendar = getattr(holidays, country)(years=range(YEAR - 1, YEAR + 2))
    return frozenset(calendar.keys())


def is_open(second: float, zone: str, country: str) -> bool:
    """The test's own decision: nine to five, Monday to Friday, no public holiday, by the wall's clock."""
    wall = datetime.fromtimestamp(second, ZoneInfo(zone))
    return wall.isoweekday() <= 5 and 9 <= wall.hour < 17 and wall.date() not in closed_days(country)


@cache
def changes(zone: str) -> list[date]:
    """The local days of the year on which the clocks change; where none do, those of central Europe."""
    noons = [datetime(YEAR, 1, 1, 12, tzinfo=UTC) + timedelta(days=n) for n in range(365)]
    offsets = [noon.astimezone(ZoneInfo(zone)).utcoffset() for noon in noons]
    found = [noons[n].date() for n in range(1, 365) if offsets[n] != offsets[n - 1]]
    return found[:4] or [date(YEAR, 3, 29), date(YEAR, 10, 25)]


def cases() -> Iterator[tuple[str, str, datetime]]:
    """Every zone and country: each half hour, and the second before, of two days from each change on (the
    change itself is mostly a Sunday), and of one public holiday that is no weekend."""
    for number, zone in enumerate(sorted(available_timezones() - {"localtime"})):
        for other, country in enumerate(COUNTRIES):
            if (number * len(COUNTRIES) + other) % EVERY:
                continue
            feasts = sorted(day for day in closed_days(country) if day.year == YEAR and day.weekday() < 5)
            for day in (*changes(zone), feasts[number % len(feasts)]):
                start = datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(zone)).astimezone(UTC)
                for step in range(96 if day not in feasts else 48):
                    yield zone, country, start + step * STEP - timedelta(seconds=step % 2)


def test_nothing_is_sent_outside_business_hours_in_any_zone() -> None:
    """What is open by our code is open by the test's, and the other way round; and what is waited for is."""
    hours, opened, checked = policy().hours(), 0, 0
    for zone, country, at in cases():
        found = hours.next_open(at, Place(ZoneInfo(zone), country))
        now = is_open(at.timestamp(), zone, country)
        assert (found == at) == now, (zone, country, at)
        assert is_open(found.timestamp(), zone, country), (zone, country, at, found)
        if not now:
            assert found > at and not is_open(found.timestamp() - 1, zone, country), (
                zone,
                country,
                at,
                found,
            )
        checked, opened = checked + 1, opened + now
    assert checked > 50_000 and opened > checked / 20


PLACES = {
    "Europe/Berlin": "DE", "America/New_York": "US", "Asia/Tokyo": "JP", "Pacific/Auckland": "NZ",
    "America/Sao_Paulo": "BR", "Asia/Kolkata": "IN",
}  # fmt: skip


def test_a_clock_that_is_set_back_or_forward_sends_nothing_twice_and_nothing_out_of_hours(
    store: Engine, tmp_path: Path
) -> None:
    """Two hours back, three days forward, and back again. The oracle is the mailbox: each message's time, by
    the clock where its recipient is."""
    people = {f"p{n}@x{n}.example": zone for n, zone in enumerate(PLACES)}
    contacts = [replace(ADA, email=to, timezone=zone, country=PLACES[zone]) for to, zone in people.items()]
    there = world(store, tmp_path, *contacts)
    first = datetime(2026, 3, 2, 8, 30, tzinfo=UTC)
    back, forward = timedelta(hours=-2), timedelta(days=3)
    for at in (first, first + back, first + forward, first + forward + back, first, first + 7 * STEP):
        for hours in (0, 6, 12):
            there.run(at + timedelta(hours=hours))
    sent = [(str(mail["To"]), parsedate_to_datetime(mail["Date"])) for mail in there.outbox()]
    assert sorted(to for to, _ in sent) == sorted(people)
    for to, at in sent:
        assert is_open(at.timestamp(), people[to], PLACES[people[to]]), (to, at)
