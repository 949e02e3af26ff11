"""`workforce stale`: what is out of date, all that follows it, and what making it again will cost."""

import os
from datetime import UTC, datetime
from typing import Annotated

import typer

from workforce_assets.cli.console import OUT, compact_table, fail, input_errors, print_json, shown


def stale(
    workforce: Annotated[str, typer.Argument(help="which workforce")] = "outbound",
    json: Annotated[bool, typer.Option("--json", help="print exactly one JSON object")] = False,
) -> None:
    """Partitions made in another version or from another upstream, with their downstream. Runs nothing."""
    from workforce_assets.cli.forecast_table import usd_ends
    from workforce_assets.cli.progress import progress_bars
    from workforce_assets.forecast.again import usd_again
    from workforce_assets.forecast.interval import NOTHING
    from workforce_assets.prepare import instance_of, is_prepared
    from workforce_assets.settings import Settings
    from workforce_assets.staleness import stale_partitions
    from workforce_assets.workforces import find_workforce

    settings = Settings.from_environment(os.environ)
    with input_errors():
        chosen = find_workforce(workforce)
    if not is_prepared(settings):
        fail(f"{settings.home.root} holds no record yet; hand one in with `workforce run`")
    with instance_of(settings) as instance:
        found = stale_partitions(settings.lake, instance, chosen)
    with input_errors(), progress_bars(quiet=json) as bars:
        usd = usd_again(settings, chosen, found, datetime.now(UTC), bars.counter("forecast, days"))
    if json:
        told = [each.as_json() | {"usd": cost.as_json(6)} for each, cost in zip(found, usd, strict=True)]
        print_json({"stale": told, "usd": sum(usd, NOTHING).as_json(6)})
        return
    if not found:
        OUT.print("nothing is stale: every partition was made by today's versions, from what is there now")
        return
    table = compact_table("stale", "partition", "rows", "likely USD")
    table.add_column("asset", no_wrap=True)
    table.add_column("why")
    for each, cost in zip(found, usd, strict=True):
        why = each.why if each.by_itself else f"{each.why}; touches the world: only by hand"
        table.add_row(each.partition, f"{each.rows:,}", f"{cost.likely:.4f}", each.asset, shown(why))
    OUT.print(table)
    first, last = found[0].partition, found[-1].partition
    OUT.print(
        f"again: workforce backfill {chosen.name} --from {first} --to {last} · "
        f"forecast {usd_ends(sum(usd, NOTHING))} USD; "
        "what the journal knows is not paid twice, and nobody is written to twice"
    )
