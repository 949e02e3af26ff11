"""Which models stand for which class, and what they cost by litellm's table: two generations."""

from dataclasses import dataclass

from resources.gateway.prices import Counts, price_of, price_table, table_entry

# The smallest class that is plausible for each specialist; only evals can say that it is enough.
RIGHT_SIZED = {"enricher": "small", "scorer": "small", "writer": "middle", "sender": "small"}


@dataclass(frozen=True)
class Generation:
    """`frontier`, `middle`, `small`: one model each, as litellm names it."""

    name: str
    frontier: str
    middle: str
    small: str

    def model(self, size: str) -> str:
        named: str = getattr(self, size)
        return named

    def minimums(self) -> dict[str, int]:
        """Tokens of the shortest prefix each model caches. Raises RuntimeError where the table is silent."""
        return {model: _minimum(model) for model in (self.frontier, self.middle, self.small)}


NEWEST = Generation("newest", "claude-opus-5-5", "claude-sonnet-5-5", "claude-haiku-5-5")
# There is no claude-haiku-5: 4.5 was the newest small one beside opus 5 and sonnet 5.
PREVIOUS = Generation("previous", "claude-opus-5", "claude-sonnet-5", "claude-haiku-4-5")
GENERATIONS = (NEWEST, PREVIOUS)


def usd(model: str, counts: Counts, *, batch: bool = False) -> float:
    """US dollars at list prices. Raises PriceError where the table has none."""
    return price_of(model).usage(counts, batch=batch).usd


def _minimum(model: str) -> int:
    minimum = (table_entry(model) or {}).get("prompt_cache_min_tokens")
    if not isinstance(minimum, int):
        raise RuntimeError(f"{model}: {price_table()} does not say from how many tokens on it caches")
    return minimum
