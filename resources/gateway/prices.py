"""List prices, from the table that ships inside the locked version of litellm. No network, no import of it.

Prices are US dollars a token. Importing litellm takes 2.7 s; reading its JSON takes 20 ms.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from resources.errors import OneLineError
from resources.gateway.answers import Usage

_FILE = "model_prices_and_context_window_backup.json"
_FIELDS = {
    "input_cost_per_token": "input",
    "output_cost_per_token": "output",
    "output_cost_per_reasoning_token": "reasoning",
    "cache_read_input_token_cost": "cached",
    "cache_creation_input_token_cost": "cache_write",
}
_KEY = re.compile(rf"({'|'.join(_FIELDS)})(?:_above_(\d+)k_tokens)?(_batches)?")
# https://platform.claude.com/docs/en/about-claude/pricing: a 5-minute cache write costs 1.25 times the input,
# the Message Batches API half.
_CACHE_WRITE_SURCHARGE = 1.25
_BATCH_SHARE = 0.5
# Servers of models on one's own machine: nobody bills what they are asked. Anywhere else a price of 0 is one
# that the table does not know, or that of a preview or a quota, after which money is taken.
_OWN_MACHINE = frozenset({"ollama", "lemonade"})
# So ollama names what it passes on to its own cloud.
_PASSED_ON = "-cloud"
# Stands in `Usage.price` of what was billed as part of a batch.
AT_BATCH_PRICES = ": batch, "


class PriceError(OneLineError):
    """No price is known, so no budget could hold. One line, with what to do."""


# No call has so many. Money and columns of the stores are integers of 64 bits.
MOST_TOKENS = 2**31


@dataclass(frozen=True, slots=True)
class Counts:
    """Tokens as a provider billed them; `cached` and `cache_write` are parts of `tokens_in`."""

    tokens_in: int
    tokens_out: int
    cached: int = 0
    cache_write: int = 0
    reasoning: int = 0


@dataclass(frozen=True, slots=True)
class Rates:
    """US dollars a token, for calls of more than `above` input tokens."""

    above: int
    input: float
    output: float
    cached: float
    cache_write: float
    reasoning: float

    def usd(self, counts: Counts) -> float:
        fresh = counts.tokens_in - counts.cached - counts.cache_write
        spoken = counts.tokens_out - counts.reasoning
        return (
            fresh * self.input
            + counts.cached * self.cached
            + counts.cache_write * self.cache_write
            + spoken * self.output
            + counts.reasoning * self.reasoning
        )

    def says(self) -> str:
        return (
            f"in {self.input:g}, cached {self.cached:g}, cache write {self.cache_write:g}, "
            f"out {self.output:g}, reasoning {self.reasoning:g} USD/token"
        )


@dataclass(frozen=True, slots=True)
class Price:
    """One model's list prices; `rates` and `batch_rates` by size of the input, smallest first."""

    model: str
    table: str
    rates: tuple[Rates, ...]
    batch_rates: tuple[Rates, ...]

    def usage(self, counts: Counts, *, batch: bool = False) -> Usage:
        """What these tokens cost, with the prices it was computed by."""
        tier = self._tier(counts.tokens_in, batch)
        kind = AT_BATCH_PRICES if batch else ": "
        return Usage(
            counts.tokens_in,
            counts.tokens_out,
            tier.usd(counts),
            counts.cached,
            counts.cache_write,
            counts.reasoning,
            f"{self.table}, {self.model}{kind}{tier.says()}",
        )

    def worst_case(self, tokens_in: int, tokens_out: int, *, batch: bool = False) -> float:
        """The most that a call of at most so many tokens can cost, all of its input written to the cache."""
        # Of all tiers that a call within the bound may fall into, not of the bound's own alone.
        tiers = [r for r in (self.batch_rates if batch else self.rates) if r.above < max(tokens_in, 1)]
        return max(
            tokens_in * max(r.input, r.cache_write, r.cached) + tokens_out * max(r.output, r.reasoning)
            for r in tiers
        )

    def _tier(self, tokens_in: int, batch: bool) -> Rates:
        fitting = [r for r in (self.batch_rates if batch else self.rates) if r.above < max(tokens_in, 1)]
        return fitting[-1]


def price_of(model: str) -> Price:
    """Raises PriceError where the table does not say what `model` costs."""
    entry = table_entry(model)
    rates = _rates(entry, batch=False)
    if entry is None or not rates:
        raise PriceError(
            f"{model}: {price_table()} names no price for it, so no budget can hold it; check the spelling "
            "of the candidate, or pin a model that is listed there"
        )
    if not (rates[0].input or rates[0].output or _on_own_machine(model, entry)):
        raise PriceError(
            f"{model}: {price_table()} lists it at 0 USD/token, which is no price of a hosted model, so no "
            "budget can hold it; pin a model that is listed with a price"
        )
    listed = _rates(entry, batch=True)
    halved = tuple(_times(r, _BATCH_SHARE) for r in rates)
    return Price(model, price_table(), rates, listed or halved)


def _on_own_machine(model: str, entry: Mapping[str, Any]) -> bool:
    return entry.get("litellm_provider") in _OWN_MACHINE and not model.endswith(_PASSED_ON)


def price_table() -> str:
    """Which table the prices are from, with its version."""
    return f"litellm {version('litellm')}"


@cache
def table_entry(model: str) -> Mapping[str, Any] | None:
    """The table's line for a litellm model id; `anthropic/x` is listed as `x`. The rest is not kept."""
    package = find_spec("litellm")
    if package is None or not package.submodule_search_locations:
        raise PriceError("litellm is not installed, and it brings the price table; install the lock file")
    path = Path(next(iter(package.submodule_search_locations))) / _FILE
    table = json.loads(path.read_text("utf-8"))
    provider, _, bare = model.partition("/")
    entry = table.get(model)
    if entry is None and bare and table.get(bare, {}).get("litellm_provider") == provider:
        entry = table[bare]
    return entry if isinstance(entry, dict) else None


def _rates(entry: Mapping[str, Any] | None, *, batch: bool) -> tuple[Rates, ...]:
    """Empty where input or output has no price."""
    tiers: dict[int, dict[str, float]] = {0: {}}
    for key, value in (entry or {}).items():
        found = _KEY.fullmatch(key)
        if found and bool(found[3]) == batch and isinstance(value, int | float):
            tiers.setdefault(int(found[2] or 0) * 1000, {})[_FIELDS[found[1]]] = float(value)
    if not {"input", "output"} <= tiers[0].keys():
        return ()
    anthropic = (entry or {}).get("litellm_provider") == "anthropic"
    return tuple(_complete(above, {**tiers[0], **tiers[above]}, anthropic) for above in sorted(tiers))


def _complete(above: int, named: Mapping[str, float], anthropic: bool) -> Rates:
    paid = named["input"]
    write = paid * _CACHE_WRITE_SURCHARGE if anthropic else paid
    return Rates(
        above,
        paid,
        named["output"],
        named.get("cached", paid),
        named.get("cache_write", write),
        named.get("reasoning", named["output"]),
    )


def _times(rates: Rates, share: float) -> Rates:
    return Rates(
        rates.above,
        rates.input * share,
        rates.output * share,
        rates.cached * share,
        rates.cache_write * share,
        rates.reasoning * share,
    )
