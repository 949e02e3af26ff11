"""dbt-duckdb's plugin: the functions that SQL lacks and the marts need. Profiles name this module."""

from typing import Any

from dbt.adapters.duckdb.plugins import BasePlugin

from specialists.bounds import lower_bound, upper_bound


class Plugin(BasePlugin):
    """`lower_bound(passes, n)` and `upper_bound(passes, n)`, as in specialists/bounds.py."""

    def configure_connection(self, conn: Any) -> None:
        for name, bound in (("lower_bound", lower_bound), ("upper_bound", upper_bound)):
            conn.create_function(name, _of_two(bound), ["BIGINT", "BIGINT"], "DOUBLE")


def _of_two(bound: Any) -> Any:
    # DuckDB counts a function's parameters: the confidence is not one of SQL's.
    def of(passes: int, n: int) -> float:
        return float(bound(passes, n))

    return of
