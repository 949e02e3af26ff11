"""A materialization while it runs, in one line: rows, money so far and projected, calls in flight."""

from collections.abc import Callable
from dataclasses import dataclass

from workforce_assets.summary import Summary


@dataclass(frozen=True)
class Live:
    """`of`: rows that will come in all, None where nobody knows. `in_flight`: calls to a hosted model now."""

    summary: Summary
    of: int | None = None
    in_flight: Callable[[], int] = lambda: 0

    def words(self) -> str:
        """Money and calls are told only where there are any."""
        rows, usd, calls = self.summary.rows, self.summary.cost_usd, self.in_flight()
        said = [f"{rows:,} rows" if self.of is None else f"{rows:,} of {self.of:,} rows"]
        if usd:
            said.append(f"{usd:.4f} USD")
            said += [f"{usd / rows * self.of:.4f} projected"] if self.of else []
        return " · ".join([*said, f"{calls} in flight"] if calls else said)
