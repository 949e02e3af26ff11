"""The table's rows: one way each of doing the same work."""

from collections.abc import Callable
from dataclasses import dataclass

from benchmarks.harness.conversations import without_marks
from benchmarks.harness.generations import RIGHT_SIZED, Generation
from benchmarks.harness.traffic import Chain
from benchmarks.harness.work import Work

FAIR = "b fair"
NAIVE_LEADS = 20


@dataclass(frozen=True)
class Way:
    """One way to do the work: its calls for a generation of models. `batch`: at batch prices."""

    name: str
    label: str
    calls: Callable[[Generation], list[list[Chain]]]
    batch: bool = False
    # A batch's requests run in any order: at worst each writes its prefix and none finds another's.
    never_found: bool = False


def ways(work: Work) -> tuple[Way, ...]:
    def right(generation: Generation) -> Callable[[str], str]:
        return lambda specialist: generation.model(RIGHT_SIZED[specialist])

    def frontier(generation: Generation) -> Callable[[str], str]:
        return lambda specialist: generation.frontier

    return (
        Way(
            "a naive session",
            f"naive harness, {NAIVE_LEADS} leads a context, uncached",
            lambda g: work.harness(g, cached=False, naive=True, leads=NAIVE_LEADS),
        ),
        Way(
            "a naive",
            "naive harness, one lead a context, uncached",
            lambda g: work.harness(g, cached=False, naive=True),
        ),
        Way(FAIR, "fair opponent: lean harness, cached", lambda g: work.harness(g, cached=True, naive=False)),
        Way(
            "b one call",
            "leanest harness: one call a lead, cached",
            lambda g: work.in_one_call(g.frontier),
        ),
        Way(
            "c frontier uncached",
            "workforce, all frontier, uncached",
            lambda g: _unmarked(work.specialists(work.judged, frontier(g))),
        ),
        Way(
            "d frontier",
            "workforce, all frontier, cached",
            lambda g: work.specialists(work.judged, frontier(g)),
        ),
        Way(
            "e right-sized",
            "workforce, right-sized, cached",
            lambda g: work.specialists(work.judged, right(g)),
        ),
        Way(
            "f batches",
            "workforce, right-sized, batches",
            lambda g: work.specialists(work.judged, right(g)),
            batch=True,
        ),
        Way(
            "f batches, no hit",
            "the same, no batch request finds the cache",
            lambda g: work.specialists(work.judged, right(g)),
            batch=True,
            never_found=True,
        ),
        Way(
            "g rules",
            "workforce, right-sized, rules for the head",
            lambda g: work.specialists(work.by_rules, right(g)),
        ),
        Way(
            "g rules, batches",
            "the same in batches",
            lambda g: work.specialists(work.by_rules, right(g)),
            batch=True,
        ),
    )


def _unmarked(calls: list[list[Chain]]) -> list[list[Chain]]:
    return [[without_marks(chain) for chain in phase] for phase in calls]
