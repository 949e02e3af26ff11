"""Ports of a trial: a journal that remembers nothing, a purse with a bottom, and nobody."""

import asyncio
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from resources.budget import Reservation, cap_reached
from resources.gateway.answers import NotJudged, Refused, Reply
from resources.gateway.ports import Question
from resources.gateway.purse import Purse as RecordPurse
from resources.journal import JournalKey, Judgement


@dataclass
class TrialJournal:
    """Every trial is asked anew. `kept`: what the candidate said, by record id."""

    kept: dict[str, Judgement] = field(default_factory=dict)

    def find(self, keys: Iterable[JournalKey]) -> Mapping[JournalKey, Judgement]:
        return {}

    def keep(self, key: JournalKey, judgement: Judgement) -> asyncio.Future[None]:
        self.kept[key.record_id] = judgement
        return _done()

    def tried(self, key: JournalKey, run_id: str, answer: NotJudged) -> asyncio.Future[None]:
        """A trial's row says why; its steps are nobody's to look up."""
        return _done()

    def last_try(self, key: JournalKey, run_id: str) -> NotJudged | None:
        return None

    def keep_all(self, judgements: Mapping[JournalKey, Judgement]) -> None:
        self.kept.update({key.record_id: judgement for key, judgement in judgements.items()})


def _done() -> asyncio.Future[None]:
    done = asyncio.get_running_loop().create_future()
    done.set_result(None)
    return done


@dataclass
class Purse:
    """At most `cap` US dollars for one eval. A reservation that is not settled stays spent."""

    cap: float
    spent: float = 0.0

    async def reserve(self, specialist: str, usd: float) -> Reservation | None:
        if self.spent + usd > self.cap:
            return None
        self.spent += usd
        return _Taken(self, usd)

    def refusal(self, specialist: str) -> str:
        return cap_reached("the eval's", self.cap)


@dataclass
class _Taken:
    purse: Purse
    usd: float

    async def settle(self, usd: float) -> None:
        self.purse.spent += usd - self.usd
        self.usd = usd


class Nobody:
    """Stands in where rules are measured alone: it decides nothing."""

    async def ask(self, question: Question, purse: RecordPurse) -> Reply:
        return Refused("rules alone: a person decides")

    def stop(self) -> None:
        """Nobody waits."""

    async def close(self) -> None:
        """There is nothing to let go of."""
