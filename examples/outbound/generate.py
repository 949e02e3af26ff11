"""Make the sample's directories and lead files from a seed. The same seed gives the same bytes.

python examples/outbound/generate.py [--seed N] [--out FOLDER] [--days N] [--leads N]
"""

import argparse
import csv
import random
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import yaml
from chamber import make_chamber
from companies import Company, Vocabulary, make_companies, plain

from resources.lead_file import CANONICAL_COLUMNS

HERE = Path(__file__).parent
SEED = 20260302
MONDAY, DAYS, LEADS_A_DAY, REPEATED_A_DAY = date(2026, 3, 2), 5, 200, 8

COMPANY_COLUMNS = ["id", "name", "city", "region", "country", "industry", "tickers", "website", "employees"]
CHAMBER_COLUMNS = ["member", *COMPANY_COLUMNS[1:], "register_id", "confirmed"]
ALIAS_COLUMNS = ["id", "name", "start_date", "end_date"]

# Of 100 leads: from which companies, by what their company can be told, consent, what they write.
COMPANY = {"known": 84, "strangers": 12, "homonyms": 4}
TOLD_BY = {"mail": 48, "site": 14, "name": 20, "former name": 8, "ticker": 8, "mail alone": 2}
CONSENT = {"opted_in": 50, "yes": 8, "Opted-in": 4, "true": 3, "opted_out": 10, "no": 5, "": 20}
MESSAGES = {None: 75, "buying": 8, "curious": 6, "support": 4, "objection": 5, "nasty": 2}

Row = dict[str, str]


def weighted(rng: random.Random, shares: dict[Any, int]) -> Any:
    return rng.choices(list(shares), list(shares.values()))[0]


def as_written(rng: random.Random, company: Company) -> str:
    """A company's name as a person would type it into a form."""
    styles: list[Callable[[], str]] = [
        lambda: f"{company.name} {company.legal_form}",
        lambda: f"{company.name}, {company.legal_form.rstrip('.')}",
        lambda: company.name,
        lambda: company.name.upper(),
        lambda: company.name.lower(),
        lambda: company.name.replace("&", "and"),
        lambda: f"  {company.name} {company.legal_form.upper()}",
    ]
    return rng.choice(styles)()


def make_person(rng: random.Random, words: Vocabulary, host: str) -> Row:
    first, last = rng.choice(words["first_names"]), rng.choice(words["last_names"])
    local = rng.choice([f"{plain(first)}.{plain(last)}", f"{plain(first)[:1]}{plain(last)}"])
    title = rng.choice(words["titles"])
    return {"first_name": first, "last_name": last, "title": title, "email": f"{local}@{host}"}


def make_lead(rng: random.Random, words: Vocabulary, company: Company) -> Row:
    """A lead with all but its id."""
    told_by, topic = weighted(rng, TOLD_BY), weighted(rng, MESSAGES)
    host = company.host if told_by in ("mail", "mail alone") else rng.choice(words["freemail"])
    row = dict.fromkeys(CANONICAL_COLUMNS, "") | make_person(rng, words, host)
    if told_by == "ticker" and company.tickers:
        row["ticker"] = rng.choice([company.tickers, company.tickers.lower()])
    elif told_by == "former name" and company.former_name:
        row["company"] = company.former_name
    elif told_by != "mail alone":
        row["company"] = as_written(rng, company)
    if told_by == "site":
        row["domain"] = rng.choice([company.host, f"https://www.{company.host}/about", company.host.upper()])
    if rng.random() < 0.8:
        row |= {key: company.place[key] for key in ("city", "region", "country")}
    if rng.random() < 0.85:
        row["timezone"] = company.place["timezone"]
    row["message"] = rng.choice(words["messages"][topic]) if topic else ""
    row["source"], row["consent"] = rng.choice(words["sources"]), weighted(rng, CONSENT)
    return row


def make_day(
    rng: random.Random,
    words: Vocabulary,
    pools: Mapping[str, list[Company]],
    day: date,
    earlier: list[Row],
    leads: int,
) -> list[Row]:
    """A day's rows. Some are contacts of an earlier day (on the first, of the same) under a new id."""
    rows = [make_lead(rng, words, rng.choice(pools[weighted(rng, COMPANY)])) for _ in range(leads)]
    half = leads // 2
    for index in rng.sample(range(half, leads), REPEATED_A_DAY):
        rows[index] = dict(rng.choice(earlier or rows[:half]))
    for number, row in enumerate(rows, start=1):
        row["lead_id"] = f"{day:%m%d}-{number:03}"
    earlier.extend(dict(row) for row in rows)
    spoil(rng, rows)
    return rows


def spoil(rng: random.Random, rows: list[Row]) -> None:
    """Rows that cannot be accepted, as every real file has them; and one address that is none."""
    doubled, *others = rng.sample(range(1, len(rows)), 5)
    rows[doubled]["lead_id"] = rows[doubled - 1]["lead_id"]
    nameless = dict.fromkeys(("company", "domain", "email", "ticker"), "")
    changes = (nameless, {"consent": "maybe"}, {"timezone": "Central time"}, {"email": "not an address"})
    for index, change in zip(others, changes, strict=True):
        rows[index] |= change


def write(path: Path, header: Sequence[str], rows: Iterable[Row]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, header, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def make_aliases(rng: random.Random, companies: Iterable[Company]) -> list[Row]:
    """The former names, each in use until some day between 2012 and 2024."""
    return [
        {
            "id": company.id,
            "name": company.former_name,
            "start_date": "",
            "end_date": str(date(2012, 1, 1) + timedelta(days=rng.randrange(4500))),
        }
        for company in companies
        if company.former_name
    ]


def generate(seed: int, out: Path, days: int = DAYS, leads: int = LEADS_A_DAY) -> None:
    """`days` from MONDAY on, each of `leads` rows (16 or more)."""
    rng = random.Random(seed)
    words = yaml.safe_load((HERE / "vocabulary.yaml").read_text("utf-8"))
    companies = make_companies(rng, words)
    known = [company for company in companies if company.id]
    names = [company.name for company in known]
    pools = {
        "known": known,
        "strangers": [company for company in companies if not company.id],
        "homonyms": [company for company in known if names.count(company.name) > 1],
    }
    write(out / "directory.csv", COMPANY_COLUMNS, (company.row() for company in known))
    write(out / "former_names.csv", ALIAS_COLUMNS, make_aliases(rng, known))
    apart = random.Random(f"{seed} chamber")  # the leads stay the same, whatever the chamber says
    write(out / "chamber.csv", CHAMBER_COLUMNS, make_chamber(apart, words, companies))
    earlier: list[Row] = []
    for day in (MONDAY + timedelta(days=number) for number in range(days)):
        rows = make_day(rng, words, pools, day, earlier, leads)
        write(out / "leads" / f"{day}.csv", CANONICAL_COLUMNS, rows)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--out", type=Path, default=HERE)
    parser.add_argument("--days", type=int, default=DAYS)
    parser.add_argument("--leads", type=int, default=LEADS_A_DAY, help="rows a day")
    arguments = parser.parse_args()
    generate(arguments.seed, arguments.out, arguments.days, arguments.leads)
