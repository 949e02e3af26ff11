"""The provider's own call log and bill: what tests hold the system against."""

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

# US dollars per million tokens, copied by hand from the providers' price pages: fresh input, read from the
# cache, written to it (5 minutes), output. Not from the table that the system reads.
PER_MILLION: Mapping[str, tuple[float, float, float, float]] = {
    "claude-haiku-4-5": (1.0, 0.10, 1.25, 5.0),
    "claude-haiku-5-5": (0.10, 0.01, 0.125, 0.5),
    "claude-sonnet-5-5": (2.0, 0.10, 2.5, 10.0),
    "claude-opus-5-5": (4.0, 0.20, 5.0, 20.0),
    "gpt-5.4-mini": (0.75, 0.075, 0.75, 4.5),
    "gpt-5-mini": (0.25, 0.025, 0.25, 2.0),
}


@dataclass(frozen=True, slots=True)
class Tokens:
    """As the provider counts them: a token for every four bytes, started ones counted."""

    fresh: int
    cached: int
    written: int
    out: int

    @property
    def all_in(self) -> int:
        return self.fresh + self.cached + self.written

    def usd(self, model: str, share: float = 1.0) -> float:
        fresh, cached, written, out = PER_MILLION[model]
        total = self.fresh * fresh + self.cached * cached + self.written * written + self.out * out
        return total * share / 1e6


NO_TOKENS = Tokens(0, 0, 0, 0)


@dataclass(frozen=True, slots=True)
class Call:
    """One request as it arrived, and what became of it. `usd` is what the provider charges for it."""

    number: int
    at: float
    path: str
    headers: Mapping[str, str]
    body: Mapping[str, Any]
    fault: str | None
    tokens: Tokens
    usd: float


class Counter:
    """Counts tokens, and remembers the prefixes that were marked to be cached."""

    def __init__(self) -> None:
        self._prefixes: set[str] = set()

    def count(self, prefix: Any, rest: Any, said: str, *, cached: bool) -> Tokens:
        """`prefix` is all that stands before the record; `cached`: it is marked to be cached."""
        written = json.dumps(prefix, ensure_ascii=False, sort_keys=True)
        before, after = _tokens(written), _tokens(json.dumps(rest, ensure_ascii=False))
        out = _tokens(said)
        if not cached:
            return Tokens(before + after, 0, 0, out)
        if written in self._prefixes:
            return Tokens(after, before, 0, out)
        self._prefixes.add(written)
        return Tokens(after, 0, before, out)


def _tokens(text: str) -> int:
    return math.ceil(len(text.encode("utf-8", "surrogatepass")) / 4)
