"""Judgements of a stage's records: from the journal, else from the candidate, many at a time.

A local candidate judges where it is asked. A hosted one is asked by a fixed number of workers on an event
loop of their own, so that rules, graders and effects go on meanwhile. What was judged is in the journal
before its future is done: a killed run pays again for calls in flight at most.
"""

import asyncio
from collections.abc import Iterator, Mapping
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Thread
from typing import TYPE_CHECKING, Protocol, cast

import uvloop

from resources.budget import Budget
from resources.gateway.answers import Answered, NotJudged, Refused
from resources.gateway.ports import Gateway
from resources.journal import Journal, JournalKey, Judgement
from specialists.judgement import ask, ask_local
from specialists.records import Record
from specialists.specialist import Specialist

if TYPE_CHECKING:
    from specialists.batching import Batching

# Seconds between the first calls of two workers. All at once, their answers come at once too, and each round
# waits for the CPU of all of them. Spread over one latency they stay spread: 64 in flight at 200 ms did 5 %
# more records/s (`python -m benchmarks.gateway -n 1000 -c 64 --latency-ms 200`).
STAGGER = 0.003

# Records that are looked up in the journal, judged and acted upon together.
TOGETHER = 500
# The same for a hosted candidate: no call is in flight while a stage's first and last so many are worked on.
TOGETHER_HOSTED = 100

Judged = Future[Judgement | NotJudged]


class Judging(Protocol):
    def begin(self, asked: Mapping[JournalKey, Record]) -> Mapping[JournalKey, Judged]:
        """A future for every key: its judgement, or why there is none. It may raise ProviderDown."""
        ...

    @property
    def together(self) -> int:
        """How many records are begun, and later finished, in one go."""
        ...

    @property
    def has_room(self) -> bool:
        """Whether more records would be of use before results are waited for."""
        ...

    @property
    def calls(self) -> int:
        """Calls to a hosted model that are under way."""
        ...

    def flush(self) -> None:
        """Results are waited for now: what was gathered is to be asked."""
        ...


@contextmanager
def judging(
    specialist: Specialist,
    journal: Journal,
    budget: Budget,
    run_id: str,
    in_flight: int,
    batching: "Batching | None",
) -> Iterator[Judging]:
    """`in_flight`: calls to a hosted candidate at a time; with `batching`, it is asked in batches instead."""
    if specialist.candidate is None or specialist.blueprint.pin.is_local:
        yield LocalJudging(specialist, journal)
        return
    if batching is not None:
        from specialists.batch_judging import BatchJudging

        batches = BatchJudging(specialist, journal, batching)
        yield batches
        batches.end()  # not where the stage broke off
        return
    hosted = HostedJudging(specialist, journal, budget, run_id, in_flight)
    try:
        yield hosted
    except BaseException:
        hosted.break_off()
        raise
    finally:
        hosted.end()


@dataclass(frozen=True)
class LocalJudging:
    """In this thread, kept in one commit: nothing was paid that could be lost."""

    specialist: Specialist
    journal: Journal
    together: int = TOGETHER
    has_room: bool = False
    calls: int = 0

    def begin(self, asked: Mapping[JournalKey, Record]) -> Mapping[JournalKey, Judged]:
        found = known(self.journal, asked)
        answers = {
            key: _judgement(self.specialist, ask_local(self.specialist, record))
            for key, record in asked.items()
            if key not in found
        }
        self.journal.keep_all({k: answer for k, answer in answers.items() if isinstance(answer, Judgement)})
        return {key: decided(found.get(key) or answers[key]) for key in asked}

    def flush(self) -> None:
        """Nothing was gathered."""


@dataclass(frozen=True, slots=True)
class _Asked:
    key: JournalKey
    record: Record
    judged: Judged


class HostedJudging:
    """Workers on an event loop in a thread of its own, until `end`."""

    together = TOGETHER_HOSTED

    def __init__(
        self, specialist: Specialist, journal: Journal, budget: Budget, run_id: str, in_flight: int
    ) -> None:
        self._specialist, self._journal, self._budget = specialist, journal, budget
        self._run_id, self._in_flight = run_id, in_flight
        self._begun, self._ended, self._ending = 0, 0, False
        self._loop = uvloop.new_event_loop()
        self._queue: asyncio.Queue[_Asked | None] = asyncio.Queue()
        self._keeping: set[asyncio.Future[None]] = set()
        self._thread = Thread(target=self._run, name=f"judging-{specialist.blueprint.name}", daemon=True)
        self._thread.start()

    @property
    def has_room(self) -> bool:
        return self._begun - self._ended < max(2 * self._in_flight, TOGETHER)

    @property
    def calls(self) -> int:
        return min(self._begun - self._ended, self._in_flight)

    def begin(self, asked: Mapping[JournalKey, Record]) -> Mapping[JournalKey, Judged]:
        found = known(self._journal, asked)
        futures: dict[JournalKey, Judged] = {key: decided(judgement) for key, judgement in found.items()}
        fresh = [_Asked(key, record, Future()) for key, record in asked.items() if key not in found]
        futures |= {one.key: one.judged for one in fresh}
        self._begun += len(fresh)
        self._loop.call_soon_threadsafe(self._put, fresh)
        return futures

    def flush(self) -> None:
        """Nothing was gathered: workers ask at once."""

    def break_off(self) -> None:
        """Ask no more: in an outage, who waits for it to pass would be waited for too. `end` is still due."""
        self._loop.call_soon_threadsafe(cast(Gateway, self._specialist.candidate).stop)

    def end(self) -> None:
        """Let calls in flight end, which are paid for, give up what waits, and let go of the connections."""
        self._ending = True
        self._loop.call_soon_threadsafe(self._put, [None] * self._in_flight)
        self._thread.join()

    def _put(self, asked: list[_Asked] | list[None]) -> None:
        for one in asked:
            self._queue.put_nowait(one)

    def _run(self) -> None:
        with asyncio.Runner(loop_factory=lambda: self._loop) as runner:
            runner.run(self._work())

    async def _work(self) -> None:
        try:
            async with asyncio.TaskGroup() as workers:
                for _ in range(self._in_flight):
                    workers.create_task(self._worker())
                    await asyncio.sleep(STAGGER)
                    if self._ending:
                        break
            if self._keeping:
                await asyncio.wait(self._keeping)
        finally:
            await cast(Gateway, self._specialist.candidate).close()

    async def _worker(self) -> None:
        while (one := await self._queue.get()) is not None:
            if self._ending:
                one.judged.cancel()
                continue
            try:
                answer = await ask(self._specialist, one.record, self._budget)
                self._keep(one, _judgement(self._specialist, answer))
            except BaseException as error:  # raised where the result is waited for, this thread goes on
                one.judged.set_exception(error)
            self._ended += 1

    def _keep(self, one: _Asked, judged: Judgement | NotJudged) -> None:
        """Nobody waits for it here: it is durable with, or before, what the worker's next call reserves."""

        def told(kept: asyncio.Future[None]) -> None:
            self._keeping.discard(kept)
            error = kept.exception()
            if error is None:
                one.judged.set_result(judged)
            else:
                one.judged.set_exception(error)

        if isinstance(judged, Judgement):
            kept = self._journal.keep(one.key, judged)
        else:
            kept = self._journal.tried(one.key, self._run_id, judged)
        self._keeping.add(kept)
        kept.add_done_callback(told)


def known(journal: Journal, asked: Mapping[JournalKey, Record]) -> Mapping[JournalKey, Judgement]:
    """What the journal has of them."""
    return journal.find(asked) if asked else {}


def _judgement(specialist: Specialist, answer: Answered | Refused | NotJudged) -> Judgement | NotJudged:
    """Only answers and refusals are judgements: everything else is tried again on the next run."""
    if not isinstance(answer, Answered | Refused):
        return answer
    return Judgement(f"model:{specialist.blueprint.pin.candidate}", answer)


def decided(judged: Judgement | NotJudged) -> Judged:
    """A future that is done."""
    future: Judged = Future()
    future.set_result(judged)
    return future
