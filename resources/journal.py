"""The journal's port: every judgement ever made, so that none is paid for twice."""

from asyncio import Future
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Protocol

from resources.gateway.answers import Answered, NotJudged, Refused


@dataclass(frozen=True, slots=True)
class JournalKey:
    """What was asked, of which version of whom, about what."""

    specialist: str
    decision_version: str
    record_id: str
    context_digest: str


@dataclass(frozen=True, slots=True)
class Judgement:
    """A judgement as it is kept. Only answers and refusals are: everything else is tried again."""

    decided_by: str
    answer: Answered | Refused


class Journal(Protocol):
    def find(self, keys: Iterable[JournalKey]) -> Mapping[JournalKey, Judgement]: ...

    def keep(self, key: JournalKey, judgement: Judgement) -> Future[None]:
        """What was paid for: durable when the future is done, and before whatever is reserved after this.

        A key that is already kept stays as it was.
        """
        ...

    def tried(self, key: JournalKey, run_id: str, answer: NotJudged) -> Future[None]:
        """What came to no judgement in this run, with its steps: for the trace, never to be found as one.

        Durable when the future is done.
        """
        ...

    def last_try(self, key: JournalKey, run_id: str) -> NotJudged | None:
        """The last that `tried` was told of this key in this run."""
        ...

    def keep_all(self, judgements: Mapping[JournalKey, Judgement]) -> None:
        """What cost nothing, in one commit. A key that is already kept stays as it was."""
        ...
