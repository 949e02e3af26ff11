"""The page: figures and charts in one HTML file that loads nothing from anywhere."""

from datetime import datetime
from pathlib import Path

from specialists.bounds import lower_bound
from specialists.specialist import blueprint
from workforce_assets.manager import Workforce
from workforce_assets.report.charts import line_chart, pass_rates
from workforce_assets.report.figures import Figures, Rows

TEMPLATE = Path(__file__).with_name("page.html")


def page(workforce: Workforce, figures: Figures, made_at: datetime) -> str:
    """HTML, readable on a phone."""
    from jinja2 import Environment, StrictUndefined

    template = Environment(autoescape=True, undefined=StrictUndefined).from_string(
        TEMPLATE.read_text("utf-8")
    )
    return template.render(
        workforce=workforce.name,
        owner=workforce.card.owner,
        made_at=f"{made_at:%Y-%m-%d %H:%M} UTC",
        totals=figures.totals,
        funnel=figures.funnel,
        graders=_with_bars(workforce, figures.graders),
        charts=_charts(figures.quality),
        usd=lambda value: "–" if value is None else f"{value:,.4f}",
    )


def _charts(quality: Rows) -> list[tuple[str, str]]:
    return [
        (
            line_chart(quality, "judgement_share_of_week", "Judgement share", ".0%"),
            "Share of records that a model or a person decided, over the week up to each day.",
        ),
        (
            line_chart(quality, "usd_per_record_of_week", "Cost per record", ".4f"),
            "US dollars a record, over the week up to each day.",
        ),
        (
            line_chart(quality, "hold_rate_of_week", "Hold rate", ".0%"),
            "Share of records that wait for a person, over the week up to each day.",
        ),
        (
            pass_rates(quality, "Outputs that passed every grader"),
            "The week up to each day; the band reaches down to what so many outputs prove (95 %).",
        ),
    ]


def _with_bars(workforce: Workforce, graders: Rows) -> Rows:
    bars = {
        (line.by, name): bar.bar
        for line in workforce.stages
        for name, bar in blueprint(line.by).card.graders.items()
    }
    return [
        row
        | {
            "proven": lower_bound(row["passed"], row["outputs"]),
            "bar": bars.get((row["specialist"], row["grader"])),
        }
        for row in graders
    ]
