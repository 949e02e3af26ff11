"""The shipped sample: made from its seed, invented throughout, and as uneven as it says."""

import csv
import gzip
import json
import os
import re
import subprocess
import sys
from collections import Counter
from datetime import date
from pathlib import Path

import pytest

from resources.campaign import load_campaign
from resources.directory import load_directory
from resources.lead_file import read_leads
from resources.lead_rows import sift

PROJECT = Path(__file__).parents[1]
SAMPLE = PROJECT / "examples" / "outbound"
LEAD_FILES = sorted((SAMPLE / "leads").glob("*.csv"))
RESERVED = re.compile(r"(?:.*\.)?example\.com|.*\.(?:example|test)")


def leads_of(path):
    return list(sift((path.name, raw) for raw in read_leads(path)))


def test_the_generator_gives_the_committed_bytes(tmp_path):
    """Nobody edits the output by hand, and nobody changes the generator without it."""
    subprocess.run([sys.executable, SAMPLE / "generate.py", "--out", tmp_path], check=True)
    made = sorted(path.relative_to(tmp_path) for path in tmp_path.rglob("*.csv"))
    assert made == sorted(path.relative_to(SAMPLE) for path in SAMPLE.rglob("*.csv"))
    for path in made:
        assert (tmp_path / path).read_bytes() == (SAMPLE / path).read_bytes(), path


def test_five_days_of_two_hundred_with_a_few_bad_rows():
    """Monday to Friday; four rows a day cannot be accepted."""
    assert [path.stem for path in LEAD_FILES] == [f"2026-03-0{day}" for day in range(2, 7)]
    for path in LEAD_FILES:
        assert Counter(row["disposition"] for row in leads_of(path)) == {"done": 196, "rejected": 4}


def test_the_mix_is_what_the_readme_says():
    """Consents, messages, repeated contacts, companies found, not found and found twice."""
    rows = [row for path in LEAD_FILES for row in leads_of(path) if row["disposition"] == "done"]
    consent = Counter(row["consent"] for row in rows)
    assert 0.55 < consent["opted_in"] / len(rows) < 0.75 and min(consent.values()) > 0.1 * len(rows)
    assert 0.2 < sum(bool(row["message"]) for row in rows) / len(rows) < 0.3
    assert sum(row["timezone"] is None for row in rows) > 50
    assert sum(n > 1 for n in Counter(row["email"] for row in rows).values()) >= 30
    directory = load_directory([SAMPLE / "directory.yaml", SAMPLE / "chamber.yaml"])
    hits = Counter(len({hit.same_as for hit in found_for(directory, row)}) for row in rows)
    assert hits[1] > 0.65 * len(rows) and hits[0] > 50 and hits[2] > 20


def test_the_second_directory_disagrees_in_every_way_the_readme_names():
    """Rows joined by site or number, stale ones, other cities and sites, former names, tickers passed on."""
    told = []
    directory = load_directory([SAMPLE / "directory.yaml", SAMPLE / "chamber.yaml"], told.append)
    with (SAMPLE / "chamber.csv").open(encoding="utf-8") as stream:
        rows = [hit for row in csv.DictReader(stream) for hit in directory.hits(row["name"], [], None)]
    pairs = {(hit.same_as, hit.source): hit for hit in rows}
    both = [
        (hit, other)
        for (same_as, source), hit in pairs.items()
        if source == "sample-registry" and (other := pairs.get((same_as, "sample-chamber")))
    ]
    assert len(both) == 150 and len(told) == 1 and "same_as" in told[0]
    for field in ("name", "city", "website", "employees", "industry"):
        assert sum(getattr(one, field) != getattr(other, field) for one, other in both) >= 5, field
    assert sum((date(2026, 3, 2) - other.as_of).days > 365 for _, other in both) >= 10
    assert sum(bool(other.reassigned) for _, other in both) >= 3


def found_for(directory, row):
    domains = [row["domain"] or "", (row["email"] or "").rpartition("@")[2]]
    return directory.hits(row["company"], [domain for domain in domains if domain], row["ticker"])


def test_nothing_can_reach_anybody():
    """Every mail address, site and link lies in a domain that RFC 2606 reserves."""
    campaign = load_campaign(SAMPLE / "campaign.yaml")
    hosts = {link.host for link in campaign.allowed_links} | {campaign.sender.email.rpartition("@")[2]}
    for path in LEAD_FILES:
        for row in leads_of(path):
            if row["disposition"] == "done":
                hosts |= {row["domain"] or "", (row["email"] or "").rpartition("@")[2]}
    for name in ("directory.csv", "chamber.csv"):
        with (SAMPLE / name).open(encoding="utf-8") as stream:
            hosts |= {row["website"].removeprefix("https://") for row in csv.DictReader(stream)}
    hosts -= {"", "not an address"}
    assert [host for host in hosts if not RESERVED.fullmatch(host)] == []


NAME_COLUMNS = {
    *("name", "Name", "security", "Security", "Security Name", "short_name", "long_name"),
    *("supplier_name", "company_as_written"),
}


def real_names(folder):
    """Every company name in the tables of a folder of real data sets."""
    for path in sorted(folder.rglob("*.csv.gz")):
        with gzip.open(path, "rt", encoding="utf-8", newline="") as stream:
            for row in csv.DictReader(stream):
                yield from (row[column] for column in NAME_COLUMNS & row.keys() if row[column])
    for path in sorted(folder.rglob("yc_companies.jsonl.gz")):
        with gzip.open(path, "rt", encoding="utf-8") as stream:
            yield from (json.loads(line)["name"] for line in stream)


def bare(name):
    return re.sub(r"[^a-z0-9 ]", "", name.casefold()).strip()


def test_no_name_is_that_of_a_real_company():
    """Against the real data sets, where they are at hand: full names, and the coined first word alone."""
    real = Path(os.environ.get("WORKFORCE_REAL_DATA", PROJECT.parent / "shared" / "data"))
    if not real.is_dir():
        pytest.skip("no real data sets here; WORKFORCE_REAL_DATA names their folder")
    known = {bare(name) for name in real_names(real)}
    assert len(known) > 10_000
    ours = set()
    for name in ("directory.csv", "chamber.csv", "former_names.csv"):
        with (SAMPLE / name).open(encoding="utf-8") as stream:
            ours |= {bare(row["name"]) for row in csv.DictReader(stream)}
    for path in LEAD_FILES:
        ours |= {bare(raw.values["company"] or "") for raw in read_leads(path)} - {""}
    first_words = {name.split()[0] for name in known if name}
    assert ours & known == set()
    assert {name.split()[0] for name in ours} & first_words == set()
