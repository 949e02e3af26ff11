"""Similar names: what is offered, how words are compared, securities, and odd text."""

from pathlib import Path
from time import thread_time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from resources.company_names import name_words
from resources.directory import Directory, load_directory
from resources.directory.likeness import comparable, same_word, shared, spelled
from resources.directory.similarity import domain_label, written_words
from resources.directory.similarity_index import SimilarityIndex
from resources.security_names import issuer_name, names_security

COMPANIES = """id,name,region,tickers,site
r1,Bright Anvil Industries Inc,IL,BANV,
r2,Bright Lantern Holdings Corp,NY,BLHC,
r3,Lantern Works LLC,TX,,lanternworks.example
r4,Fennimore Bank Holding Corp,NY,FNMB,
r5,Marrowby J P Corp,IL,MRBY,
"""
ALIASES = "id,name,start\nr1,Dull Hammer Tools Co,2001-01-01\n"


@pytest.fixture
def directory(tmp_path: Path) -> Directory:
    (tmp_path / "c.csv").write_text(COMPANIES)
    (tmp_path / "a.csv").write_text(ALIASES)
    (tmp_path / "spec.yaml").write_text(
        "{source: registry, file: c.csv, as_of: 2026-02-01, licence: CC0, columns: {id: id, name: name, "
        "region: region, tickers: tickers, website: site}, "
        "aliases: {file: a.csv, columns: {id: id, name: name, start_date: start}}}"
    )
    return load_directory([tmp_path / "spec.yaml"])


def best(directory: Directory, company: str | None, *domains: str) -> str | None:
    found = directory.similar(company, domains)
    return found[0].rows[0].id if found else None


@pytest.mark.parametrize(
    ("company", "domain", "expected"),
    [
        ("BRIGHT ANVIL INDS", None, "r1"),
        ("Brigth Anvil", None, "r1"),
        ("Dull Hammr Tool", None, "r1"),
        ("BRIGHT LANTERN HLDGS DL-,01", None, "r2"),
        ("J.P. Marrowby", None, "r5"),
        (None, "brightanvil.example", "r1"),
        (None, "fennimorebankny.example", "r4"),
        (None, "www.the-fennimore-bank-inc.example", "r4"),
        (None, "blhc.example", "r2"),
        ("BLHC", None, "r2"),
        ("Zyx Qwu", None, None),
        ("???", None, None),
        (None, None, None),
    ],
)
def test_the_most_alike_company_is_offered_first(
    directory: Directory, company: str | None, domain: str | None, expected: str | None
) -> None:
    """Abbreviated, misspelt, former, reordered, spelled by a domain, its ticker; else nobody."""
    assert best(directory, company, *([domain] if domain else [])) == expected


def test_what_is_offered_says_how_alike_it_is(directory: Directory) -> None:
    """The name that was compared, its dates, measures between 0 and 1, and the rows to cite."""
    one = directory.similar("Dull Hammr Tool", [])[0]
    assert (one.same_as, one.compared, one.former) == ("registry:r1", "Dull Hammer Tools Co", True)
    assert str(one.since) == "2001-01-01" and one.until is None
    assert 0 < one.covered <= 1 and 0 < one.covering <= 1 and one.spelled == 0
    assert [hit.cited_as for hit in one.rows] == ["registry:r1"] and one.rows[0].how == []


def test_at_most_six_are_offered_and_always_the_same(tmp_path: Path) -> None:
    rows = "".join(
        f"r{at},Bright Anvil {name}\n" for at, name in enumerate(["Alpha", "Beta", "Gamma", "Delta"] * 5)
    )
    (tmp_path / "c.csv").write_text("id,name\n" + rows)
    (tmp_path / "spec.yaml").write_text(
        "{source: s, file: c.csv, as_of: 2026-02-01, licence: CC0, columns: {id: id, name: name}}"
    )
    first, second = (load_directory([tmp_path / "spec.yaml"]).similar("Bright Anvil", []) for _ in "ab")
    assert len(first) == 6 and first == second


@pytest.mark.parametrize(
    ("listed", "issuer"),
    [
        ("BRIGHT ANVIL INC. DL-,01", "BRIGHT ANVIL INC."),
        ("BRIGHT ANVIL DL 2,50", "BRIGHT ANVIL"),
        ("BRIGHT ANVILDL-,00001", "BRIGHT ANVIL"),
        ("BRIGHT ANVIL CL.A DL-,001", "BRIGHT ANVIL"),
        ("BRIGHT ANVIL B DL-,001", "BRIGHT ANVIL"),
        ("BRIGHT ANVIL INC.,THE EO 1", "BRIGHT ANVIL INC"),
        ("BRIGHT ANVIL O.N.", "BRIGHT ANVIL"),
        ("BRIGHT ANVIDRN", "BRIGHT ANVI"),
        ("BRIGHT ANVIL DRN ED", "BRIGHT ANVIL"),
        ("Bright Anvil plc SP.ADR 1/2", "Bright Anvil plc"),
        ("Bright Anvil Inc. - Class A Ordinary Shares", "Bright Anvil Inc."),
        ("Bright Anvil Inc. Common Sto", "Bright Anvil Inc."),
        ("Bright Anvil Inc. Registered Shares DL", "Bright Anvil Inc."),
        ("Bright Anvil Inc. - 6.75% Senior Notes due 2031", "Bright Anvil Inc."),
    ],
)
def test_a_security_is_named_after_its_issuer(listed: str, issuer: str) -> None:
    assert issuer_name(listed) == issuer
    assert names_security(listed)


@pytest.mark.parametrize(
    "name",
    [
        "Anvil Cash Register",
        "Bright Anvil Inc",
        "Anvil Capital International Ltd",
        "American Shared Anvils",
        "Anvil Registry Group",
        "Anvil Fund 2",
        "Anvil 66",
        "Units",
        "DL 1",
        "",
    ],
)
def test_a_company_keeps_its_name(name: str) -> None:
    assert issuer_name(name) == name
    assert not names_security(name)


def test_words_are_compared_by_beginning_abbreviation_and_slip() -> None:
    """The surer, the higher; words with another first letter are two words."""
    assert same_word("holdings", "holdings") == 1
    assert 1 > same_word("pharmaceut", "pharmaceuticals") > same_word("hldgs", "holdings") > 0.5
    assert same_word("hammr", "hammer") > 0.5
    assert same_word("anvil", "lantern") == same_word("old", "gold") == 0
    assert comparable(("j", "p", "marrowby")) == ("jp", "marrowby")


def test_a_rare_word_that_is_missing_weighs_more_than_a_common_one() -> None:
    index = SimilarityIndex([("anvil", "capital"), ("lantern", "capital"), ("hammer", "capital")])
    common = shared(("anvil", "capital"), ("anvil",), index.rarity)
    rare = shared(("anvil", "capital"), ("capital",), index.rarity)
    assert common.share > rare.share and common.lacking < rare.lacking


def test_a_domain_is_spelled_from_beginnings_in_order() -> None:
    words = ("bright", "anvil", "industries")
    whole, part, other = (
        spelled([(text, 0)], words, lambda word: 0.5) for text in ("brightanvil", "bai", "lantern")
    )
    assert whole[0] == part[0] == 1 and whole[1] > part[1]
    assert other[0] < 0.5
    assert spelled([], words, lambda word: 0.5) == (0, 0)


@pytest.mark.parametrize(
    ("domain", "label"),
    [
        ("https://www.bright-anvil.example/about", "brightanvil"),
        ("mail.brightanvil.co.uk", "brightanvil"),
        ("nonsense", None),
        ("x" * 100 + ".example", "x" * 63),
    ],
)
def test_the_label_is_the_part_somebody_chose(domain: str, label: str | None) -> None:
    assert domain_label(domain) == label


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=60))
def test_no_text_breaks_the_comparison(text: str) -> None:
    """Whatever is written, its words are words of a name, at most 24 of at most 40 letters."""
    words = written_words(text)
    assert len(words) <= 24 and all(0 < len(word) <= 40 for word in words)
    assert set(comparable(name_words(issuer_name(text)))) >= {word for word in words if len(word) < 40}


def test_a_huge_field_costs_no_more_than_reading_it(directory: Directory) -> None:
    """A megabyte of words, of one word, of spaces: no candidate is lost to it, and no minute."""
    start = thread_time()
    for text in ("anvil " * 200_000, "anvil" * 200_000, "anvil" + " " * 1_000_000 + "bright"):
        directory.similar(text, [text.replace(" ", "") + ".example"])
    assert thread_time() - start < 20
