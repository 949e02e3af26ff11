"""Three public lists of US companies, joined by identifier, read from a folder that somebody points at.

`sp500` and `edgar_filers` by CIK. `financedatabase_us` by ticker, where the name fits too: its tickers are of
2023, and some belong to others now. Neither city nor industry takes part in joining, so their agreement is
not built in. Hand-made matches (`company_matching/crosswalk`) are not used: some were made by city.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
from rapidfuzz import fuzz

from resources.company_names import name_words, ticker_key
from resources.directory.hits import Hit

SOURCES = ("sp500", "edgar_filers", "financedatabase_us")
# When each source says it was taken.
_AS_OF = {
    "sp500": date(2026, 8, 8),
    "edgar_filers": date(2026, 7, 23),
    "financedatabase_us": date(2023, 2, 20),
}
# Words of two names sorted, 0..100: what the sources' own notes join by.
_ONE_NAME = 90


@dataclass(frozen=True, slots=True)
class Company:
    """One company: source -> its row there."""

    rows: Mapping[str, Hit]

    def get(self, source: str, field: str) -> str | None:
        row = self.rows.get(source)
        return getattr(row, field) if row else None


def load_joined(folder: Path) -> list[Company]:
    """Every EDGAR filer with the rows that the other sources have of it. Raises polars' and OS errors."""
    index = {row["CIK"].zfill(10): row for row in _read(folder / "sp500" / "constituents.csv.gz")}
    names: dict[str, list[str]] = {}
    for row in _read(folder / "edgar_filers" / "edgar_name_history.csv.gz"):
        names.setdefault(row["cik"], []).append(row["name"])
    listings = {
        ticker_key(row["symbol"]): row
        for row in _read(folder / "financedatabase_us" / "us_listings_2023.csv.gz")
    }
    return [
        _company(row, index.get(row["cik"]), listings, [row["name"], *names.get(row["cik"], [])])
        for row in _read(folder / "edgar_filers" / "edgar_filers.csv.gz")
    ]


def _company(
    filer: Mapping[str, Any], member: Mapping[str, Any] | None, listings: Mapping[str, Any], names: list[str]
) -> Company:
    where = {"city": filer["business_city"], "industry": filer["sic_description"]}
    rows = {"edgar_filers": _hit("edgar_filers", filer["cik"], filer["name"], **where)}
    if member is not None:
        city = (member["Headquarters Location"] or "").split(",")[0]
        where = {"city": city, "industry": member["GICS Sub-Industry"]}
        rows["sp500"] = _hit("sp500", member["Symbol"], member["Security"], **where)
    for ticker in (filer["tickers"] or "").split("|"):
        listing = listings.get(ticker_key(ticker))
        if listing is not None and _one_name(listing, names):
            where = {"city": listing["city"], "industry": listing["industry"]}
            name = listing["long_name"] or listing["short_name"]
            rows["financedatabase_us"] = _hit("financedatabase_us", listing["symbol"], name, **where)
            break
    return Company(rows)


def _one_name(listing: Mapping[str, Any], names: list[str]) -> bool:
    written = [listing[name] for name in ("long_name", "short_name") if listing[name]]
    return any(
        fuzz.token_sort_ratio(" ".join(name_words(one)), " ".join(name_words(other))) >= _ONE_NAME
        for one in written
        for other in names
    )


def _hit(source: str, identifier: str, name: str, city: str | None, industry: str | None) -> Hit:
    return Hit(
        source=source,
        id=identifier,
        same_as=f"{source}:{identifier}",
        as_of=_AS_OF[source],
        how=[],
        name=name,
        city=(city or "").strip() or None,
        industry=(industry or "").strip() or None,
    )


def _read(file: Path) -> Iterator[dict[str, Any]]:
    return pl.read_csv(file, infer_schema=False).iter_rows(named=True)
