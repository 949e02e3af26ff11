"""The comparison as a table, as notes in words, and as JSON. Every figure says how it was come by."""

from collections.abc import Iterator, Mapping
from dataclasses import asdict
from typing import Any

from rich.console import Console
from rich.table import Table

from benchmarks.harness.accounting import Accounts, Cost
from benchmarks.harness.faults import SYSTEMS, Failures, Fate
from benchmarks.harness.generations import GENERATIONS, NEWEST, RIGHT_SIZED
from benchmarks.harness.tokens import TOKENIZER
from benchmarks.harness.traffic import CALL_SECONDS, IN_FLIGHT
from benchmarks.harness.ways import FAIR
from resources.gateway.prices import price_table

# What the project set itself at the newest list prices: way, and share of the fair opponent's cost.
GOALS = {"e right-sized": 1 / 6, "f batches": 1 / 12}
LABELS = {
    "calls, tokens": f"measured on real request bodies; tokenizer: {TOKENIZER}",
    "answers": "simulated: the sample's own outputs as JSON; no tokens of thought, on either side",
    "cached": f"computed by the provider's rules, for {IN_FLIGHT} calls in flight of {CALL_SECONDS:g} s each",
    "money": f"computed: list prices of {price_table()}",
    "judgement share": "measured: the sample through the real rules",
    "failures": "measured over HTTP; mechanism, simulated answers",
}


def show(console: Console, accounts: Accounts, failures: Mapping[str, Failures] | None, share: float) -> None:
    console.print(_money(accounts))
    console.print(_shares(accounts))
    if failures is not None:
        console.print(_failures(failures, share))
    for note in (*notes(accounts), *_notes_on(failures or {})):
        console.print(f"- {note}")
    for what, how in LABELS.items():
        console.print(f"[dim]{what}: {how}[/dim]")


def as_json(accounts: Accounts, failures: Mapping[str, Failures] | None, share: float) -> dict[str, Any]:
    return {
        "name": "harness",
        "records": accounts.records,
        "labels": LABELS,
        "models": {generation.name: asdict(generation) for generation in GENERATIONS},
        "right_sized": RIGHT_SIZED,
        "ways": [
            {
                "way": way.name,
                "label": way.label,
                **{
                    generation: {**asdict(cost), "of_the_fair_opponent": accounts.ratio(way.name, generation)}
                    for generation, cost in accounts.costs[way.name].items()
                },
            }
            for way in accounts.ways
        ],
        "judged": {name: [accounts.left_by_rules.get(name, 0), n] for name, n in accounts.asked.items()},
        "notes": [*notes(accounts), *_notes_on(failures or {})],
        "failures": None if failures is None else {"share": share, **_failures_json(failures)},
    }


def notes(accounts: Accounts) -> Iterator[str]:
    """Whether the goals are met, and every row in which the workforce loses."""
    for way, goal in GOALS.items():
        ratio = accounts.ratio(way, NEWEST.name)
        met = "met" if ratio <= goal else "MISSED"
        yield f"goal {way}: at most 1/{1 / goal:.0f} of the fair opponent; it is {_share(ratio)}: {met}"
    for generation in (generation.name for generation in GENERATIONS):
        costs = {way: by[generation] for way, by in accounts.costs.items()}
        labels = {way.name: way.label for way in accounts.ways}
        harnesses = [way for way in costs if way[0] in "ab"]
        for way in costs:
            cheaper = [labels[h] for h in harnesses if costs[h].usd < costs[way].usd]
            if way not in harnesses and cheaper:
                yield f"we lose ({generation} prices): {labels[way]} costs more than {', '.join(cheaper)}"
        if costs["d frontier"].usd > costs["c frontier uncached"].usd:
            yield f"caching loses ({generation} prices): all frontier is cheaper uncached"
    unlucky = accounts.ratio("f batches, no hit", NEWEST.name)
    met = "still met" if unlucky <= GOALS["f batches"] else "MISSED"
    yield f"batches run in any order: if no request of theirs finds the cache, it is {_share(unlucky)}: {met}"
    fair, frontier = (accounts.costs[way][NEWEST.name].usd for way in (FAIR, "d frontier"))
    yield (
        f"specialists on the opponent's own model, cached, cost {_share(frontier / fair)} of it (newest "
        "prices); the rest of the difference is the size of the model"
    )
    yield "the rules for the head could be put before a harness, too: compare row g with e, not with b"
    yield "right-sized is a claim about prices; that a smaller model is good enough, only evals on it can say"


def _notes_on(failures: Mapping[str, Failures]) -> Iterator[str]:
    """Where the harness brings more records to the right end, and what a crash costs again."""
    if not failures:
        return
    theirs, ours = (failures[system].again.as_without for system in SYSTEMS)
    if theirs > ours:
        yield (
            f"we lose (failures): after a second run the harness has {theirs} records as without faults, "
            f"the workforce {ours}; it holds a refused answer for a person, where the harness asks anew"
        )
    for system, found in failures.items():
        again = found.killed.tokens - found.clean.tokens
        share = again / found.clean.tokens
        yield f"{system}: a kill half-way bills {again:,} tokens again, {share:.1%} of the run"


def _money(accounts: Accounts) -> Table:
    table = Table(title=f"The same work on {accounts.records:,} leads; US dollars a thousand leads")
    for name in ("", "calls", "tokens in", "from cache", "tokens out"):
        table.add_column(name, justify="left" if not name else "right")
    for generation in GENERATIONS:
        table.add_column(f"{generation.name}\nUSD", justify="right")
        table.add_column("of fair", justify="right")
    for way in accounts.ways:
        newest = accounts.costs[way.name][NEWEST.name]
        money = [
            text
            for generation in GENERATIONS
            for text in (
                f"{1000 * accounts.costs[way.name][generation.name].usd / accounts.records:,.2f}",
                _share(accounts.ratio(way.name, generation.name)),
            )
        ]
        table.add_row(way.label, *_per_lead(newest, accounts.records), *money)
    return table


def _per_lead(cost: Cost, records: int) -> tuple[str, str, str, str]:
    cached = cost.cached / cost.tokens_in if cost.tokens_in else 0.0
    return (
        f"{cost.calls / records:.2f}",
        f"{cost.tokens_in / records:,.0f}",
        f"{cached:.0%}",
        f"{cost.tokens_out / records:,.0f}",
    )


def _share(ratio: float) -> str:
    return f"1/{1 / ratio:.1f}" if ratio < 1 else f"{ratio:.2f}"


def _shares(accounts: Accounts) -> Table:
    table = Table(title="What rules leave to a model (measured)")
    for name in ("specialist", "records that reach it", "judgements", "share"):
        table.add_column(name, justify="left" if name == "specialist" else "right")
    for name, reached in accounts.asked.items():
        left = accounts.left_by_rules.get(name, 0)
        table.add_row(name, f"{reached:,}", f"{left:,}", f"{left / reached:.0%}")
    return table


def _failures(failures: Mapping[str, Failures], share: float) -> Table:
    title = (
        f"{share:.0%} of calls go wrong (mechanism, simulated answers); tokens by the mock provider's count"
    )
    table = Table(title=title)
    for name in ("", "records", "as without", "held", "unfinished", "wrongly done", "calls", "billed tokens"):
        table.add_column(name, justify="left" if not name else "right")
    for system, found in failures.items():
        table.add_row(f"{system}: no faults", str(len(found.clean.ends)), "", "", "", "", *_load(found.clean))
        table.add_row(f"{system}: one run", "", *_fate(found.first), *_load(found.first_run))
        table.add_row(f"{system}: a second run", "", *_fate(found.again), *_load(found.again_run))
        table.add_row(
            f"{system}: killed half-way, resumed", "", *_fate(found.killed_fate), *_load(found.killed)
        )
    return table


def _load(run: Any) -> tuple[str, str]:
    return f"{run.calls:,}", f"{run.tokens:,}"


def _fate(fate: Fate) -> tuple[str, str, str, str]:
    return str(fate.as_without), str(fate.held), str(fate.unfinished), str(fate.wrong)


def _failures_json(failures: Mapping[str, Failures]) -> dict[str, Any]:
    return {
        system: {
            "records": len(found.clean.ends),
            "no_faults": _run_json(found.clean),
            "one_run": {**asdict(found.first), **_run_json(found.first_run)},
            "a_second_run": {**asdict(found.again), **_run_json(found.again_run)},
            "killed_and_resumed": {**asdict(found.killed_fate), **_run_json(found.killed)},
            "tokens_billed_again": found.killed.tokens - found.clean.tokens,
        }
        for system, found in failures.items()
    }


def _run_json(run: Any) -> dict[str, int]:
    return {"calls": run.calls, "billed_tokens": run.tokens}
