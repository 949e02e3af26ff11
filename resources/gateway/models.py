"""What is known of a hosted model before it is asked: its provider, its price, how it keeps to a schema."""

import re
from dataclasses import dataclass
from functools import cache
from typing import Literal

from resources.errors import OneLineError
from resources.gateway.prices import Price, price_of, table_entry

# Providers name the dated build of an alias: claude-haiku-4-5-20251001, gpt-5.4-mini-2026-03-17.
_DATED = re.compile(r"[-@](\d{8}|\d{4}-\d{2}-\d{2}|\d{4})")


class ModelError(OneLineError):
    """The candidate cannot be held to a schema. One line, with what to do."""


@dataclass(frozen=True, slots=True)
class Model:
    """`candidate` is the litellm id as pinned, `name` what the provider's wire calls it."""

    candidate: str
    name: str
    provider: str
    anthropic: bool
    structured: Literal["schema", "forced tool"]
    price: Price

    def is_meant_by(self, answered: str) -> bool:
        """Whether the model that says it answered is the one that was asked: the same, or its dated build."""
        said = answered.rpartition("/")[2]
        asked = self.name.rpartition("/")[2].removesuffix("-latest")
        return said == asked or bool(said.startswith(asked) and _DATED.fullmatch(said[len(asked) :]))


def is_anthropic(candidate: str) -> bool:
    provider, slash, _ = candidate.partition("/")
    return provider == "anthropic" if slash else candidate.startswith("claude-")


@cache
def model_of(candidate: str) -> Model:
    """Raises PriceError where no price is known, ModelError where no schema can be asked for."""
    price = price_of(candidate)
    entry = table_entry(candidate) or {}
    provider, slash, bare = candidate.partition("/")
    anthropic = is_anthropic(candidate)
    billed_by = "anthropic" if anthropic else str(entry.get("litellm_provider") or provider)
    native = "supports_native_structured_output" if anthropic else "supports_response_schema"
    structured: Literal["schema", "forced tool"] = "schema"
    if not entry.get(native):
        # The newest models refuse a forced tool; all of them take a schema.
        if not entry.get("supports_function_calling") or entry.get("supports_forced_tool_use") is False:
            raise ModelError(
                f"{candidate}: {price.table} says it takes neither a schema nor a forced tool, so no answer "
                "can be held to one; pin another model"
            )
        structured = "forced tool"
    name = bare if anthropic and slash else candidate
    return Model(candidate, name, billed_by, anthropic, structured, price)
