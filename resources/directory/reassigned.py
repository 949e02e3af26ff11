"""Tickers that have passed on: a row's ticker that a fresher row gives to another company."""

from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence
from datetime import date

from resources.directory.hits import Reassigned
from resources.directory.joining import Companies

# Of fresher holders so many are told: a column of "N/A" would else pair every company with every other.
_TOLD = 3


def reassigned_tickers(
    by_ticker: Mapping[str, Sequence[int]],
    companies: Companies,
    as_of: Callable[[int], date],
    holds: Callable[[int, str], Reassigned],
) -> Mapping[int, tuple[Reassigned, ...]]:
    """Row -> what fresher rows of other companies say of its tickers, the oldest of them first.

    A company whose own freshest row with the ticker is as fresh still has it.
    """
    found: dict[int, tuple[Reassigned, ...]] = {}
    for ticker, rows in by_ticker.items():
        latest: dict[int, date] = {}
        ordered = sorted(rows, key=as_of)
        for row in ordered:
            latest[companies.first(row)] = as_of(row)
        for row in rows if len(latest) > 1 else ():
            start = bisect_right(ordered, latest[companies.first(row)], key=as_of)
            later = ordered[start : start + _TOLD]
            if later:
                found[row] = (*found.get(row, ()), *(holds(other, ticker) for other in later))
    return found
