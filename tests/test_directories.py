"""Several directories: which rows are one company, what counts as the same value, and who wins."""

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any, cast

import pytest
import yaml
from hypothesis import example, given
from hypothesis import strategies as st

from resources.campaign import Campaign
from resources.directory import Directory, load_directory
from resources.directory.hits import Hit, Reassigned
from resources.errors import InputError
from specialists.enricher.firmographics import FIELDS, firmographics
from specialists.enricher.graders import cites_sources, fills_required_fields, no_stale_or_guessed_values
from specialists.enricher.making import matched
from specialists.enricher.policy import FieldName, policy
from specialists.enricher.resolution import resolve
from specialists.enricher.same_value import same_value
from specialists.enricher.schema import Makes, Reads
from specialists.grading import Facts

DAY = date(2026, 3, 2)
REGISTRY = """id,name,site,ticker
0000012,Bright Anvil Inc,brightanvil.example,BANV
0000345,Cobalt Harbour Plc,cobalt.example,COBH
"""
Give = Callable[..., Path]


@pytest.fixture
def give(tmp_path: Path) -> Give:
    """Write one directory: its rows as CSV; the spec names the columns that the header has."""

    def give(source: str, rows: str, as_of: str = "2026-02-01", **spec: Any) -> Path:
        known = {"id": "id", "name": "name", "site": "website", "ticker": "tickers", "cik": "same_as"}
        known |= {"confirmed": "as_of", "country": "country"}
        header = rows.splitlines()[0].split(",")
        (tmp_path / f"{source}.csv").write_text(rows)
        path = tmp_path / f"{source}-{as_of}.yaml"
        content = {"source": source, "file": f"{source}.csv", "as_of": as_of, "licence": "CC0"}
        content["columns"] = {known[column]: column for column in header}
        path.write_text(yaml.safe_dump(content | spec))
        return path

    return give


def companies(directory: Directory, *names: str) -> dict[str, str]:
    """Each row that has one of the names, and the company it is a row of."""
    return {hit.cited_as: hit.same_as for name in names for hit in directory.hits(name, [], None)}


@pytest.mark.parametrize(
    ("written", "spec"),
    [
        ("registry:0000012", {}),
        ("registry:12", {}),
        ("0000012", {"same_as_prefix": "registry:"}),
        ("12", {"same_as_prefix": "registry:"}),
    ],
)
def test_a_declared_same_as_joins_two_rows(give: Give, written: str, spec: dict[str, Any]) -> None:
    """Whatever their names and sites, and though a spreadsheet took the zeros off the id."""
    other = give("index", f"id,name,site,cik\n9,Anvil Group,other.example,{written}\n", **spec)
    directory = load_directory([give("registry", REGISTRY), other])
    assert companies(directory, "Anvil Group") == {
        "registry:0000012": "registry:0000012",
        "index:9": "registry:0000012",
    }


def test_rows_that_declare_one_company_are_one_whatever_the_order(give: Give) -> None:
    """Two listings of one company name one target; the company is named by the directory given first."""
    other = give("index", "id,name,cik\nA,Anvil Class A,registry:12\nC,Anvil Class C,registry:12\n")
    registry = give("registry", REGISTRY)
    assert set(companies(load_directory([registry, other]), "Anvil Class A").values()) == {"registry:0000012"}
    assert set(companies(load_directory([other, registry]), "Anvil Class A").values()) == {"index:A"}


def test_an_unknown_same_as_is_told_once_and_joins_nothing(give: Give) -> None:
    """Not even to a row of its own directory; nothing is refused."""
    told: list[str] = []
    rows = (
        "id,name,cik\n1,Anvil One,registry:777\n2,Anvil Two,index:1\n3,Anvil Three,nonsense\n4,Anvil Four,\n"
    )
    directory = load_directory([give("registry", REGISTRY), give("index", rows)], told.append)
    assert told == ["index: 3 rows name in same_as what no other directory given has; kept as own companies"]
    own = companies(directory, "Anvil One", "Anvil Two", "Anvil Three", "Anvil Four")
    assert own == {f"index:{number}": f"index:{number}" for number in (1, 2, 3, 4)}


def test_a_shared_site_does_not_overrule_what_is_declared(give: Give) -> None:
    """The row says that it is Cobalt; that it stands under Anvil's site does not make the two one."""
    other = give("index", "id,name,site,cik\n9,Harbour Group,brightanvil.example,registry:345\n")
    directory = load_directory([give("registry", REGISTRY), other])
    assert companies(directory, "Harbour Group", "Bright Anvil Inc") == {
        "registry:0000345": "registry:0000345",
        "index:9": "registry:0000345",
        "registry:0000012": "registry:0000012",
    }


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"same_as_prefix": "registry"}, "same_as_prefix"),
        ({"trust": 0}, "trust"),
        ({"trust": 1.5}, "trust"),
    ],
)
def test_a_spec_that_cannot_mean_what_it_says_is_refused(
    give: Give, changes: dict[str, Any], says: str
) -> None:
    with pytest.raises(InputError, match=f"field {says}"):
        load_directory([give("registry", REGISTRY, **changes)])


def test_a_row_may_have_its_own_date(give: Give) -> None:
    """An empty one takes the spec's; one that is none is refused with its row."""
    rows = "id,name,confirmed\n1,Anvil One,2024-05-06\n2,Anvil Two,\n"
    directory = load_directory([give("index", rows)])
    dates = [directory.hits(name, [], None)[0].as_of for name in ("Anvil One", "Anvil Two")]
    assert dates == [date(2024, 5, 6), date(2026, 2, 1)]
    with pytest.raises(InputError, match=r"index\.csv, row 2: column as_of: is not a date"):
        load_directory([give("index", "id,name,confirmed\n1,Anvil One,in May\n")])


OLD = "id,name,site,ticker\n7,Dull Hammer Co,dull.example,BANV\n"


def reassigned(directory: Directory, name: str) -> list[tuple[str, str, date]]:
    hits = directory.hits(name, [], None)
    return [(told.ticker, told.to, told.as_of) for hit in hits for told in hit.reassigned]


def test_a_ticker_that_a_fresher_directory_gives_to_another_has_passed_on(give: Give) -> None:
    """The older row is told, the fresher is not; two of one date are two claims, and neither is older."""
    registry, old = give("registry", REGISTRY), give("old", OLD, "2025-06-01")
    directory = load_directory([old, registry])
    assert reassigned(directory, "Dull Hammer Co") == [("BANV", "registry:0000012", date(2026, 2, 1))]
    assert reassigned(directory, "Bright Anvil Inc") == []
    same_date = load_directory([registry, give("old", OLD)])
    assert reassigned(same_date, "Dull Hammer Co") == reassigned(same_date, "Bright Anvil Inc") == []


def test_a_company_keeps_a_ticker_that_a_row_as_fresh_says_it_has(give: Give) -> None:
    """Its older row is joined with one of the fresher date, which still has the ticker."""
    still = give("index", "id,name,site,ticker\n1,Dull Hammer,dull.example,BANV\n")
    directory = load_directory([give("old", OLD, "2025-06-01"), give("registry", REGISTRY), still])
    assert reassigned(directory, "Dull Hammer Co") == []


def test_a_spec_may_name_the_scheme_of_its_industries(give: Give) -> None:
    directory = load_directory([give("registry", REGISTRY, industry_scheme="SIC", trust=0.7)])
    (hit,) = directory.hits("Bright Anvil Inc", [], None)
    assert (hit.industry_scheme, hit.trust) == ("SIC", 0.7)


def row(source: str = "registry", as_of: date = date(2026, 2, 1), trust: float = 0.9, **values: Any) -> Hit:
    values = {"name": "Bright Anvil Inc"} | values
    return Hit(
        source=source, id="1", same_as="registry:1", as_of=as_of, trust=trust, how=["exact name"], **values
    )


@pytest.mark.parametrize(
    ("field", "one", "other", "same"),
    [
        ("city", "St. Paul", "SAINT PAUL", True),
        ("city", "New York City", "New York", True),
        ("city", "Ft Worth, TX", "Fort Worth", True),
        ("city", "Dublin 2", "DUBLIN", True),
        ("city", "Upper Macungie Township", "Upper Macungie", True),
        ("city", "Greater London", "London", True),
        ("city", "São Paulo", "Sao Paulo", True),
        ("city", "N. Bethesda", "North Bethesda", True),
        ("city", "City", "Town", False),
        ("city", "Springfield", "Fairview", False),
        ("city", "North Bethesda", "Bethesda", False),
        ("city", "大阪", "京都", False),
        ("region", "IL", "Illinois", True),
        ("region", "ENG", "England", False),
        ("region", "Bayern", "BAYERN", True),
        ("country", "US", "United States of America", True),
        ("country", "UK", "gb", True),
        ("country", "Great Britain", "GBR", True),
        ("country", "Germany", "Deutschland", True),
        ("country", "Germany", "Austria", False),
        ("industry", "Semiconductors", "Semiconductors & Related Devices", True),
        ("industry", "Services-Advertising Agencies", "Advertising", True),
        ("industry", "Pharmaceutical Preparations", "Pharmaceuticals", True),
        ("industry", "State Commercial Banks", "Property & Casualty Insurance", False),
        ("industry", "Services", "Equipment", False),
        ("website", "https://www.anvil.example/a", "http://ir.anvil.example", True),
        ("website", "anvil.example", "anvil.test", False),
        ("website", "notanvil.example", "anvil.example", False),
        ("tickers", "BANV|BANVW", "nyse: banv", True),
        ("tickers", "BRK.B", "BRK-B", True),
        ("tickers", "BANV", "COBH", False),
        ("employees", "240", "260", True),
        ("employees", "240", "270", False),
        ("employees", "0", "0", True),
        ("name", "BRIGHT ANVIL, INC.", "Bright Anvil", True),
        ("name", "Bright Anvil", "Dull Hammer", False),
    ],
)
def test_what_is_the_same_in_other_words(field: FieldName, one: str, other: str, same: bool) -> None:
    where = {"country": "US"} if field == "region" else {}
    rows = row(**{field: one} | where), row(**{field: other} | where)
    assert same_value(field, *rows) == same_value(field, *reversed(rows)) == same


@given(st.sampled_from([field for field in FIELDS if field != "employees"]), st.text(), st.text())
def test_no_text_breaks_a_comparison(field: FieldName, one: str, other: str) -> None:
    """Whatever directories hold: a value equals itself, and the order does not matter."""
    rows = row(**{field: one}), row(**{field: other})
    assert same_value(field, rows[0], rows[0])
    assert same_value(field, *rows) == same_value(field, *reversed(rows))


MONTH_OLD, YEAR_OLD = date(2026, 1, 1), date(2025, 2, 1)
A, B = "Springfield", "Fairview"
RULE: dict[str, tuple[list[Hit], str | None]] = {
    "the fresher, though less trusted": (
        [row(city=A, as_of=YEAR_OLD, trust=0.99), row("b", city=B, trust=0.6)],
        B,
    ),
    "the more trusted of two as fresh": (
        [row(city=A, trust=0.9), row("b", city=B, trust=0.96)],
        B,
    ),
    "within both margins": ([row(city=A, trust=0.9), row("b", city=B, trust=0.95)], None),
    "exactly the margin of days": (
        [row(city=A, as_of=date(2026, 1, 2)), row("b", city=B)],
        None,
    ),
    "a day more": ([row(city=A, as_of=date(2026, 1, 1)), row("b", city=B)], B),
    "two sources against one": ([row(city=A), row("b", city=B), row("c", city=B)], B),
    "one source in two editions": (
        [row(city=A), row("b", city=B), row("b", city=B, as_of=MONTH_OLD)],
        None,
    ),
    "two against two": ([row(city=A), row("b", city=B), row("c", city=A), row("d", city=B)], None),
    "three ways": ([row(city=A), row("b", city=B), row("c", city="Lakeside")], None),
    "fresher than one and as fresh as another": (
        [row(city=A, as_of=YEAR_OLD), row("b", city=B), row("c", city="Lakeside")],
        None,
    ),
}


@pytest.mark.parametrize(("rows", "expected"), RULE.values(), ids=RULE.keys())
def test_who_wins_whatever_the_order(rows: list[Hit], expected: str | None) -> None:
    """Fresher, else more trusted, else nobody: then the field is empty, flagged, and everybody is quoted."""
    for given_rows in (rows, rows[::-1]):
        known = firmographics(given_rows, DAY, 0.99)
        city = known.values.city
        assert (city.value if city else None) == expected
        assert f"{'conflict' if expected else 'unresolved'}:city" in known.flags
        (words,) = [said for said in known.disagreements if said.startswith("city: ")]
        assert all(f"{hit.city!r}" in words and hit.cited_as in words for hit in rows)
        assert city is None or city.confidence <= policy().conflict_confidence


def test_agreement_of_independent_sources_raises_confidence() -> None:
    """A value is never surer than its match; one source in two editions is no agreement."""
    alone, twice = [row(city=A)], [row(city=A), row("b", city="SPRINGFIELD")]
    editions = [row(city=A), row(city=A, as_of=MONTH_OLD)]
    sure = [firmographics(rows, DAY, 0.9).values.city for rows in (alone, editions, twice)]
    assert [one.confidence for one in sure if one] == [0.81, 0.81, 0.891]


def test_a_stale_value_has_no_voice() -> None:
    """What is too old to be used does not dispute what is not."""
    known = firmographics([row(employees="240"), row("b", employees="900", as_of=date(2025, 1, 1))], DAY, 0.9)
    assert known.values.employees is not None and known.values.employees.value == "240"
    assert "conflict:employees" not in known.flags and known.disagreements == []


def test_the_row_that_is_cited_is_the_freshest_of_those_that_agree() -> None:
    found = resolve("city", [row(city=A, as_of=MONTH_OLD), row("b", city="SPRINGFIELD")])
    assert found.taken is not None and [hit.source for hit in found.taken.rows] == ["b", "registry"]


PASSED_ON = Reassigned(ticker="BANV", to="z:1", name="Zinc Plc", country=None, as_of=date(2026, 2, 20))
ROWS = st.builds(
    row,
    source=st.sampled_from(["registry", "b", "c"]),
    as_of=st.sampled_from(
        [DAY, date(2026, 2, 1), MONTH_OLD, date(2024, 6, 1), date(2019, 1, 1), date(2027, 1, 1)]
    ),
    trust=st.sampled_from([0.2, 0.9, 0.93, 1.0]),
    name=st.sampled_from(["Bright Anvil Inc", "BRIGHT ANVIL", "Dull Hammer Co"]),
    city=st.sampled_from([None, "St. Paul", "SAINT PAUL", "Fairview", " "]),
    industry=st.sampled_from([None, "Forging", "Metal Forging", "Biotechnology"]),
    industry_scheme=st.sampled_from([None, "SIC", "GICS"]),
    tickers=st.sampled_from([None, "BANV", "BANV|COBH", "COBH"]),
    employees=st.sampled_from([None, "240", "250", "about 240", "900"]),
    reassigned=st.sampled_from([(), (PASSED_ON,)]),
)


def _possible(hit: Hit, update: dict[str, Any]) -> Hit:
    """Only a ticker that the row has passes on, and only to a fresher row."""
    told = [one for one in hit.reassigned if one.ticker in (hit.tickers or "") and one.as_of > hit.as_of]
    return hit.model_copy(update={**update, "reassigned": tuple(told)})


# One row's ticker has passed on, and the other two disagree: both are told.
@example(
    [
        row(tickers="BANV", trust=0.9),
        row(tickers="COBH", trust=0.9),
        row(tickers="BANV", as_of=date(2026, 2, 1), trust=0.2, reassigned=(PASSED_ON,)),
    ]
)
@given(st.lists(ROWS, min_size=1, max_size=4))
def test_the_graders_agree_with_the_rule_whatever_directories_say(rows: list[Hit]) -> None:
    """Every value usable, cited and as sure as it may be; every empty field with the one true reason."""
    first = f"{rows[0].source}:0"
    hits = [_possible(hit, {"id": str(at), "same_as": first}) for at, hit in enumerate(rows)]
    record = Reads(record_id="a", company="Bright Anvil Inc", partition=DAY, companies=hits)
    made = matched(record, hits, 0.97, [], "its name")
    facts = Facts(DAY, cast(Campaign, None), None)
    for grader in (fills_required_fields, no_stale_or_guessed_values, cites_sources):
        assert grader(record, cast(Makes, made.output), facts) is None


def test_industries_of_two_schemes_are_not_compared() -> None:
    """The first directory's scheme is used; where none is declared, other words are another industry."""
    schemes = [("SIC", "GICS"), ("SIC", "SIC"), (None, "GICS")]
    rows = [
        [row(industry="Forging", industry_scheme=a), row("b", industry="Biotechnology", industry_scheme=b)]
        for a, b in schemes
    ]
    found = [firmographics(both, DAY, 0.9) for both in rows]
    assert [known.values.industry is not None for known in found] == [True, False, False]
    assert found[0].values.industry is not None and found[0].values.industry.value == "Forging"
    assert found[0].disagreements == [] and "unresolved:industry" in found[1].flags
