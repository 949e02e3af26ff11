"""What every generator writes: one held-out case as a plain mapping, and texts written by hand."""

import random
from collections.abc import Sequence
from datetime import UTC, datetime
from itertools import product
from pathlib import Path
from typing import Any

import yaml

TEXTS = Path(__file__).parent / "texts"
AUTHOR = "author"
AT = datetime(2026, 3, 3, 10, tzinfo=UTC)

Made = dict[str, Any]


def made(name: str, record: Made, expect: Made, provenance: str, decider: str = "rules", **more: Any) -> Made:
    """A case; `more`: kind, at, campaign, repeats, world. Empty fields of `world` are left out."""
    world = {key: value for key, value in more.pop("world", {}).items() if value is not None}
    at: datetime = more.pop("at", AT)
    return {
        "name": name,
        "kind": more.pop("kind", "ordinary"),
        "provenance": provenance,
        "decider": decider,
        "at": at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        **({"repeats": True} if more.pop("repeats", False) else {}),
        **more,
        "record": record,
        "world": world,
        "expect": expect,
    }


def texts(name: str) -> list[tuple[str, str]]:
    """(label, text), in the order of the file."""
    content: dict[str, list[str]] = yaml.safe_load((TEXTS / f"{name}.yaml").read_text("utf-8"))
    return [(label, text) for label, found in content.items() for text in found]


def joined(rng: random.Random, first: Sequence[str], second: Sequence[str], count: int) -> list[str]:
    """`count` different messages, of a text of `first` and one of `second` in either order."""
    pairs = [(one, other) for one, other in product(first, second) if one != other]
    ordered = (pair if rng.random() < 0.5 else pair[::-1] for pair in rng.sample(pairs, len(pairs)))
    return list(dict.fromkeys(" ".join(pair) for pair in ordered))[:count]
