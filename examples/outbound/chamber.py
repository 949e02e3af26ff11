"""The sample's second directory: a chamber's list of the same companies that disagrees in known ways."""

import random
from collections.abc import Sequence
from datetime import date, timedelta

from companies import Company, Vocabulary, one_of, plain

LISTED, UNLISTED = 150, 6
REGISTER_OF = date(2026, 2, 1)
# Of 100 rows: what a row says otherwise than the register does.
SAYS = {
    "the same": 44,
    "in other words": 12,
    "another headcount": 10,
    "another city": 8,
    "another industry": 6,
    "another site": 7,
    "former name": 6,
    "a ticker that passed on": 5,
    "a number nobody has": 2,
}
# Of 100 rows: how many days before the register's date a row was last confirmed.
CONFIRMED = {(1, 25): 60, (60, 300): 25, (500, 900): 10, (1500, 1900): 5}

Row = dict[str, str]


def make_chamber(rng: random.Random, words: Vocabulary, companies: Sequence[Company]) -> list[Row]:
    """Rows about half of the register's companies, then about some that the register does not have."""
    known = sorted(rng.sample([c for c in companies if c.id], LISTED), key=lambda company: company.id)
    strangers = [company for company in companies if not company.id][:UNLISTED]
    listed = [company for company in known if company.tickers]
    rows = [_row(rng, words, company, listed) for company in known]
    rows += [_confirmed(rng, company) for company in strangers]
    return [row | {"member": f"CH-{number:03}"} for number, row in enumerate(rows, start=1)]


def _row(rng: random.Random, words: Vocabulary, company: Company, listed: Sequence[Company]) -> Row:
    says = rng.choices(list(SAYS), list(SAYS.values()))[0]
    row = _confirmed(rng, company)
    match says:
        case "in other words":
            row |= {"name": row["name"].upper(), "city": row["city"].upper(), "country": _country(row)}
        case "another headcount" if row["employees"]:
            row["employees"] = str(int(row["employees"]) * rng.choice([2, 3]))
        case "another city":
            places = [place for place in words["places"] if place["country"] == row["country"]]
            place = one_of(rng, places)
            row |= {key: place[key] for key in ("city", "region")}
        case "another industry":
            row["industry"] = one_of(rng, words["trades"])["industry"]
        case "another site":
            row["website"] = f"https://{plain(company.name)}.test"
        case "former name" if company.former_name:
            row["name"] = company.former_name
        case "a ticker that passed on":
            row["tickers"] = rng.choice([one for one in listed if one.id != company.id]).tickers
    # A row that cannot be joined by its site says whose it is by the register's number.
    if says == "another site" or not row["website"]:
        row["register_id"] = company.id
    if says == "a number nobody has":
        row["register_id"] = "SR9999"
    return row


def _confirmed(rng: random.Random, company: Company) -> Row:
    """The register's row, without its number, as the chamber confirmed it some time before."""
    row = company.row()
    del row["id"]
    first, last = rng.choices(list(CONFIRMED), list(CONFIRMED.values()))[0]
    return row | {"register_id": "", "confirmed": str(REGISTER_OF - timedelta(days=rng.randint(first, last)))}


def _country(row: Row) -> str:
    names = {"US": "United States", "GB": "United Kingdom", "DE": "Germany", "BR": "Brazil"}
    return names.get(row["country"], row["country"])
