"""The ports of batches: what the operations store remembers of them, and the provider that works on them."""

from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol

from resources.errors import OneLineError
from resources.gateway.failures import ProviderFailed
from resources.gateway.transport import Said
from resources.journal import JournalKey, Judgement

# intended: written down, and perhaps at the provider; waiting: the provider works on it; ended: every
# result is read; void: the provider never had it; unclear: a person must say what became of it.
BatchState = Literal["intended", "waiting", "ended", "void", "unclear"]
# What became of one request; `open`: not known yet.
Fate = Literal["open", "answered", "refused", "malformed", "errored", "expired", "canceled", "void"]


@dataclass(frozen=True, slots=True)
class Batch:
    """One batch as it is remembered. `id` is ours, and begins each of its requests' custom ids.

    `intended_at` is when it was written down, `tried_at` the last time before it was sent.
    """

    id: str
    provider_id: str | None
    state: BatchState
    partition: str
    specialist: str
    decision_version: str
    candidate: str
    requests: int
    intended_at: datetime
    tried_at: datetime
    detail: str
    followed: bool

    @property
    def known_as(self) -> str:
        return self.provider_id or self.id


@dataclass(frozen=True, slots=True)
class Ask:
    """One request that is to be made. `worst_usd`: the most it can cost, in US dollars.

    `attempt` counts from 1 for each run that somebody started; `earlier_usd` is what the attempts before it
    have cost.
    """

    key: JournalKey
    worst_usd: float
    attempt: int = 1
    earlier_usd: float = 0.0


@dataclass(frozen=True, slots=True)
class Request:
    """One request as it is remembered. `usd` is what it cost, or its worst case while that is not known."""

    custom_id: str
    key: JournalKey
    fate: Fate
    why: str
    kind: str | None
    attempt: int
    earlier_usd: float
    usd: float
    batch: str


@dataclass(frozen=True, slots=True)
class Refused:
    """A request that was not written down: over a cap (`why` names it), or asked or judged meanwhile."""

    why: str
    over_budget: bool


@dataclass(frozen=True, slots=True)
class Settled:
    """What a result means for its request. `usd` is None where what was billed is not known.

    `kind`: the class of failure (resources/gateway/failures.py) of an errored one.
    """

    fate: Fate
    why: str
    usd: float | None
    kind: str | None = None
    judgement: Judgement | None = None


class MadeAfterAll(OneLineError):
    """The provider made a batch that was taken for lost. One line, with what to do."""


class BatchBook(Protocol):
    """The batches of one workforce. Whatever it says has happened is durable."""

    def latest(self, keys: Iterable[JournalKey]) -> Mapping[JournalKey, Request]:
        """The last request that was made of each key."""
        ...

    def intend(
        self, batch: Batch, asks: Sequence[Ask]
    ) -> tuple[Mapping[JournalKey, str], Mapping[JournalKey, Refused]]:
        """Reserve and write down, in one commit: custom ids of what may be sent, and what may not and why."""
        ...

    def about_to_send(self, batch_id: str, at: datetime) -> bool:
        """To be asked before every attempt. False: it was given up meanwhile, and must not be sent."""
        ...

    def sent(self, batch_id: str, provider_id: str) -> None:
        """The provider has it, under this id. Raises MadeAfterAll where it was given up meanwhile."""
        ...

    def never_sent(self, batch_id: str, why: str, *, lost: datetime | None = None) -> None:
        """The provider does not have it: what it had reserved is free again.

        `lost`: the last attempt, as it was known when it was looked for. Where another began since, nothing
        is changed. Else records still wait for it, so their partition is to be made again.
        """
        ...

    def unclear(self, batch_id: str, why: str) -> None:
        """Nobody but a person can say what became of it. Its requests are not made again."""
        ...

    def settle(self, batch_id: str, results: Mapping[str, Settled]) -> None:
        """By custom id: journal, money and fate in one commit. What is settled already stays as it was."""
        ...

    def ended(self, batch_id: str) -> bool:
        """True, and so remembered, once no request is open."""
        ...

    def remark(self, batch_id: str, detail: str) -> None:
        """What there is to say of it, for people."""
        ...

    def open_requests(self, batch_id: str) -> Mapping[str, Request]:
        """By custom id."""
        ...

    def batches(self, *states: BatchState) -> Sequence[Batch]:
        """Oldest first; without states, all of them."""
        ...

    def provider_ids(self) -> set[str]:
        """Every batch of the provider's that is known to be one of ours, of whatever workforce."""
        ...

    def followed(self, batch_ids: Iterable[str]) -> None:
        """Their results are in a materialization."""
        ...


@dataclass(frozen=True, slots=True)
class Seen:
    """One batch as the provider tells of it. `readable`: its results can be had."""

    provider_id: str
    created: datetime
    requests: int
    ended: bool
    readable: bool


@dataclass(frozen=True, slots=True)
class Result:
    """One line of results. `said` where it succeeded, `failure` where it errored.

    `fate` is the provider's word for it; `unreadable` where a succeeded one makes no sense.
    """

    custom_id: str
    fate: Literal["succeeded", "errored", "expired", "canceled", "unreadable"]
    said: Said | None = None
    failure: ProviderFailed | None = None
    why: str = ""


class BatchProvider(Protocol):
    """Every method is one attempt, and raises ProviderFailed."""

    async def create(self, requests: Sequence[tuple[str, bytes]]) -> Seen:
        """`requests`: custom ids and bodies."""
        ...

    async def look(self, provider_id: str) -> Seen: ...

    def newest(self) -> AsyncIterator[Seen]:
        """Every batch there is, newest first."""
        ...

    async def results(self, provider_id: str) -> Sequence[Result | None]:
        """In no order. None stands for a line that cannot be read."""
        ...

    async def cancel(self, provider_id: str) -> Seen: ...

    async def close(self) -> None: ...
