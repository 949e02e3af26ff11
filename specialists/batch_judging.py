"""Judgement by Message Batches: asked together at half the price, and answered by a later materialization.

Records are gathered for as long as the stage lets them; then they are written down, sent and let go of:
each is held, waiting for its batch. Nothing here waits for an answer.
"""

import asyncio
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

from resources.batches.ports import Ask, Batch, Request
from resources.batches.sending import GivenUp, may_have_it
from resources.gateway.answers import Malformed, NotJudged, OverBudget, Unavailable, Usage
from resources.gateway.anthropic_transport import AnthropicTransport
from resources.gateway.failures import ProviderFailed
from resources.gateway.hosted import HIDDEN_TOKENS
from resources.gateway.models import model_of
from resources.journal import Journal, JournalKey
from specialists.batching import Batching, attempts
from specialists.judgement import as_question
from specialists.judging import TOGETHER, Judged, decided, known
from specialists.records import Record
from specialists.specialist import Specialist

# The provider takes 100,000 requests and 256 MB; these keep memory, and what one failure holds, small.
MOST_REQUESTS, MOST_BYTES = 10_000, 32_000_000


@dataclass(frozen=True, slots=True)
class _Gathered:
    record: Record
    judged: Judged
    last: Request | None


@dataclass(slots=True)
class _Load:
    """Requests for one batch, by key."""

    asks: list[Ask] = field(default_factory=list)
    bodies: dict[JournalKey, bytes] = field(default_factory=dict)
    size: int = 0


class BatchJudging:
    """Implements `specialists.judging.Judging`. A batch is let go of, so no call is ever waited for."""

    calls = 0

    together = TOGETHER

    def __init__(self, specialist: Specialist, journal: Journal, batching: Batching) -> None:
        self._specialist, self._journal, self._at = specialist, journal, batching
        self._candidate = str(specialist.blueprint.pin.candidate)
        self._model = model_of(self._candidate)
        self._transport = AnthropicTransport(self._model, 1)
        self._gathered: dict[JournalKey, _Gathered] = {}
        self.has_room = True
        self._read: tuple[str, ...] = ()
        self._tend()

    def begin(self, asked: Mapping[JournalKey, Record]) -> Mapping[JournalKey, Judged]:
        self.has_room = True
        judgements = known(self._journal, asked)
        latest = self._at.book.latest(key for key in asked if key not in judgements)
        futures: dict[JournalKey, Judged] = {key: decided(found) for key, found in judgements.items()}
        for key, record in asked.items():
            if key in judgements:
                continue
            if key in self._gathered:
                futures[key] = self._gathered[key].judged
                continue
            last = latest.get(key)
            why = self._not_again(last)
            if why is None:
                self._gathered[key] = _Gathered(record, Judged(), last)
                futures[key] = self._gathered[key].judged
            else:
                futures[key] = decided(why)
        return futures

    def flush(self) -> None:
        self.has_room = False
        gathered, self._gathered = self._gathered, {}
        if gathered:
            asyncio.run(self._submit(gathered))

    def end(self) -> None:
        """Every record went through, so what batches had brought is in this materialization."""
        self._at.book.followed(self._read)

    def _tend(self) -> None:
        """Read first what is done: a run needs no daemon to go on."""
        mine = [batch for batch in self._at.book.batches() if self._is_mine(batch)]
        still = [batch for batch in mine if batch.state in ("intended", "waiting")]
        if still:
            asyncio.run(self._at.tending.tick(still))
        ended = [batch for batch in self._at.book.batches("ended", "void") if self._is_mine(batch)]
        self._read = tuple(batch.id for batch in ended if not batch.followed)

    def _is_mine(self, batch: Batch) -> bool:
        mine = (self._at.partition.isoformat(), self._specialist.blueprint.name)
        return (batch.partition, batch.specialist) == mine

    def _not_again(self, last: Request | None) -> NotJudged | None:
        """Why this is not asked now; None where it is."""
        if last is None or last.fate in ("answered", "refused"):
            return None
        if last.fate == "open":
            return Unavailable(f"waiting for batch {last.batch}")
        if not self._at.follows or last.attempt < attempts(last):
            return None
        cost = Usage(usd=last.usd + last.earlier_usd)
        return (Malformed if last.fate == "malformed" else Unavailable)(last.why, cost)

    async def _submit(self, gathered: Mapping[JournalKey, _Gathered]) -> None:
        try:
            for load in self._loads(gathered):
                await self._send(load, gathered)
        except BaseException as error:  # raised where the results are waited for
            for one in gathered.values():
                if not one.judged.done():
                    one.judged.set_exception(error)
        finally:
            await self._at.tending.provider.close()

    def _loads(self, gathered: Mapping[JournalKey, _Gathered]) -> Iterator[_Load]:
        load = _Load()
        limits = self._specialist.blueprint.card.limits
        for key, one in gathered.items():
            body = self._body(one.record)
            worst = self._model.price.worst_case(
                len(body) + HIDDEN_TOKENS, limits.max_output_tokens, batch=True
            )
            attempt, spent = self._round(one.last)
            if spent + worst > limits.usd_per_record:
                one.judged.set_result(
                    OverBudget(
                        f"over budget: an attempt may cost {worst:.4f} USD, {spent:.4f} of the record's "
                        f"limit of {limits.usd_per_record} USD are spent"
                    )
                )
                continue
            if len(load.asks) == MOST_REQUESTS or (load.asks and load.size + len(body) > MOST_BYTES):
                yield load
                load = _Load()
            load.asks.append(Ask(key, worst, attempt, spent))
            load.bodies[key] = body
            load.size += len(body)
        if load.asks:
            yield load

    def _body(self, record: Record) -> bytes:
        body = self._transport.write(as_question(self._specialist.blueprint, record)).payload
        assert isinstance(body, bytes)
        return body

    def _round(self, last: Request | None) -> tuple[int, float]:
        """The number of the attempt, and what those before it in its round have cost."""
        if last is None or not self._at.follows:
            return 1, 0.0
        return last.attempt + 1, last.earlier_usd + last.usd

    async def _send(self, load: _Load, gathered: Mapping[JournalKey, _Gathered]) -> None:
        intent = self._intent(len(load.asks))
        taken, refused = self._at.book.intend(intent, load.asks)
        for key, refusal in refused.items():
            kind = OverBudget if refusal.over_budget else Unavailable
            gathered[key].judged.set_result(kind(refusal.why))
        if not taken:
            return
        why = await self._sent(intent.id, [(custom_id, load.bodies[key]) for key, custom_id in taken.items()])
        for key in taken:
            gathered[key].judged.set_result(Unavailable(why))

    async def _sent(self, batch_id: str, requests: list[tuple[str, bytes]]) -> str:
        """Why the records are held for now. Raises ProviderDown."""
        try:
            await self._at.sending.send(batch_id, requests)
        except GivenUp:
            return f"batch {batch_id} was given up before it was sent"
        except ProviderFailed as failure:
            if not may_have_it(failure):
                return f"{self._candidate}: {failure}"
        return f"waiting for batch {batch_id}"

    def _intent(self, requests: int) -> Batch:
        blueprint, now = self._specialist.blueprint, datetime.fromtimestamp(self._at.clock.now(), UTC)
        return Batch(
            self._at.new_id(),
            None,
            "intended",
            self._at.partition.isoformat(),
            blueprint.name,
            blueprint.decision_version,
            self._candidate,
            requests,
            now,
            now,
            "",
            followed=False,
        )
