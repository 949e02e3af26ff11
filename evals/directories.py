"""How far public directories agree, and what the Enricher's rule makes of it:

`python -m evals.directories --data FOLDER [--date YYYY-MM-DD]`

FOLDER holds `sp500/`, `edgar_filers/` and `financedatabase_us/` (see evals.directories_data). Prints a table,
then one JSON. Writes nothing.
"""

import json
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from itertools import combinations
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from evals.directories_data import SOURCES, Company, load_joined
from specialists.enricher.firmographics import firmographics
from specialists.enricher.policy import FieldName
from specialists.enricher.same_value import same_value

FIELDS: tuple[FieldName, ...] = ("city", "industry")
# Surer than any value can be, so that the rule alone says what is taken.
_MATCH = 1.0


def report(companies: Sequence[Company], day: date) -> list[dict[str, Any]]:
    """For each pair of sources and each field: agreement, and what the rule takes on `day`.

    The rule is asked twice: with each source's own date, and as if both were of that day. A third source is
    the reference, on the companies that it has too; `each_alone` is what taking either source would give.
    """
    return [_agreement(companies, pair, field, day) for pair in combinations(SOURCES, 2) for field in FIELDS]


def _agreement(
    companies: Sequence[Company], pair: tuple[str, str], field: FieldName, day: date
) -> dict[str, Any]:
    (third,) = (source for source in SOURCES if source not in pair)
    both = [one for one in companies if all(one.get(source, field) for source in pair)]
    rows = [(one.rows[pair[0]], one.rows[pair[1]]) for one in both]
    judged = [one for one in both if one.get(third, field)]
    return {
        "pair": " & ".join(pair),
        "field": field,
        "companies": len(both),
        "exact": _share(getattr(a, field) == getattr(b, field) for a, b in rows),
        "but_for_case": _share(getattr(a, field).casefold() == getattr(b, field).casefold() for a, b in rows),
        "normalised": _share(same_value(field, a, b) for a, b in rows),
        "reference": third,
        "with_reference": len(judged),
        "each_alone": {
            source: _share(same_value(field, one.rows[source], one.rows[third]) for one in judged)
            for source in pair
        },
        "rule_at_their_dates": _ruled(judged, pair, third, field, day, None),
        "rule_at_one_date": _ruled(judged, pair, third, field, day, day),
    }


def _ruled(
    companies: Sequence[Company],
    pair: tuple[str, str],
    third: str,
    field: FieldName,
    day: date,
    same_date: date | None,
) -> dict[str, float | None]:
    """Share resolved, of those the share that equals the reference, share left empty because of a dispute."""
    right, resolved, disputed = [], 0, 0
    for one in companies:
        rows = [one.rows[source] for source in pair]
        dated = [row.model_copy(update={"as_of": same_date}) for row in rows] if same_date else rows
        known = firmographics(dated, day, _MATCH)
        cited = getattr(known.values, field)
        disputed += f"unresolved:{field}" in known.flags
        if cited is not None:
            resolved += 1
            taken = next(row for row in dated if row.cited_as == cited.source)
            right.append(same_value(field, taken, one.rows[third]))
    total = len(companies)
    return {
        "resolved": round(resolved / total, 4) if total else None,
        "equal_to_reference": _share(right),
        "left_empty": round(disputed / total, 4) if total else None,
    }


def _share(true: Iterable[bool]) -> float | None:
    values = list(true)
    return round(sum(values) / len(values), 4) if values else None


def _table(rows: Sequence[dict[str, Any]]) -> Table:
    table = Table(
        *("pair", "field", "companies", "exact", "but for case", "normalised", "reference", "each alone"),
        *("rule at their dates", "rule at one date"),
        title="agreement; rule: resolved / of those equal to the reference / left empty",
    )
    for row in rows:
        alone = " ".join(str(share) for share in row["each_alone"].values())
        rules = (
            " / ".join(str(share) for share in row[name].values())
            for name in ("rule_at_their_dates", "rule_at_one_date")
        )
        told = [
            str(row[name]) for name in ("pair", "field", "companies", "exact", "but_for_case", "normalised")
        ]
        table.add_row(*told, f"{row['reference']} ({row['with_reference']})", alone, *rules)
    return table


def main(
    data: Annotated[Path, typer.Option("--data", help="The folder of the three sources' folders.")],
    day: Annotated[
        datetime, typer.Option("--date", formats=["%Y-%m-%d"], help="The partition's date.")
    ] = datetime(2026, 8, 10),  # noqa: DTZ001  a date, read as one
) -> None:
    """Measure agreement of city and industry, raw, normalised and by the Enricher's rule."""
    found = report(load_joined(data), day.date())
    Console(width=200).print(_table(found))
    typer.echo(json.dumps({"date": str(day.date()), "agreement": found}, indent=1))


if __name__ == "__main__":
    typer.run(main)
