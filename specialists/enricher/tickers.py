"""Tickers that have passed to another company: the older row's ticker is no value and, alone, no evidence."""

from collections.abc import Iterable
from datetime import date

from resources.company_names import alike, ticker_key
from resources.directory.hits import Hit, Reassigned
from specialists.enricher.policy import policy
from specialists.enricher.same_value import country_code


def passed_on(hit: Hit, partition: date) -> list[Reassigned]:
    """The row's tickers that had passed to another company by this date, and to whom.

    A company of a like name is the same one in a directory that was not joined; one in another country is
    listed at another exchange.
    """
    return [
        told
        for told in hit.reassigned
        if told.as_of <= partition
        and not alike(hit.name, told.name, policy().generic_words)
        and not (hit.country and told.country and country_code(hit.country) != country_code(told.country))
    ]


def former_holders(hits: Iterable[Hit], ticker: str | None, partition: date) -> list[Hit]:
    """The rows that the ticker points at although it had passed on by this date."""
    key = ticker_key(ticker) if ticker else None
    return [
        hit
        for hit in hits
        if "ticker" in hit.how and any(told.ticker == key for told in passed_on(hit, partition))
    ]
