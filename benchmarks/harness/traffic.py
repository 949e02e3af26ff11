"""When calls leave: so many at once, each as long as the next. It decides what the prefix cache has seen."""

import heapq
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from benchmarks.harness.prefix_cache import Block, PrefixCache
from resources.gateway.prices import Counts

# As `resources.gateway.opening.GatewaySettings` has it by default.
IN_FLIGHT = 64
# Assumed; with calls ten times as long the cache would still not run out between them.
CALL_SECONDS = 3.0


@dataclass(frozen=True, slots=True)
class Call:
    """One request, and the tokens of its answer."""

    model: str
    blocks: Sequence[Block]
    tokens_out: int


# The calls of one record at one stage, or of one context: each needs the answer to the one before.
Chain = Sequence[Call]


@dataclass(frozen=True, slots=True)
class Billed:
    model: str
    counts: Counts


def billed(phases: Iterable[Iterable[Chain]], minimums: dict[str, int]) -> list[Billed]:
    """What each call is billed as. A phase (a stage of one partition) begins when the one before is done.

    `minimums`: each model's shortest cached prefix, in tokens.
    """
    caches = {model: PrefixCache(minimum) for model, minimum in minimums.items()}
    bill, now = list[Billed](), 0.0
    for phase in phases:
        waiting, under_way, number = iter(phase), list[tuple[float, int, Chain]](), 0
        for chain in waiting:
            heapq.heappush(under_way, (now, number, chain))
            number += 1
            if number == IN_FLIGHT:
                break
        while under_way:
            now, _, chain = heapq.heappop(under_way)
            if not chain:
                continue
            call, rest = chain[0], chain[1:]
            counts = caches[call.model].counts(call.blocks, call.tokens_out, now, now + CALL_SECONDS)
            bill.append(Billed(call.model, counts))
            follows = rest or next(waiting, ())
            heapq.heappush(under_way, (now + CALL_SECONDS, number, follows))
            number += 1
    return bill
