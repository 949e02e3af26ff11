"""Real implementations of the ports, in memory, with a log of every call: the oracle of the tests."""

import asyncio
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from resources.budget import Reservation, cap_reached
from resources.gateway.answers import Answer, NotJudged, OverBudget
from resources.gateway.ports import Question
from resources.gateway.purse import Purse
from resources.journal import JournalKey, Judgement


@dataclass
class MemoryJournal:
    """A journal that lives as long as the test."""

    kept: dict[JournalKey, Judgement] = field(default_factory=dict)
    tries: dict[tuple[JournalKey, str], NotJudged] = field(default_factory=dict)

    def find(self, keys: Iterable[JournalKey]) -> Mapping[JournalKey, Judgement]:
        return {key: self.kept[key] for key in keys if key in self.kept}

    def keep(self, key: JournalKey, judgement: Judgement) -> asyncio.Future[None]:
        self.kept.setdefault(key, judgement)
        return _done()

    def tried(self, key: JournalKey, run_id: str, answer: NotJudged) -> asyncio.Future[None]:
        self.tries[key, run_id] = answer
        return _done()

    def last_try(self, key: JournalKey, run_id: str) -> NotJudged | None:
        return self.tries.get((key, run_id))

    def keep_all(self, judgements: Mapping[JournalKey, Judgement]) -> None:
        self.kept = {**judgements, **self.kept}


def _done() -> asyncio.Future[None]:
    done = asyncio.get_running_loop().create_future()
    done.set_result(None)
    return done


@dataclass
class MemoryBudget:
    """A budget of `cap` US dollars. Reservations that are not settled stay spent."""

    cap: float = 1.0
    spent: float = 0.0

    async def reserve(self, specialist: str, usd: float) -> Reservation | None:
        if self.spent + usd > self.cap:
            return None
        self.spent += usd
        return _Reserved(self, usd)

    def refusal(self, specialist: str) -> str:
        return cap_reached("the run's", self.cap)


@dataclass
class _Reserved:
    budget: MemoryBudget
    usd: float

    async def settle(self, usd: float) -> None:
        self.budget.spent += usd - self.usd
        self.usd = usd


@dataclass
class ScriptedGateway:
    """A hosted model that answers by record id, from a script; each attempt is `worst_usd` at most."""

    answers: Mapping[str, Answer | BaseException]
    worst_usd: float = 0.1
    calls: list[Question] = field(default_factory=list)
    stopped: int = 0
    closed: int = 0

    async def ask(self, question: Question, purse: Purse) -> Answer:
        reservation = await purse.reserve(self.worst_usd)
        if reservation is None:
            return OverBudget(purse.why)
        self.calls.append(question)
        answer = self.answers[question.record["record_id"]]
        if isinstance(answer, BaseException):
            raise answer
        await reservation.settle(answer.usage.usd)
        return answer

    def stop(self) -> None:
        self.stopped += 1

    async def close(self) -> None:
        self.closed += 1


@dataclass
class ScriptedCandidate:
    """Answers by record id, from a script; `calls` is its own log of what it was asked."""

    answers: Mapping[str, Answer | BaseException]
    calls: list[Question] = field(default_factory=list)

    def ask(self, question: Question) -> Answer:
        self.calls.append(question)
        answer = self.answers[question.record["record_id"]]
        if isinstance(answer, BaseException):
            raise answer
        return answer
