"""List prices of hosted models: the table bundled with the locked litellm, read without importing it."""

import json
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from resources.errors import OneLineError

_TABLE = "model_prices_and_context_window_backup.json"


class UnknownPrice(OneLineError):
    """A model without a list price: what it costs cannot be told, so it is no candidate."""


@dataclass(frozen=True, slots=True)
class Price:
    """US dollars per token. `cached`: of input read from the provider's prompt cache."""

    tokens_in: float
    tokens_out: float
    cached: float


def price_of(model: str) -> Price:
    """The price of a litellm model id (`anthropic/claude-...`). Raises UnknownPrice."""
    found = _entry(model)
    if found is None:
        raise UnknownPrice(f"{model}: no price is known for it; use a model id that litellm's table lists")
    read, made = found["input_cost_per_token"], found["output_cost_per_token"]
    return Price(read, made, found.get("cache_read_input_token_cost") or read)


def _entry(model: str) -> dict[str, Any] | None:
    """The table lists some models under their provider's name, and some without it."""
    provider, _, name = model.partition("/")
    for entry in (_table().get(model), _table().get(name) if name else None):
        if entry and "input_cost_per_token" in entry and "output_cost_per_token" in entry:
            listed = entry.get("litellm_provider")
            return entry if model in _table() or listed == provider else None
    return None


@cache
def _table() -> dict[str, dict[str, Any]]:
    spec = find_spec("litellm")
    folders = spec.submodule_search_locations if spec else None
    if not folders:
        raise UnknownPrice("litellm is not installed, so no price is known; run `make`")
    table: dict[str, dict[str, Any]] = json.loads((Path(folders[0]) / _TABLE).read_text("utf-8"))
    return table
