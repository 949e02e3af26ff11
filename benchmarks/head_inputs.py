"""A directory and a lead file of any size, from a seed: the same arguments give the same bytes.

Names are invented unless a CSV file with `name` and `country` columns is given.
"""

import csv
import gzip
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product
from pathlib import Path

import yaml

SEED = 20260302
MOST_COMPANIES = 20_000
# Of 100 leads: how their company is told. Strangers are in no directory.
TOLD_BY = {"mail": 40, "site": 14, "exact name": 14, "typed name": 14, "ticker": 6, "stranger": 12}
TITLES = ("CFO", "Head of Finance", "Accounts Payable Manager", "Operations Director", "Student", "Engineer")
SOURCES = ("webinar", "referral", "trade fair", "web form", "")
CONSENT = ("opted_in", "opted_in", "opted_in", "opted_out", "")
INDUSTRIES = (
    "Application Software",
    "State Commercial Banks",
    "Health Care Facilities",
    "Packaged Foods",
    "",
)
PLACES = (
    ("New York", "NY", "US", "America/New_York"),
    ("Austin", "TX", "US", "America/Chicago"),
    ("London", "England", "GB", "Europe/London"),
    ("Munich", "Bavaria", "DE", "Europe/Berlin"),
)
LEAD_COLUMNS = (
    "lead_id", "company", "domain", "email", "first_name", "last_name", "title", "city", "region", "country",
    "ticker", "message", "source", "consent", "timezone",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Company:
    name: str
    host: str
    ticker: str
    place: tuple[str, str, str, str]
    industry: str
    employees: int


@dataclass(frozen=True, slots=True)
class Inputs:
    """Where the files of one benchmark lie."""

    leads: Path
    directory: Path


def write_inputs(folder: Path, leads: int, names: Path | None = None, seed: int = SEED) -> Inputs:
    """`leads` rows over at most 20,000 companies. Raises OSError or KeyError for an unfit `names` file."""
    rng = random.Random(seed)
    folder.mkdir(parents=True, exist_ok=True)
    companies = _companies(rng, names)
    directory = _write_directory(folder, companies)
    path = folder / "leads.csv"
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(LEAD_COLUMNS)
        writer.writerows(_lead(rng, number, rng.choice(companies)) for number in range(leads))
    return Inputs(path, directory)


def _companies(rng: random.Random, names: Path | None) -> list[Company]:
    found = _invented(rng) if names is None else _read_names(names)
    return [
        Company(
            name,
            f"{_label(name)}{number}.example",
            f"T{number:05}",
            rng.choice(PLACES),
            rng.choice(INDUSTRIES),
            rng.choice((12, 80, 450, 2500, 30000)),
        )
        for number, name in enumerate(dict.fromkeys(found))
    ][:MOST_COMPANIES]


def _label(name: str) -> str:
    return "".join(letter for letter in name.lower() if letter.isascii() and letter.isalnum())[:20]


def _invented(rng: random.Random) -> Iterator[str]:
    starts = (
        "Quilm",
        "Brast",
        "Vendr",
        "Orsk",
        "Telv",
        "Harb",
        "Mirn",
        "Calth",
        "Drev",
        "Felsk",
        "Gorm",
        "Hald",
    )
    ends = ("ara", "ette", "ion", "imere", "wick", "holm", "dale", "stead", "ora", "una", "field", "ridge")
    trades = (
        "Software",
        "Bank",
        "Medical",
        "Foods",
        "Logistics",
        "Media",
        "Energy",
        "Capital",
        "Health",
        "Steel",
    )
    middle = ("", " North", " Pacific", " United", " General", " First")
    made = [f"{s}{e}{m} {t}" for s, e, m, t in product(starts, ends, middle, trades)]
    rng.shuffle(made)
    yield from made


def _read_names(path: Path) -> Iterator[str]:
    opened = gzip.open if path.suffix == ".gz" else open
    with opened(path, "rt", encoding="utf-8", newline="") as stream:  # type: ignore[operator]
        for row in csv.DictReader(stream):
            if len(row["name"]) > 1:
                yield row["name"]


def _write_directory(folder: Path, companies: Sequence[Company]) -> Path:
    columns = ["id", "name", "city", "region", "country", "industry", "tickers", "website", "employees"]
    with (folder / "directory.csv").open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(columns)
        for number, one in enumerate(companies):
            website = f"https://www.{one.host}/"
            place = one.place[:3]
            writer.writerow(
                [f"c{number}", one.name, *place, one.industry, one.ticker, website, one.employees]
            )
    spec = {
        "source": "benchmark-registry",
        "file": "directory.csv",
        "as_of": "2026-02-01",
        "licence": "CC0-1.0",
        "columns": {name: name for name in columns},
    }
    path = folder / "directory.yaml"
    path.write_text(yaml.safe_dump(spec), "utf-8")
    return path


def _lead(rng: random.Random, number: int, company: Company) -> list[str]:
    told_by = rng.choices(list(TOLD_BY), list(TOLD_BY.values()))[0]
    row = dict.fromkeys(LEAD_COLUMNS, "")
    row["lead_id"] = f"b{number:07}"
    host = company.host if told_by == "mail" else "freemail.example"
    row["email"] = f"person.{number}@{host}"
    row["first_name"], row["last_name"] = "Sam", f"Lead{number % 977}"
    row["title"], row["source"], row["consent"] = rng.choice(TITLES), rng.choice(SOURCES), rng.choice(CONSENT)
    row["city"], row["region"], row["country"], row["timezone"] = company.place
    match told_by:
        case "mail" | "exact name":
            row["company"] = company.name
        case "site":
            row["domain"] = f"www.{company.host}"
        case "typed name":
            row["company"] = _typed(rng, company.name)
        case "ticker":
            row["ticker"] = company.ticker
        case _:
            row["company"] = f"Zzyx {company.name[::-1].title()} {number}"
    return [row[name] for name in LEAD_COLUMNS]


def _typed(rng: random.Random, name: str) -> str:
    """A name with one slip of the fingers, or its last word left out."""
    words = name.split()
    if len(words) > 2 and rng.random() < 0.3:
        return " ".join(words[:-1])
    at = rng.randrange(1, max(2, len(name) - 1))
    return name[: at - 1] + name[at : at + 1] + name[at - 1 : at] + name[at + 1 :]
