"""What the gates do to candidates whose true pass rate is known, simulated: `python -m evals.simulation`.

A candidate passes each case by chance. False adoptions (it is at its bar or under it) must stay at one in
twenty; how often one that is over its bar is adopted is the power. Replays of one candidate against itself
must alarm no more often than that.
"""

from dataclasses import dataclass

import numpy as np
import typer
from rich.console import Console
from rich.table import Table

from evals.statistics import gate, mcnemar_of
from specialists.bounds import CONFIDENCE

SEED = 20260302
# Cases and bar of the shipped held-out sets, and the true rates that are tried around each bar.
SETS = ((62, 0.90), (300, 0.95), (1_291, 0.99), (3_068, 0.999))
OFF_THE_BAR = (-0.5, -0.1, 0.0, 0.5, 0.9)


@dataclass(frozen=True)
class Simulated:
    """Shares (0..1) of `evals` simulated evals with each verdict, for one true pass rate."""

    n: int
    bar: float
    rate: float
    adopt: float
    hold: float
    not_enough: float


def gates(n: int, bar: float, rate: float, evals: int, rng: np.random.Generator) -> Simulated:
    """`evals` evals of `n` cases each, of a candidate that passes a case with probability `rate`."""
    counts = np.bincount(rng.binomial(n, rate, evals), minlength=n + 1)
    shares = {"adopt": 0.0, "hold": 0.0, "not enough evidence": 0.0}
    for passes in np.flatnonzero(counts).tolist():
        shares[gate(passes, n, bar)] += counts[passes] / evals
    return Simulated(n, bar, rate, shares["adopt"], shares["hold"], shares["not enough evidence"])


def alarms(n: int, rate: float, replays: int, rng: np.random.Generator) -> float:
    """The share of replays of a candidate against itself on `n` cases that differ significantly."""
    alone = rate * (1 - rate)
    found = rng.multinomial(n, [alone, alone, 1 - 2 * alone], replays)
    significant = sum(mcnemar_of(int(a), int(b)).p_value < 1 - CONFIDENCE for a, b, _ in found)
    return significant / replays


def rates(bar: float) -> tuple[float, ...]:
    """True rates around a bar, by parts of what is left to 1: half under it, at it, nearly perfect."""
    return tuple(bar + part * (1 - bar) for part in OFF_THE_BAR)


def main(evals: int = 20_000, replays: int = 2_000) -> None:
    """Two tables; every figure is simulated, with one seed."""
    rng = np.random.default_rng(SEED)
    title = f"candidates of a known true pass rate at the gates: {evals:,} evals a line"
    table = Table(title=title, title_justify="left")
    for column in ("cases", "bar", "true rate", "adopt", "hold", "not enough", "what adopting is"):
        table.add_column(column, justify="right")
    for n, bar in SETS:
        for rate in rates(bar):
            one = gates(n, bar, rate, evals, rng)
            says = "power" if rate > bar else "false"
            shares = (f"{share:.1%}" for share in (one.adopt, one.hold, one.not_enough))
            last = rate == rates(bar)[-1]
            table.add_row(f"{n:,}", f"{bar:g}", f"{rate:.2%}", *shares, says, end_section=last)
    Console().print(table)
    title = f"replays of a candidate against itself: {replays:,} a line"
    again = Table(
        "cases", "true rate", "replays against itself that alarm", title=title, title_justify="left"
    )
    for n, rate in ((60, 0.90), (300, 0.93), (1_000, 0.99)):
        again.add_row(f"{n:,}", f"{rate:.0%}", f"{alarms(n, rate, replays, rng):.1%}")
    Console().print(again)


if __name__ == "__main__":
    typer.run(main)
