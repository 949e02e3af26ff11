"""A run as a person reads it: who decided, what is held and why, which checks failed, what to open next."""

from collections import Counter

from specialists.decisions import DISPOSITIONS
from workforce_assets.cli.console import OUT, compact_table, shown
from workforce_assets.run_report import AssetReport, RunReport
from workforce_assets.summary import decider_kind

SHARES = ("rule", "local", "model")


def print_report(report: RunReport) -> None:
    title = f"partition {report.partition} · run {report.run_id[:8]}"
    table = compact_table(title, "asset", "rows", *DISPOSITIONS, *SHARES, "sec")
    for name, asset in report.assets.items():
        table.add_row(name, *_cells(asset))
    OUT.print(table)
    OUT.print(f"cost {report.cost_usd:.4f} USD · {speed(report.records_per_second)}")
    waiting = {
        name: sum(asset.by_disposition.get(name, 0) for asset in report.assets.values())
        for name in ("held", "rejected")
    }
    if any(waiting.values()):
        counts = " and ".join(f"{count:,} {name}" for name, count in waiting.items() if count)
        OUT.print(f"{counts}: `workforce status` says why")
    for cap, rows in report.over_budget.items():
        OUT.print(f"[yellow]{rows:,} held[/] {shown(cap)}; run the partition again when there is money")
    for check in report.checks:
        if not check.passed:
            colour = "red" if check.severity == "ERROR" else "yellow"
            OUT.print(f"[{colour}]{check.severity}[/] check {check.name} on {check.asset} failed")
    for error in report.errors:
        OUT.print(f"[red]failed[/] {shown(error)}")


def speed(records_per_second: float) -> str:
    """A handful of rows takes as long as starting does: no figure that reads as none."""
    return "under 1 record/s" if records_per_second < 1 else f"{records_per_second:,.0f} records/s"


def _cells(asset: AssetReport) -> list[str]:
    kinds = Counter[str]()
    for decider, rows in asset.by_decider.items():
        kinds[decider_kind(None if decider == "nobody" else decider)] += rows
    dispositions = [f"{asset.by_disposition.get(name, 0):,}" for name in DISPOSITIONS]
    shares = [f"{kinds[kind] / asset.rows:.0%}" if asset.rows else "-" for kind in SHARES]
    return [f"{asset.rows:,}", *dispositions, *shares, f"{asset.seconds:.1f}"]
