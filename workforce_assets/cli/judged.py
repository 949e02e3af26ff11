"""How a record was judged, as `workforce trace` shows it: every step, by whom, why it stopped, its cost."""

from collections.abc import Iterator
from contextlib import contextmanager

from rich.table import Table

from resources.gateway.answers import Answer, Step, Usage
from resources.journal import Journal
from resources.store.engine import open_engine
from resources.store.group_commit import GroupCommit
from resources.store.journal import StoredJournal
from resources.store.migrate import check_version
from workforce_assets.cli.console import shown
from workforce_assets.settings import Settings


@contextmanager
def kept_journal(settings: Settings) -> Iterator[Journal]:
    """Raises StoreVersionError."""
    engine = open_engine(settings.operations_url)
    try:
        check_version(engine)
        yield StoredJournal(engine, GroupCommit(engine))
    finally:
        engine.dispose()


def judged_in(answer: Answer) -> Table:
    """A row for each step; what a step did not use is left out."""
    table = Table(show_header=False, box=None, padding=(0, 1, 0, 0), pad_edge=False)
    for number, step in enumerate(answer.steps, start=1):
        table.add_row(f"[cyan]step {number}[/]", shown(step.did), _by(step), f"[dim]{_used(step.usage)}[/]")
    if answer.usage.price:
        table.add_row("[cyan]prices[/]", f"[dim]{shown(answer.usage.price)}[/]")
    return table


def _by(step: Step) -> str:
    """Who, and in its own word why it stopped."""
    stopped = f" ({step.stop})" if step.stop else ""
    return shown(f"{step.by or 'nobody'}{stopped}")


def _used(usage: Usage) -> str:
    counts = {
        "in": usage.tokens_in,
        "cached": usage.cached,
        "cache write": usage.cache_write,
        "out": usage.tokens_out,
        "reasoning": usage.reasoning,
    }
    words = [f"{name} {count:,}" for name, count in counts.items() if count]
    return ", ".join([*words, f"{usage.usd:.6f} USD"] if usage.usd else words)
