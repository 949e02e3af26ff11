"""Column types that behave the same on SQLite and PostgreSQL."""

import json
from datetime import UTC, datetime

from sqlalchemy import DateTime, Dialect, Text
from sqlalchemy.types import TypeDecorator


class Instant(TypeDecorator[datetime]):
    """An instant, always UTC and timezone-aware. Raises ValueError on a naive datetime."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"{value} has no time zone; an instant in the store needs one")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class AnyText(TypeDecorator[str]):
    r"""Text from outside, which may hold what a database refuses: NUL (PostgreSQL), lone surrogates (both).

    Stored with JSON's escapes, so ordinary ids read as they are and every text comes back as it was.
    """

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        if value is None or _is_plain(value):
            return value
        return json.dumps(value)[1:-1]

    def process_result_value(self, value: str | None, dialect: Dialect) -> str | None:
        if value is None or "\\" not in value:
            return value
        return str(json.loads(f'"{value}"'))


def _is_plain(text: str) -> bool:
    """Whether its JSON escapes would be the text itself; most ids are, and escaping every one is slow."""
    return text.isascii() and text.isprintable() and '"' not in text and "\\" not in text
