"""What each way of doing the work is billed as, with each generation of models."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.harness.generations import GENERATIONS, Generation, usd
from benchmarks.harness.recorder import Asked
from benchmarks.harness.traffic import Billed, billed
from benchmarks.harness.ways import FAIR, Way, ways
from benchmarks.harness.work import Work


@dataclass(frozen=True)
class Cost:
    """Of one way with one generation: calls, tokens, US dollars."""

    calls: int
    tokens_in: int
    cached: int
    cache_write: int
    tokens_out: int
    usd: float


@dataclass(frozen=True)
class Accounts:
    """`costs` by way and generation; `share`: of each stage's judgements, those that rules leave (0..1)."""

    records: int
    ways: tuple[Way, ...]
    costs: Mapping[str, Mapping[str, Cost]]
    asked: Mapping[str, int]
    left_by_rules: Mapping[str, int]

    def ratio(self, way: str, generation: str) -> float:
        """Money, as a share of the fair opponent's with the same generation."""
        return self.costs[way][generation].usd / self.costs[FAIR][generation].usd


def account(folder: Path, records: int, say: Callable[[str], None]) -> Accounts:
    work = Work(folder, records, say)
    costs: dict[str, dict[str, Cost]] = {}
    for way in ways(work):
        costs[way.name] = {}
        for generation in GENERATIONS:
            say(f"{way.label}, {generation.name} models")
            costs[way.name][generation.name] = cost(way, generation)
    return Accounts(work.records, ways(work), costs, _judgements(work.judged), _judgements(work.by_rules))


def cost(way: Way, generation: Generation) -> Cost:
    minimums = generation.minimums()
    calls = way.calls(generation)
    if way.never_found:
        bill = [
            b for phase in calls for chain in phase for call in chain for b in billed([[[call]]], minimums)
        ]
    else:
        bill = billed(calls, minimums)
    return summed(bill, batch=way.batch)


def summed(bill: Sequence[Billed], *, batch: bool) -> Cost:
    return Cost(
        len(bill),
        sum(one.counts.tokens_in for one in bill),
        sum(one.counts.cached for one in bill),
        sum(one.counts.cache_write for one in bill),
        sum(one.counts.tokens_out for one in bill),
        sum(usd(one.model, one.counts, batch=batch) for one in bill),
    )


def _judgements(asked: Sequence[Asked]) -> dict[str, int]:
    """Records asked about, by specialist; a second turn is no second judgement."""
    return dict(Counter(one.specialist for one in asked if not one.question.exchanges))
