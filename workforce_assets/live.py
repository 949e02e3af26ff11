"""A materialization while it runs, in one line: rows, money so far and projected, calls in flight."""

from collections.abc import Callable
from dataclasses import dataclass

import dagster as dg

from workforce_assets.summary import Summary


@dataclass(frozen=True)
class Live:
    """`of`: rows that will come in all, None where nobody knows. `in_flight`: calls to a hosted model now."""

    summary: Summary
    of: int | None = None
    in_flight: Callable[[], int] = lambda: 0

    @property
    def projected_usd(self) -> float | None:
        """What all rows will have cost, at the mean of those so far. None where nobody knows how many."""
        rows, usd = self.summary.rows, self.summary.cost_usd
        return usd / rows * self.of if self.of and rows else None

    def words(self) -> str:
        """Money and calls are told only where there are any."""
        rows, usd, calls = self.summary.rows, self.summary.cost_usd, self.in_flight()
        said = [f"{rows:,} rows" if self.of is None else f"{rows:,} of {self.of:,} rows"]
        if usd:
            said.append(f"{usd:.4f} USD")
            said += [f"{self.projected_usd:.4f} projected"] if self.projected_usd is not None else []
        return " · ".join([*said, f"{calls} in flight"] if calls else said)

    def metadata(self) -> dict[str, dg.MetadataValue]:
        """The same as numbers, for the asset's page while the step runs."""
        rows, usd = self.summary.rows, self.summary.cost_usd
        counts = {"rows": rows, "rows_in_all": self.of, "calls_in_flight": self.in_flight()}
        money = {"cost_usd": usd, "projected_usd": self.projected_usd}
        return {
            **{name: dg.MetadataValue.int(n) for name, n in counts.items() if n is not None},
            **{name: dg.MetadataValue.float(round(n, 6)) for name, n in money.items() if n is not None},
        }
