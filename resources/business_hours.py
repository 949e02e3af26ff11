"""Business hours where the recipient is: local time, weekday, and the country's public holidays.

Countries are ISO 3166-1 (pycountry), holidays national ones (holidays), zones IANA (zoneinfo, and pytz for
which zones a country has).
"""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo

import holidays
import pycountry
import pytz

# Exceptionally reserved in ISO 3166-1 for the United Kingdom, and what people write.
_RESERVED = {"uk": "GB"}
_LONGEST_CLOSURE = timedelta(days=60)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a recipient is: the zone for the clock, the country (ISO 3166-1 alpha-2) for holidays."""

    zone: ZoneInfo
    country: str


class PlaceUnknown(ValueError):
    """The recipient's local time or holidays cannot be known; says which, and why."""


@dataclass(frozen=True, slots=True)
class BusinessHours:
    """Open from `opens` until just before `closes` on `weekdays` (0 is Monday), local wall-clock time."""

    opens: time
    closes: time
    weekdays: frozenset[int]

    def next_open(self, at: datetime, place: Place) -> datetime:
        """`at` itself if it is within business hours, else the first instant after it that is.

        Raises PlaceUnknown if the country's holiday calendar is unknown, or never leaves a day open.
        """
        local = at.astimezone(place.zone)
        if self._is_workday(local.date(), place.country) and self.opens <= local.time() < self.closes:
            return at
        day = local.date() if local.time() < self.opens else local.date() + timedelta(days=1)
        last = day + _LONGEST_CLOSURE
        while day <= last:
            if self._is_workday(day, place.country):
                return datetime.combine(day, self.opens, place.zone)
            day += timedelta(days=1)
        raise PlaceUnknown(f"no working day in {place.country} up to {last}")

    def _is_workday(self, day: date, country: str) -> bool:
        return day.weekday() in self.weekdays and day not in _public_holidays(country, day.year)


def place_of(timezone: str | None, country: str | None, at: datetime) -> Place:
    """Where a contact with this `timezone` (IANA) and `country` (ISO 3166-1 code or name) is at `at`.

    Without a zone, the country's own, if all its zones show the same time at that instant. Without a
    country, the one the zone lies in. Raises PlaceUnknown.
    """
    code = country_code(country) if country else _country_of_zone(timezone)
    if timezone:
        zone = _zone(timezone)
    elif code:
        zone = _only_zone(code, at)
    else:
        raise PlaceUnknown(f"time zone unknown: no time zone is given, and {_unknown(country)}")
    if code is None:
        raise PlaceUnknown(
            f"public holidays unknown: {zone.key} is in no one country, and {_unknown(country)}"
        )
    return Place(zone, code)


@cache
def country_code(text: str) -> str | None:
    """ISO 3166-1 alpha-2 of a code or an exact name (any case), else None. Nothing is guessed."""
    name = text.strip()
    if name.casefold() in _RESERVED:
        return _RESERVED[name.casefold()]
    try:
        return str(pycountry.countries.lookup(name).alpha_2)
    except LookupError:
        return None


def _zone(timezone: str) -> ZoneInfo:
    try:
        return ZoneInfo(timezone.strip())
    except (ValueError, OSError, LookupError):  # not found, a path, or a folder of the database
        raise PlaceUnknown(f"time zone unknown: {timezone[:60]!r} is not an IANA time zone") from None


def _only_zone(code: str, at: datetime) -> ZoneInfo:
    zones = [ZoneInfo(name) for name in pytz.country_timezones.get(code, [])]
    offsets = {at.astimezone(zone).utcoffset() for zone in zones}
    if len(offsets) != 1:
        raise PlaceUnknown(f"time zone unknown: {code} has {len(offsets)} different local times")
    return zones[0]


@cache
def _country_of_zone(timezone: str | None) -> str | None:
    codes = [code for code, zones in pytz.country_timezones.items() if timezone and timezone.strip() in zones]
    return codes[0] if len(codes) == 1 else None


@cache
def _public_holidays(country: str, year: int) -> frozenset[date]:
    try:
        return frozenset(holidays.country_holidays(country, years=year))
    except NotImplementedError:
        raise PlaceUnknown(f"public holidays unknown: there is no calendar for {country}") from None


def _unknown(country: str | None) -> str:
    return f"{country[:60]!r} is not a known country" if country else "no country is given"
