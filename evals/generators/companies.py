"""The invented companies of the held-out directory: a typo of one name is not another name."""

import csv
import io
import random
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from rapidfuzz.distance import Levenshtein

COMPANIES, TWINS, RENAMED = 420, 40, 120
_ONSETS = re.findall("[A-Z][a-z]?", "BBrCClDDrFFlGGrHJKLMNPPrRSSkStTTrVWZ")
_VOWELS, _CODAS = "aeiou", re.findall(r"\w+", "b d lk ll m n nd ng p r rn rst s t v x")
_ENDS = re.findall(
    r"\w+",
    "acre anby ardo elle endish erton esco iana iford ingham isle ocott ombe onnet orpe umere undel ward",
)
_APART = 3
TRADES = (
    ("Brewing", "Beverages - Brewers"),
    ("Looms", "Textile Mill Products"),
    ("Freight", "Air Freight & Logistics"),
    ("Optics", "Surgical & Medical Instruments"),
    ("Ledger", "Application Software"),
    ("Assurance", "Property & Casualty Insurance"),
    ("Turbines", "Industrial Machinery"),
    ("Clinics", "Health Care Facilities"),
    ("Codeworks", "Systems Software"),
    ("Savings", "Regional Banks"),
    ("Advisory", "Management Consulting Services"),
    ("Castings", "Steel Works"),
)
_PLACES = (
    ("Bristol", "England", "GB"),
    ("Norwich", "England", "GB"),
    ("Boston", "MA", "US"),
    ("Tulsa", "OK", "US"),
    ("Portland", "OR", "US"),
    ("Hamburg", "Hamburg", "DE"),
    ("Lyon", "Rhône", "FR"),
    ("Perth", "Western Australia", "AU"),
)
_FORMS = {"GB": ("Ltd", "PLC"), "US": ("Inc.", "LLC"), "DE": ("GmbH",), "FR": ("SA",), "AU": ("Pty Ltd",)}


@dataclass(frozen=True)
class Company:
    """One row of the directory. `stem` is the name without its legal form."""

    id: str
    stem: str
    form: str
    city: str
    region: str
    country: str
    industry: str
    ticker: str
    host: str
    employees: str
    former: str = ""

    @property
    def name(self) -> str:
        return f"{self.stem} {self.form}"


def companies(rng: random.Random) -> tuple[list[Company], list[Company]]:
    """(companies of unique names, companies whose names two of them bear)."""
    heads = _apart(rng, COMPANIES + RENAMED)
    unique = [_company(rng, number, heads[number]) for number in range(COMPANIES)]
    for index, former in zip(rng.sample(range(COMPANIES), RENAMED), heads[COMPANIES:], strict=True):
        trade = unique[index].stem.split()[-1]
        unique[index] = replace(unique[index], former=f"{former} {trade}")
    plain = [company for company in unique if not company.former]
    twins = []
    for number, company in enumerate(plain[:TWINS], start=COMPANIES):
        place = rng.choice([place for place in _PLACES if place[2] != company.country])
        form = rng.choice(_FORMS[place[2]])
        host = f"{company.host.split('.')[0]}-{place[2].lower()}.example"
        twin = replace(company, id=f"H{number:04}", form=form, ticker="", host=host)
        twins += [company, replace(twin, city=place[0], region=place[1], country=place[2])]
    borne = {company.stem for company in twins}
    return [company for company in unique if company.stem not in borne], twins


def strangers(rng: random.Random) -> list[str]:
    """Names of companies in no directory, with nothing in common with those that are."""
    heads = [
        a + b
        for a in ("Zybu", "Quorv", "Jhex", "Vlop", "Wuph")
        for b in ("oqua", "ytto", "ubbix", "aggu", "ikko")
    ]
    return [
        f"{head} {word}"
        for head in heads
        for word in rng.sample(("Orchards", "Kites", "Umbrellas", "Carousels"), 3)
    ]


def directory_csv(found: Sequence[Company]) -> str:
    columns = ("id", "name", "city", "region", "country", "industry", "tickers", "website", "employees")
    rows = [
        (
            c.id,
            c.name,
            c.city,
            c.region,
            c.country,
            c.industry,
            c.ticker,
            f"https://www.{c.host}",
            c.employees,
        )
        for c in sorted(set(found), key=lambda c: c.id)
    ]
    return _csv([columns, *rows])


def former_names_csv(found: Sequence[Company]) -> str:
    rows = [(c.id, c.former, "2004-01-01", "2018-12-31") for c in found if c.former]
    return _csv([("id", "name", "start_date", "end_date"), *rows])


def _csv(rows: Sequence[Sequence[str]]) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue()


def _apart(rng: random.Random, count: int) -> list[str]:
    """Heads of names, each two at least three letters apart: a typo of one is nearest to it."""
    heads: list[str] = []
    while len(heads) < count:
        head = rng.choice(_ONSETS) + rng.choice(_VOWELS) + rng.choice(_CODAS) + rng.choice(_ENDS)
        if all(Levenshtein.distance(head, other, score_cutoff=_APART) >= _APART for other in heads):
            heads.append(head)
    return heads


def _company(rng: random.Random, number: int, head: str) -> Company:
    trade, industry = rng.choice(TRADES)
    city, region, country = rng.choice(_PLACES)
    ticker = f"Z{head[:3].upper()}{number:03}"[:6] if rng.random() < 0.35 else ""
    employees = str(rng.choice((6, 14, 45, 110, 260, 700, 1900, 12000))) if rng.random() < 0.9 else ""
    return Company(
        f"H{number:04}",
        f"{head} {trade}",
        rng.choice(_FORMS[country]),
        city,
        region,
        country,
        industry,
        ticker,
        f"{head.lower()}.example",
        employees,
    )
