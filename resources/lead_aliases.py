"""The names that exports of CRMs give to lead columns."""

from functools import cache
from pathlib import Path

import yaml

_FILE = Path(__file__).with_suffix(".yaml")


def plain_name(header: str) -> str:
    """What headers are compared by: letters and digits, without case."""
    return "".join(filter(str.isalnum, header.casefold()))


@cache
def aliases() -> dict[str, tuple[frozenset[str], ...]]:
    """Column -> its other names, as `plain_name` writes them, in groups: the first to fit counts."""
    content = yaml.safe_load(_FILE.read_text("utf-8"))
    return {
        column: tuple(frozenset(map(plain_name, group)) for group in groups)
        for column, groups in content["columns"].items()
    }
