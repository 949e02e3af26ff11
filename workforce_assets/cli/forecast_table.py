"""A forecast as a person reads it: what each specialist will cost, then time, caps and assumptions."""

from workforce_assets.cli.console import OUT, compact_table, shown
from workforce_assets.forecast.forecast import CALL_SECONDS, IN_FLIGHT, Forecast, SpecialistForecast
from workforce_assets.forecast.interval import Interval
from workforce_assets.manager import ManagerCard

ENDS = ("least", "likely", "most")


def print_forecast(found: Forecast, card: ManagerCard) -> None:
    days = len(found.sources)
    title = f"forecast: {days} {'day' if days == 1 else 'days'}, {_plain(found.leads)} leads"
    table = compact_table(title, "specialist", "", "calls", "tokens in", "cached", "tokens out", "USD")
    for one in found.specialists:
        for row in _rows(one):
            table.add_row(*row)
    OUT.print(table)
    OUT.print(f"money {usd_ends(found.usd)} USD · time {_time(found.seconds)}")
    for one in found.specialists:
        way = "; in batches, each answered within 24 hours" if one.in_batches else ""
        OUT.print(f"{one.specialist}: {shown(one.candidate or 'no model is pinned')}; {one.source}{way}")
    for source in dict.fromkeys(found.sources.values()):
        OUT.print(f"calls: {source}")
    OUT.print(
        f"assumed: {_plain(CALL_SECONDS)} s a call, {IN_FLIGHT} at a time, every call answered at first"
    )
    _print_caps(found, card, days)


def _print_caps(found: Forecast, card: ManagerCard, days: int) -> None:
    caps = [f"{card.budget_usd_per_day:.2f} USD a day"]
    caps += [f"{usd:.2f} USD a day for {name}" for name, usd in card.budget_usd_per_day_of.items()]
    caps += [f"{card.budget_usd_per_run:.2f} USD a run"] if card.budget_usd_per_run is not None else []
    OUT.print(f"caps on the manager's card: {', '.join(caps)}; above them records are held, not billed")
    if found.usd.high > card.budget_usd_per_day * days:
        OUT.print("[yellow]the most is above the caps[/]: some records may be held over budget")


def _rows(one: SpecialistForecast) -> list[list[str]]:
    """A row for each end; a single one where nobody is paid."""
    counts = (one.calls, one.tokens_in, one.tokens_cached, one.tokens_out)
    if not one.calls.high:
        return [[one.specialist, "", *("0" for _ in counts), "0.0000"]]
    names = (one.specialist, "", "")
    ends = list(zip(*(count.ends for count in counts), strict=True))
    return [
        [names[n], ENDS[n], *(f"{number:,.0f}" for number in ends[n]), f"{one.usd.ends[n]:,.4f}"]
        for n in range(len(ENDS))
    ]


def _plain(interval: Interval) -> str:
    return _ends([f"{value:,.0f}" for value in interval.ends])


def usd_ends(interval: Interval) -> str:
    """Least, likely and most, with four digits."""
    return _ends([f"{value:,.4f}" for value in interval.ends])


def _time(interval: Interval) -> str:
    return _ends([_clock(value) for value in interval.ends])


def _clock(seconds: float) -> str:
    return f"{seconds:,.0f} s" if seconds < 120 else f"{seconds / 60:,.0f} min"


def _ends(words: list[str]) -> str:
    """Three ends, or one where they are the same."""
    return " .. ".join(words) if len(set(words)) > 1 else words[0]
