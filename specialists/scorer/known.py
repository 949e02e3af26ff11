"""The firmographics as plain values, and where each came from."""

from specialists.enricher.schema import Firmographics
from specialists.records import Cited
from specialists.scorer.schema import Known

_MOST_DIGITS = 9


def known_of(firmographics: Firmographics | None) -> Known | None:
    """The usable values; None where nothing beyond a name is known."""
    if firmographics is None or not _says_more_than_a_name(firmographics):
        return None
    return Known(
        country=_text(firmographics.country),
        industry=_text(firmographics.industry),
        website=_text(firmographics.website),
        tickers=tuple(
            filter(None, (part.strip() for part in (_text(firmographics.tickers) or "").split("|")))
        ),
        employees=_count(_text(firmographics.employees)),
    )


def cited(firmographics: Firmographics | None, field: str) -> str:
    """Who says so and as of when, in words: "(register-a, as of 2026-01-31)"."""
    value: Cited | None = getattr(firmographics, field, None)
    return f"({value.source}, as of {value.as_of.isoformat()})" if value else "(no source)"


def _says_more_than_a_name(firmographics: Firmographics) -> bool:
    return any(
        _text(getattr(firmographics, name)) for name in type(firmographics).model_fields if name != "name"
    )


def _text(value: Cited | None) -> str | None:
    return (value.value.strip() or None) if value else None


def _count(text: str | None) -> int | None:
    """Digits only, and above zero: directories write 0 where they do not know."""
    if text is None or not (text.isascii() and text.isdigit() and len(text) <= _MOST_DIGITS):
        return None
    return int(text) or None
