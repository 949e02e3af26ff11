"""Real implementations of the ports, in memory, with a log of every call: the oracle of the tests."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field

from resources.budget import Reservation
from resources.journal import JournalKey, Judgement
from resources.model_gateway import Answer, Question


@dataclass
class MemoryJournal:
    """A journal that lives as long as the test."""

    kept: dict[JournalKey, Judgement] = field(default_factory=dict)

    def find(self, keys: Iterable[JournalKey]) -> Mapping[JournalKey, Judgement]:
        return {key: self.kept[key] for key in keys if key in self.kept}

    def keep(self, judgements: Mapping[JournalKey, Judgement]) -> None:
        self.kept = {**judgements, **self.kept}


@dataclass
class MemoryBudget:
    """A budget of `cap` US dollars. Reservations that are not settled stay spent."""

    cap: float = 1.0
    spent: float = 0.0

    @contextmanager
    def reserve(self, specialist: str, usd: float) -> Iterator[Reservation | None]:
        if self.spent + usd > self.cap:
            yield None
            return
        self.spent += usd
        yield _Reserved(self, usd)


@dataclass
class _Reserved:
    budget: MemoryBudget
    usd: float

    def settle(self, usd: float) -> None:
        self.budget.spent += usd - self.usd


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
