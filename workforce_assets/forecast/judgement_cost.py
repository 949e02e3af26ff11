"""What one judgement uses: by the journal where this candidate has judged, else computed from its prompt."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil
from typing import Any

from resources.gateway.prices import Counts, Price
from resources.store.journal_history import Used
from resources.tokens import TOKENIZER, count_tokens
from specialists.records import canonical_json
from specialists.specialist import Blueprint
from workforce_assets.forecast.interval import Interval, mean_of

# Fewer judgements than these say too little about the next ones.
ENOUGH = 20
# Models count the same text differently. Assumed, not measured: other tokenizers against cl100k_base.
MARGIN = Interval(0.9, 1.2, 1.6)
# Providers cache a prefix from 512 tokens on at the earliest, and from 4,096 on at the latest.
CACHED_FROM, CACHED_SURELY = 512, 4096


@dataclass(frozen=True)
class JudgementCost:
    """Tokens in (those read from a prompt cache among them), tokens out, and US dollars of one judgement."""

    tokens_in: Interval
    tokens_cached: Interval
    tokens_out: Interval
    usd: Interval
    source: str


def from_history(used: Used) -> JudgementCost:
    """Means over the judgements that were billed before, with the money as it was billed."""
    tokens_in, cached, tokens_out, usd = (
        mean_of(value.mean, value.mean_square, used.judgements)
        for value in (used.tokens_in, used.tokens_cached, used.tokens_out, used.usd)
    )
    return JudgementCost(
        tokens_in,
        cached,
        tokens_out,
        usd,
        f"measured: {used.judgements:,} judgements in the journal (95 % of the mean)",
    )


def from_prompt(made_by: Blueprint, price: Price, asked: Sequence[dict[str, Any]]) -> JudgementCost:
    """Prompt and schema, and the records as they will be asked; out: up to the card's limit. At batch prices
    where the card says batch."""
    prefix = count_tokens(made_by.prompt) + count_tokens(canonical_json(made_by.answer_schema))
    records = [count_tokens(canonical_json(record)) for record in asked] or [0]
    mean = sum(records) / len(records)
    tokens_in = Interval(prefix + min(records), prefix + mean, prefix + max(records)) * MARGIN
    limit = made_by.card.limits.max_output_tokens
    least = count_tokens(canonical_json(dict.fromkeys(made_by.judges.model_fields, "")))
    tokens_out = Interval(min(least, limit), (least + limit) / 2 if least < limit else limit, limit)
    cached = _cached(prefix)
    return JudgementCost(
        tokens_in,
        cached,
        tokens_out,
        _usd(price, tokens_in, cached, tokens_out, batch=made_by.card.execution == "batch"),
        f"computed: {TOKENIZER} x {MARGIN.low} to {MARGIN.high}, out up to the card's {limit} tokens",
    )


def _cached(prefix: int) -> Interval:
    """Tokens of the prefix that the provider may read from its cache."""
    most = prefix * MARGIN.low if prefix >= CACHED_FROM else 0.0
    return Interval(0.0, most if prefix >= CACHED_SURELY else 0.0, most)


def _usd(
    price: Price, tokens_in: Interval, cached: Interval, tokens_out: Interval, *, batch: bool
) -> Interval:
    """As it would be billed. The least is that of the most caching, the most what a budget would reserve."""
    least = Counts(int(tokens_in.low), int(tokens_out.low), cached=int(cached.high))
    likely = Counts(round(tokens_in.likely), round(tokens_out.likely), cached=int(cached.likely))
    return Interval(
        price.usage(least, batch=batch).usd,
        price.usage(likely, batch=batch).usd,
        price.worst_case(ceil(tokens_in.high), ceil(tokens_out.high), batch=batch),
    )
