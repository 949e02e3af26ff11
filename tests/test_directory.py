"""The directory: what it finds and how, which rows are one company, and how it refuses bad input."""

import gzip
import json
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from resources.company_names import alike, hides_something, name_key, ticker_key, web_host
from resources.directory import Directory, load_directory
from resources.errors import InputError

COMPANIES = """id,name,town,tickers,site,staff
r1,Bright Anvil Inc,Springfield,BANV|BANVW,https://www.brightanvil.example/about,240
r2,Lantern LLC,Lakeside,,lantern.example,
r3,"Lantern, Inc.",Fairview,LNT.B,,12
r4,Shared One,Fairview,,shared.example,
r5,Shared Two,Fairview,,shared.example,
"""
COLUMNS = {
    "id": "id",
    "name": "name",
    "city": "town",
    "tickers": "tickers",
    "website": "site",
    "employees": "staff",
}
ALIASES = """cik,name,start_date,end_date
1,Dull Hammer Co,2001-01-01,2009-05-31
1,Dull Hammer Corp,2009-06-01,2015-12-31
2,BRIGHT LAMP,,
404,Nobody Ltd,,
3,Lantern Limited,,
"""
Write = Callable[..., Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Write a spec, and its file unless that is left out; any part can be changed."""

    def write(
        content: str | bytes | None = COMPANIES, file: str = "companies.csv", name: str = "spec", **other: Any
    ) -> Path:
        if content is not None:
            (tmp_path / file).write_bytes(content.encode() if isinstance(content, str) else content)
        spec = {
            "source": "registry",
            "file": file,
            "as_of": "2026-02-01",
            "licence": "CC0",
            "columns": COLUMNS,
        }
        path = tmp_path / f"{name}.yaml"
        path.write_text(yaml.safe_dump(spec | other))
        return path

    return write


def found(directory: Directory, company: str | None = None, *domains: str, ticker: str | None = None) -> Any:
    return {hit.id: list(hit.how) for hit in directory.hits(company, domains, ticker)}


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ((None, "WWW.BrightAnvil.example"), {"r1": ["domain"]}),
        (("Bright Anvil Inc",), {"r1": ["exact name"]}),
        (("the BRIGHT-ANVIL, Ltd",), {"r1": ["normalised name"]}),
        (("Lantern LLC",), {"r2": ["exact name"], "r3": ["normalised name"]}),
        (("Lantern LLC", "lantern.example"), {"r2": ["domain", "exact name"], "r3": ["normalised name"]}),
        ((None, "shared.example"), {"r4": ["domain"], "r5": ["domain"]}),
        (("Nobody Here", "elsewhere.example"), {}),
        ((None,), {}),
        (("???", "???"), {}),
    ],
)
def test_every_way_to_be_hit_says_how(write: Write, query: tuple[Any, ...], expected: dict[str, Any]) -> None:
    assert found(load_directory([write()]), *query) == expected


@pytest.mark.parametrize("ticker", ["banvw", "NASDAQ: BANVW", " BANVW "])
def test_a_ticker_is_found_however_it_is_written(write: Write, ticker: str) -> None:
    assert found(load_directory([write()]), ticker=ticker) == {"r1": ["ticker"]}


def test_a_share_class_may_be_written_with_dot_slash_or_hyphen(write: Write) -> None:
    directory = load_directory([write()])
    assert found(directory, ticker="LNT-B") == found(directory, ticker="lnt/b") == {"r3": ["ticker"]}


def test_a_hit_carries_the_raw_values_and_the_citation(write: Write) -> None:
    """Values come as the file has them, absent columns as None."""
    (hit,) = load_directory([write()]).hits("Bright Anvil Inc", [], None)
    assert (hit.cited_as, hit.same_as, hit.as_of) == ("registry:r1", "registry:r1", date(2026, 2, 1))
    assert (hit.city, hit.tickers, hit.website) == (
        "Springfield",
        "BANV|BANVW",
        "https://www.brightanvil.example/about",
    )
    assert (hit.employees, hit.country, hit.alias) == ("240", None, None)


def test_other_names_come_with_their_dates(write: Write, tmp_path: Path) -> None:
    """Of several names with one key the latest counts; ids are prefixed; strangers and present names go."""
    (tmp_path / "names.csv").write_text(ALIASES)
    columns = {"id": "cik", "name": "name", "start_date": "start_date", "end_date": "end_date"}
    layout = {"file": "names.csv", "id_prefix": "r", "columns": columns}
    for aliases in (layout, [layout]):
        directory = load_directory([write(aliases=aliases)])
        (hit,) = directory.hits("dull hammer", [], None)
        assert (hit.id, hit.how, hit.alias) == ("r1", ["alias"], "Dull Hammer Corp")
        assert (hit.alias_start, hit.alias_end) == (date(2009, 6, 1), date(2015, 12, 31))
        assert found(directory, "Bright Lamp") == {"r2": ["alias"]}
        assert found(directory, "Nobody Ltd") == {}
        assert found(directory, "Lantern Ltd") == {"r2": ["normalised name"], "r3": ["normalised name"]}


def test_rows_of_two_directories_with_one_host_are_one_company(write: Write) -> None:
    """A hit on either brings both, in the order the directories were given."""
    first = write()
    other = "id,name,site\n9,BA Group,www.brightanvil.example\n8,Shared,shared.example\n"
    columns = {"id": "id", "name": "name", "website": "site"}
    second = write(other, "other.csv", "other", source="chamber", columns=columns)
    directory = load_directory([first, second])
    hits = directory.hits("BA Group", [], None)
    assert [(hit.cited_as, hit.same_as, hit.how) for hit in hits] == [
        ("registry:r1", "registry:r1", []),
        ("chamber:9", "registry:r1", ["exact name"]),
    ]
    assert [hit.same_as for hit in directory.hits("Shared", [], None)] == ["chamber:8"]
    assert load_directory([second, first]).hits("BA Group", [], None)[0].same_as == "chamber:9"


def test_two_editions_of_one_directory_are_joined_by_id(write: Write) -> None:
    newer = write("id,name\nr3,Lantern Holdings\n", "new.csv", "new", columns={"id": "id", "name": "name"})
    hits = load_directory([write(), newer]).hits("Lantern Holdings", [], None)
    assert [(hit.name, hit.same_as) for hit in hits] == [
        ("Lantern, Inc.", "registry:r3"),
        ("Lantern Holdings", "registry:r3"),
    ]


def test_every_format_reads_the_same(write: Write, tmp_path: Path) -> None:
    """CSV, JSONL, both gzipped, and Parquet; numbers come as text, lists joined by |."""
    rows = [
        {"id": 1, "name": "Bright Anvil", "tickers": ["BANV", "BA"], "staff": 240.0},
        {"id": 2, "name": "Lantern", "tickers": [], "staff": None},
    ]
    text = "id,name,tickers,staff\n1, Bright Anvil ,BANV|BA,240\n2,Lantern,,\n"
    jsonl = "".join(json.dumps(row) + "\n" for row in rows)
    pl.DataFrame(rows).write_parquet(tmp_path / "p.parquet")
    columns = {"id": "id", "name": "name", "tickers": "tickers", "employees": "staff"}
    files: dict[str, str | bytes | None] = {
        "a.csv": text,
        "a.csv.gz": gzip.compress(text.encode()),
        "a.jsonl": jsonl,
        "a.jsonl.gz": gzip.compress(jsonl.encode()),
        "p.parquet": None,
    }
    for file, content in files.items():
        directory = load_directory([write(content, file, columns=columns)])
        hits = [*directory.hits("Bright Anvil", [], None), *directory.hits("Lantern", [], None)]
        assert [(h.id, h.name, h.tickers, h.employees) for h in hits] == [
            ("1", "Bright Anvil", "BANV|BA", "240"),
            ("2", "Lantern", None, None),
        ], file


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"content": None}, ["companies.csv", "no such file"]),
        ({"content": ""}, ["companies.csv", "is empty"]),
        ({"content": "id,name,town,tickers,site,staff\n"}, ["companies.csv", "no rows"]),
        ({"content": "id,name\nr1,A\n"}, ["companies.csv", "'town' (for city)", "id, name"]),
        ({"content": COMPANIES + "r1,Again,,,,\n"}, ["companies.csv, row 7", "column id", "above already"]),
        ({"content": COMPANIES + ",No Id,,,,\n"}, ["companies.csv, row 7", "column id: is empty"]),
        ({"content": COMPANIES + "r9,,,,,\n"}, ["companies.csv, row 7", "column name: is empty"]),
        ({"content": COMPANIES + "r9,A,B,C,D,E,F\n"}, ["companies.csv", "cannot be read as csv"]),
        ({"content": b"\x1f\x8b broken", "file": "c.csv.gz"}, ["c.csv.gz", "cannot be read as csv"]),
        ({"content": gzip.compress(b"id")[:-9], "file": "c.csv.gz"}, ["c.csv.gz", "cannot be read"]),
        ({"content": "{not json", "file": "c.jsonl"}, ["c.jsonl", "cannot be read as jsonl"]),
        ({"content": COMPANIES.encode("utf-16"), "file": "c.csv"}, ["c.csv"]),
        ({"content": COMPANIES, "file": "c.xlsx"}, ["c.xlsx", "neither .csv"]),
        ({"source": "two words"}, ["spec.yaml", "field source"]),
        ({"as_of": "lately"}, ["spec.yaml", "field as_of"]),
        ({"columns": {"id": "id"}}, ["spec.yaml", "columns.name"]),
        ({"surprise": 1}, ["spec.yaml", "surprise"]),
    ],
)
def test_bad_input_is_one_line_that_says_where_and_what_to_do(
    write: Write, changes: dict[str, Any], says: list[str]
) -> None:
    with pytest.raises(InputError) as refused:
        load_directory([write(**changes)])
    assert "\n" not in str(refused.value)
    assert all(part in str(refused.value) for part in says), str(refused.value)


def test_a_bad_alias_date_names_its_row(write: Write, tmp_path: Path) -> None:
    (tmp_path / "names.csv").write_text("id,name,until\nr1,Old Name,2019-06-30\nr1,Older Name,last year\n")
    aliases = {"file": "names.csv", "columns": {"id": "id", "name": "name", "end_date": "until"}}
    with pytest.raises(InputError, match=r"names\.csv, row 3: column end_date: is not a date; write YYYY"):
        load_directory([write(aliases=aliases)])


@pytest.mark.parametrize("content", [b"source: [", b"\xff\xfe\x00", b"- a\n- b\n", b""])
def test_a_spec_that_is_no_spec(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "spec.yaml").write_bytes(content)
    with pytest.raises(InputError, match=r"spec\.yaml: .+; see examples"):
        load_directory([tmp_path / "spec.yaml"])


def test_a_missing_spec(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no such file; give the path of a directory spec"):
        load_directory([tmp_path / "spec.yaml"])


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Hershey Company (The)", "HERSHEY CO"),
        ("ACME CORP /DE/", "Acme"),
        ("Procter & Gamble", "procter and gamble co."),
        ("Ørsted A/S", "Orsted"),
        ("Macy\u2019s, Inc.", "MACYS"),
        ("A.B.C. Tools S.A.", "ABC Tools"),
        ("Acme plc - Class A Ordinary Shares", "ACME"),
        ("Bri\u200bght", "BRIGHT"),
        ("Ｆｕｌｌ Width", "Full Width"),
    ],
)
def test_spellings_of_one_name_have_one_key(one: str, other: str) -> None:
    assert name_key(one) == name_key(other) != ""


@pytest.mark.parametrize(
    ("one", "other"), [("Acme Tools", "Acme Pools"), ("Lantern 1", "Lantern 2"), ("Co", "")]
)
def test_different_names_have_different_keys(one: str, other: str) -> None:
    assert name_key(one) != name_key(other)


@given(st.text())
def test_no_text_breaks_the_keys(text: str) -> None:
    """Keys of keys are stable enough to look up by, and hold no space and nothing hidden."""
    assert not hides_something(name_key(text)) and " " not in name_key(text)
    assert web_host(text) is None or "." in str(web_host(text))
    assert ticker_key(text) == ticker_key(ticker_key(text))


@pytest.mark.parametrize(
    ("text", "host"),
    [
        ("https://user@WWW.Example.COM:8080/a?b#c", "example.com"),
        ("ann@mail.example.com.", "mail.example.com"),
        ("bücher.example", "xn--bcher-kva.example"),
        ("https://www.linkedin.com/company/acme", None),
        ("linkedin.com", "linkedin.com"),
        ("no host", None),
        ("localhost", None),
        ("", None),
    ],
)
def test_hosts(text: str, host: str | None) -> None:
    assert web_host(text) == host


def test_names_are_alike_by_word_by_inclusion_or_by_initials() -> None:
    generic = frozenset({"group", "capital"})
    assert alike("Bright Tools", "Bright Anvil Inc", generic)
    assert alike("BrightAnvil", "Bright Anvil Group", generic)
    assert alike("IBM", "International Big Machines Corp", generic)
    assert not alike("Lantern Group", "Anvil Group", generic)
    assert not alike("", "Anvil", generic)
