"""The sample's companies: those in the directory, homonyms among them, and some that no register knows."""

import random
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

COMPANIES, HOMONYMS, RENAMED, STRANGERS = 300, 12, 40, 60

Vocabulary = dict[str, Any]


@dataclass(frozen=True)
class Company:
    """A company, in the directory or (with an empty id) in nobody's."""

    id: str
    name: str
    legal_form: str
    place: dict[str, str]
    industry: str
    tickers: str
    host: str
    website: str
    employees: str
    former_name: str = ""

    def row(self) -> dict[str, str]:
        return {
            "id": self.id,
            "name": f"{self.name} {self.legal_form}",
            **{key: self.place[key] for key in ("city", "region", "country")},
            "industry": self.industry,
            "tickers": self.tickers,
            "website": self.website,
            "employees": self.employees,
        }


def one_of(rng: random.Random, items: Sequence[Any]) -> Any:
    """One of several mappings, by its `share`."""
    return rng.choices(items, [item["share"] for item in items])[0]


def plain(text: str) -> str:
    """Letters and digits in ASCII, for hosts and addresses."""
    folded = unicodedata.normalize("NFKD", text.replace("ß", "ss").replace("ø", "o"))
    return re.sub(r"[^a-z0-9]", "", folded.lower())


def make_companies(rng: random.Random, words: Vocabulary) -> list[Company]:
    """The directory's companies, the homonyms last of them, then companies in no directory."""
    stems = [start + end for start in words["stem_starts"] for end in words["stem_ends"]]
    rng.shuffle(stems)
    first = COMPANIES - HOMONYMS
    made = [_company(rng, words, stems, number) for number in range(first + STRANGERS)]
    known, strangers = made[:first], [replace(company, id="") for company in made[first:]]
    for index in rng.sample(range(first), RENAMED):
        trade = known[index].name.split()[-1]
        known[index] = replace(known[index], former_name=f"{stems.pop()} {trade}")
    numbers = range(first, COMPANIES)
    twins = [
        _homonym(rng, words, company, number)
        for company, number in zip(rng.sample(known, HOMONYMS), numbers, strict=True)
    ]
    return known + twins + strangers


def _homonym(rng: random.Random, words: Vocabulary, company: Company, number: int) -> Company:
    """Another company of the same name, in another city."""
    place = one_of(rng, [place for place in words["places"] if place["city"] != company.place["city"]])
    host = f"{plain(company.name)}-{place['country'].lower()}.test"
    return replace(
        company,
        id=f"SR{number + 1:04}",
        legal_form=rng.choice(words["legal_forms"][place["country"]]),
        place=place,
        tickers="",
        host=host,
        website=f"https://www.{host}",
        employees=str(rng.choice(words["employees"])),
        former_name="",
    )


def _company(rng: random.Random, words: Vocabulary, stems: list[str], number: int) -> Company:
    place, trade = one_of(rng, words["places"]), one_of(rng, words["trades"])
    stem = stems.pop()
    head = f"{stem} & {stems.pop()}" if rng.random() < 0.1 else stem
    host = f"{plain(head)}.example"
    return Company(
        id=f"SR{number + 1:04}",
        name=f"{head} {trade['word']}",
        legal_form=rng.choice(words["legal_forms"][place["country"]]),
        place=place,
        industry=trade["industry"],
        tickers=f"XQ{plain(stem)[:5].upper()}" if rng.random() < 0.3 else "",
        host=host,
        website=f"https://www.{host}" if rng.random() < 0.9 else "",
        employees=str(rng.choice(words["employees"])) if rng.random() < 0.92 else "",
    )
