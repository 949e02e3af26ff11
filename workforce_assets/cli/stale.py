"""`workforce stale`: what is out of date, all that follows it, and what making it again costs at most."""

import os
from typing import Annotated

import typer

from workforce_assets.cli.console import OUT, compact_table, fail, input_errors, print_json, shown


def stale(
    workforce: Annotated[str, typer.Argument(help="which workforce")] = "outbound",
    json: Annotated[bool, typer.Option("--json", help="print exactly one JSON object")] = False,
) -> None:
    """Partitions made in another version or from another upstream, with their downstream. Runs nothing."""
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
    usd = sum(each.usd for each in found)
    if json:
        print_json({"stale": [each.as_json() for each in found], "usd_at_most": usd})
        return
    if not found:
        OUT.print("nothing is stale: every partition was made by today's versions, from what is there now")
        return
    table = compact_table("stale", "partition", "rows", "USD")
    table.add_column("asset", no_wrap=True)
    table.add_column("why")
    for each in found:
        why = each.why if each.by_itself else f"{each.why}; touches the world: only by hand"
        table.add_row(each.partition, f"{each.rows:,}", f"{each.usd:.4f}", each.asset, shown(why))
    OUT.print(table)
    first, last = found[0].partition, found[-1].partition
    OUT.print(
        f"again: workforce backfill {chosen.name} --from {first} --to {last} · {usd:.4f} USD at most; "
        "what the journal knows is not paid twice, and nobody is written to twice"
    )
