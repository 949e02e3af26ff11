"""`workforce report`: one HTML file that loads nothing, with the marts' own figures."""

import re
from datetime import UTC, date, datetime, timedelta
from html.parser import HTMLParser
from pathlib import Path

import duckdb
import pytest

from resources.errors import InputError
from workforce_assets.outbound import OUTBOUND
from workforce_assets.report.figures import read_figures
from workforce_assets.report.page import page

NEWEST = date(2026, 3, 30)
CAMPAIGN = "<script>alert(1)</script>"


@pytest.fixture
def warehouse(tmp_path: Path) -> Path:
    """Marts of forty days, as far as a report reads them."""
    path = tmp_path / "warehouse.duckdb"
    with duckdb.connect(str(path)) as connection:
        connection.execute("create schema marts")
        connection.execute(
            """
            create table marts.funnel_daily as
            select ?::date - n::integer as day, ? as campaign, 100 as leads, 90 as enriched, 80 as scored,
                   70 as drafted, 60 as sent, 10 as held_total, 0 as rejected, 1.5::double as cost_usd
            from range(40) days(n)
            """,
            [NEWEST, CAMPAIGN],
        )
        connection.execute(
            "create table marts.unit_economics as select day, campaign, 1 as replies from marts.funnel_daily"
        )
        connection.execute(
            """
            create table marts.quality_over_time as
            select specialist, ?::date - n::integer as day, 0.1::double as judgement_share_of_week,
                   0.001::double as usd_per_record_of_week, 0.2::double as hold_rate_of_week,
                   if(specialist = 'scorer', null, 0.9::double) as pass_rate_of_week,
                   0.8::double as pass_rate_of_week_at_least
            from range(40) days(n), (values ('enricher'), ('scorer')) makers(specialist)
            """,
            [NEWEST],
        )
        connection.execute(
            """
            create table marts.grader_scorecards as
            select 'writer' as specialist, 'v1' as specialist_version, ?::date - n::integer as day,
                   grader, 100 as outputs, if(grader = 'tone', 90, 100) as passed
            from range(40) days(n), (values ('tone'), ('retired_grader')) graders(grader)
            """,
            [NEWEST],
        )
    return path


class Reader(HTMLParser):
    """What a browser would load, and the cells of the tables."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.loads: list[str] = []
        self.tags: list[str] = []
        self.cells: list[str] = []
        self._in_cell = False
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        if tag == "wbr":  # only a place where a line may break
            return
        self.loads += [str(value) for name, value in attrs if name in ("src", "href", "xlink:href")]
        self._in_cell = tag in ("td", "b")
        if self._in_cell:
            self.cells.append("")

    def handle_data(self, data: str) -> None:
        if self._in_cell:
            self.cells[-1] += data.strip()

    def handle_endtag(self, tag: str) -> None:
        self._in_cell = False


def test_the_report_is_one_page_with_the_marts_figures(warehouse: Path) -> None:
    """Totals of the days asked for, four charts, graders of the last seven days beside their bars."""
    text = page(OUTBOUND, read_figures(warehouse, 30), datetime(2026, 3, 31, tzinfo=UTC))
    read = Reader(text)
    assert read.tags.count("svg") == 4
    for total in ("3,000", "1,800", "30", "300", "45.00", "0.0150", "0.0250", "1.5000"):
        assert total in read.cells
    tone = read.cells.index("tone")
    assert read.cells[tone - 1 : tone + 5] == ["writer", "tone", "700", "90.0%", "87.9%", "95.0%"]
    assert read.cells[read.cells.index("retired_grader") + 4] == ""
    assert str(NEWEST) in read.cells and str(NEWEST - timedelta(14)) not in read.cells


def test_days_without_a_reply_have_no_cost_of_one(warehouse: Path) -> None:
    """A dash, not a division by nothing."""
    with duckdb.connect(str(warehouse)) as connection:
        connection.execute("update marts.unit_economics set replies = 0")
    read = Reader(page(OUTBOUND, read_figures(warehouse, 30), datetime(2026, 3, 31, tzinfo=UTC)))
    assert "–" in read.cells


def test_the_page_loads_nothing_and_runs_nothing(warehouse: Path) -> None:
    """It is mailed about and opened on a phone in a train; a campaign's name is text."""
    text = page(OUTBOUND, read_figures(warehouse, 30), datetime(2026, 3, 31, tzinfo=UTC))
    read = Reader(text)
    assert "script" not in read.tags
    assert [link for link in read.loads if not link.startswith("#")] == []
    assert not re.search(r"@import|url\(\s*['\"]?http", text)
    assert 'name="viewport"' in text
    assert CAMPAIGN in read.cells


def test_a_home_without_marts_is_told_what_to_run(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="workforce run"):
        read_figures(tmp_path / "warehouse.duckdb", 30)
