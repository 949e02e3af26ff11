"""How often a gate adopts a candidate of a given true pass rate, computed: `python -m evals.power`."""

from collections.abc import Sequence

import typer
from rich.console import Console
from rich.table import Table
from scipy.stats import binom

from evals.statistics import gate

RATES = (0.90, 0.95, 0.98, 0.99, 0.995, 0.999, 1.0)


def adopted(rate: float, n: int, bar: float) -> float:
    """The chance that n cases adopt a candidate whose true pass rate is `rate`."""
    least = next((passes for passes in range(n + 1) if gate(passes, n, bar) == "adopt"), n + 1)
    return float(binom.sf(least - 1, n, rate))


def power_table(sizes: Sequence[tuple[int, float]], rates: Sequence[float] = RATES) -> Table:
    table = Table("cases", "bar", *(f"true {rate:.1%}" for rate in rates), title="share of evals that adopt")
    for n, bar in sizes:
        table.add_row(f"{n:,}", f"{bar:g}", *(f"{adopted(rate, n, bar):.1%}" for rate in rates))
    return table


def main() -> None:
    """The sizes of the shipped held-out sets, and the smallest that prove anything."""
    small = ((29, 0.90), (60, 0.90), (59, 0.95), (200, 0.95))
    large = ((299, 0.99), (700, 0.99), (1291, 0.99), (3068, 0.999))
    Console().print(power_table((*small, *large)))


if __name__ == "__main__":
    typer.run(main)
