"""The charts, as SVG: altair says what is drawn, vl-convert draws it in this process, without a browser."""

from collections.abc import Sequence
from typing import Any

from workforce_assets.report.figures import Rows

# Drawn for the width of a phone; the page scales them up.
_WIDTH, _HEIGHT = 300, 150


def line_chart(rows: Rows, value: str, title: str, form: str) -> str:
    """`value` by day, a line a specialist. `form` is a d3 format, e.g. `.0%`."""
    import altair as alt

    drawn = _base(rows).mark_line(point={"size": 18}).encode(y=_axis(value, form), color=_colour())
    return _svg(drawn.properties(title=title, width=_WIDTH, height=_HEIGHT), alt)


def pass_rates(rows: Rows, title: str) -> str:
    """The share of outputs that passed in the week up to each day; a band down to what that proves."""
    import altair as alt

    rate, proven = "pass_rate_of_week", "pass_rate_of_week_at_least"
    graded = [row for row in rows if row[rate] is not None]
    base = _base(graded)
    scale = alt.Scale(zero=False, domainMax=1)
    band = base.mark_area(opacity=0.25).encode(
        y=alt.Y(
            proven, type="quantitative", scale=scale, title=None, axis=alt.Axis(format=".0%", tickCount=4)
        ),
        y2=rate,
        color=_colour(legend=False),
    )
    line = base.mark_line(point={"size": 14}).encode(
        y=alt.Y(rate, type="quantitative", title=None), color=_colour(legend=False)
    )
    faceted = (
        alt.layer(band, line)
        .properties(width=_WIDTH, height=70)
        .facet(
            row=alt.Row(
                "specialist",
                type="nominal",
                title=None,
                header=alt.Header(labelAngle=0, labelAnchor="start", labelOrient="top"),
            )
        )
        .resolve_scale(y="independent")
        .properties(title=title)
    )
    return _svg(faceted, alt)


def _base(rows: Rows) -> Any:
    import altair as alt

    values: Sequence[Any] = [{**row, "day": row["day"].isoformat()} for row in rows]
    day = alt.X("day", type="temporal", title=None, axis=alt.Axis(format="%-d %b", tickCount=5, grid=False))
    return alt.Chart(alt.InlineData(values=values)).encode(x=day)


def _axis(value: str, form: str) -> Any:
    import altair as alt

    return alt.Y(value, type="quantitative", title=None, axis=alt.Axis(format=form, tickCount=4))


def _colour(legend: bool = True) -> Any:
    import altair as alt

    shown = alt.Legend(orient="bottom", title=None) if legend else None
    return alt.Color("specialist", type="nominal", legend=shown)


def _svg(chart: Any, alt: Any) -> str:
    import vl_convert

    styled = chart.configure_view(stroke=None).configure_title(anchor="start", fontSize=13)
    drawn: str = vl_convert.vegalite_to_svg(styled.to_dict(), vl_version=_vega_lite(alt))
    return drawn


def _vega_lite(alt: Any) -> str:
    """5.20, of the version of Vega-Lite that altair speaks."""
    return ".".join(str(alt.SCHEMA_VERSION).removeprefix("v").split(".")[:2])
