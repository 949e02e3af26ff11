"""`workforce status`: what the lake holds, who decided it, and what waits for a person."""

import os
from collections import Counter
from typing import Annotated, Any

import typer
from rich import box
from rich.table import Table

from workforce_assets.cli.console import OUT, compact_table, input_errors, print_json, shown

REASONS = 12


def status(
    workforce: Annotated[str, typer.Argument(help="which workforce")] = "outbound",
    json: Annotated[bool, typer.Option("--json", help="print exactly one JSON object")] = False,
) -> None:
    """Rows by disposition and decider, and why records are held or rejected, over all partitions."""
    from workforce_assets.cli.spent import print_spent, spent_as_json, spent_days
    from workforce_assets.settings import Settings
    from workforce_assets.warehouse import outcomes
    from workforce_assets.workforces import find_workforce

    settings = Settings.from_environment(os.environ)
    with input_errors():
        chosen = find_workforce(workforce)
    found = {asset: outcomes(settings.lake, asset) for asset in chosen.assets}
    days = spent_days(settings, chosen)
    if json:
        whole = {"workforce": chosen.name, "home": str(settings.home.root), "assets": _as_json(found)}
        print_json({**whole, "budget": spent_as_json(chosen.card, days)})
    elif not any(found.values()):
        OUT.print(f"{settings.home.root} holds no record yet. Try: workforce run {chosen.name} --leads FILE")
    else:
        _print(found)
        print_spent(chosen.card, days)


def _as_json(found: dict[str, list[dict[str, Any]]]) -> dict[str, Any]:
    return {
        asset: {
            "partitions": sorted({row["partition"] for row in rows}),
            "rows": sum(row["rows"] for row in rows),
            "by_disposition": _sum(rows, "disposition"),
            "by_decider": _sum(rows, "decided_by"),
            "held": _sum([row for row in rows if row["disposition"] == "held"], "reason"),
            "rejected": _sum([row for row in rows if row["disposition"] == "rejected"], "reason"),
            "cost_usd": sum(row["cost_usd"] for row in rows),
        }
        for asset, rows in found.items()
    }


def _sum(rows: list[dict[str, Any]], column: str) -> dict[str, int]:
    counts: Counter[str] = Counter()
    for row in rows:
        counts[row[column] or "nobody"] += row["rows"]
    return dict(counts.most_common())


def _print(found: dict[str, list[dict[str, Any]]]) -> None:
    from specialists.decisions import DISPOSITIONS
    from workforce_assets.summary import decider_kind

    columns = ("days", "rows", *DISPOSITIONS, "rule", "local", "model", "USD")
    table = compact_table("records, all partitions", "asset", *columns)
    why: dict[str, Counter[tuple[str, str]]] = {"held": Counter(), "rejected": Counter()}
    for asset, rows in found.items():
        total = sum(row["rows"] for row in rows)
        dispositions, kinds = _sum(rows, "disposition"), Counter[str]()
        for row in rows:
            kinds[decider_kind(row["decided_by"])] += row["rows"]
            if row["disposition"] in why:
                why[row["disposition"]][asset, alike(row["reason"])] += row["rows"]
        table.add_row(
            asset,
            str(len({row["partition"] for row in rows})),
            f"{total:,}",
            *(f"{dispositions.get(name, 0):,}" for name in DISPOSITIONS),
            *(f"{kinds[kind] / total:.0%}" if total else "-" for kind in ("rule", "local", "model")),
            f"{sum(row['cost_usd'] for row in rows):.4f}",
        )
    OUT.print(table)
    if not why["held"]:
        OUT.print("nothing is held: no record waits for a person")
    _print_why("held: these wait for a person, for data, or for their hour", why["held"])
    _print_why("rejected: rows of the files that could not be used", why["rejected"])


def alike(reason: str) -> str:
    """The reason without what differs from record to record, so that equal ones count together."""
    return "until the recipient's next business hour" if reason.startswith("until ") else reason


def _print_why(title: str, reasons: Counter[tuple[str, str]]) -> None:
    if not reasons:
        return
    table = Table(title=title, title_justify="left", box=box.SIMPLE_HEAD)
    table.add_column("asset")
    table.add_column("rows", justify="right")
    table.add_column("why")
    ranked = reasons.most_common()
    for (asset, reason), rows in ranked[:REASONS]:
        table.add_row(asset, f"{rows:,}", shown(reason))
    OUT.print(table)
    if len(ranked) > REASONS:
        rest = sum(rows for _, rows in ranked[REASONS:])
        OUT.print(f"… and {rest:,} more for {len(ranked) - REASONS} other reasons (--json lists all)")
