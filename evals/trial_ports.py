"""Ports of a trial: a journal that remembers nothing, a purse with a bottom, and nobody."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field

from resources.budget import Reservation
from resources.journal import JournalKey, Judgement
from resources.model_gateway import Answer, Question, Refused


@dataclass
class TrialJournal:
    """Every trial is asked anew. `kept`: what the candidate said, by record id."""

    kept: dict[str, Judgement] = field(default_factory=dict)

    def find(self, keys: Iterable[JournalKey]) -> Mapping[JournalKey, Judgement]:
        return {}

    def keep(self, judgements: Mapping[JournalKey, Judgement]) -> None:
        self.kept.update({key.record_id: judgement for key, judgement in judgements.items()})


@dataclass
class Purse:
    """At most `cap` US dollars for one eval. A reservation that is not settled stays spent."""

    cap: float
    spent: float = 0.0

    @contextmanager
    def reserve(self, specialist: str, usd: float) -> Iterator[Reservation | None]:
        if self.spent + usd > self.cap:
            yield None
            return
        self.spent += usd
        yield _Taken(self, usd)


@dataclass
class _Taken:
    purse: Purse
    usd: float

    def settle(self, usd: float) -> None:
        self.purse.spent += usd - self.usd


class Nobody:
    """Stands in where rules are measured alone: it decides nothing."""

    def ask(self, question: Question) -> Answer:
        return Refused("rules alone: a person decides")
