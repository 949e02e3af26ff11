"""One hosted model behind the port: every attempt is reserved, sent, settled and read."""

import random
from dataclasses import replace

from tenacity import AsyncRetrying

from resources.gateway.answers import NO_COST, OverBudget, Refused, Reply, Step, Unavailable, Usage
from resources.gateway.answers import Malformed as MalformedAnswer
from resources.gateway.clock import Clock
from resources.gateway.failures import ProviderDown, ProviderFailed, Remedy, retry_after
from resources.gateway.flow import Flow
from resources.gateway.models import Model
from resources.gateway.ports import Question
from resources.gateway.purse import Purse
from resources.gateway.reading import read
from resources.gateway.retries import Retries
from resources.gateway.transport import Request, Said, Transport

# Providers put words of their own before ours when tools or a schema are used: 346 tokens for tools at
# Anthropic (platform.claude.com/docs/en/agents-and-tools/tool-use/overview#pricing), here with room.
HIDDEN_TOKENS = 1_000


class HostedGateway:
    """Implements `resources.gateway.ports.Gateway`."""

    def __init__(
        self, model: Model, transport: Transport, flow: Flow, clock: Clock, rng: random.Random
    ) -> None:
        self._model, self._transport, self._flow = model, transport, flow
        self._clock, self._rng = clock, rng

    async def ask(self, question: Question, purse: Purse) -> Reply:
        """One turn. Raises ProviderDown when no record can be judged for now."""
        asked = _Asked(self, question, purse)
        try:
            reply = await self._reply(asked)
        except ProviderFailed as failure:
            if self._flow.gate.outage and failure.kind.shared:
                raise self._stopped(f"{failure}") from failure
            reply = Unavailable(f"{self._model.candidate}: {failure}")
        return replace(reply, usage=asked.usage, steps=tuple(asked.steps))

    def stop(self) -> None:
        self._flow.gate.stop("the run breaks off")

    async def close(self) -> None:
        await self._transport.close()

    def worst_case(self, request: Request, max_output_tokens: int) -> float:
        """US dollars one attempt can cost: no tokenizer makes more tokens of a text than it has bytes."""
        return self._model.price.worst_case(request.size + HIDDEN_TOKENS, max_output_tokens)

    async def _reply(self, asked: "_Asked") -> Reply:
        """The first attempt goes by itself: tenacity, which few calls need, was 5 % of the CPU of each."""
        failed: list[ProviderFailed] = []

        async def attempt() -> Reply:
            if failed:
                raise failed.pop()
            return await asked.attempt()

        try:
            return await asked.attempt()
        except ProviderFailed as failure:
            failed.append(failure)
        retries = Retries(self._flow.gate, self._rng)
        retrying = AsyncRetrying(
            retry=retries.again,
            stop=retries.exhausted,
            wait=retries.wait,
            sleep=self._flow.gate.sleep,
            reraise=True,
        )
        reply: Reply = await retrying(attempt)
        return reply

    def _stopped(self, why: str) -> ProviderDown:
        self._flow.gate.stop(f"{self._model.candidate}: {why}")
        down = self._flow.gate.down()
        assert down is not None
        return down


class _Asked:
    """One question under way: what its attempts did and cost so far."""

    def __init__(self, gateway: HostedGateway, question: Question, purse: Purse) -> None:
        self._gateway, self._question, self._purse = gateway, question, purse
        self._request = gateway._transport.write(question)
        self._worst = gateway.worst_case(self._request, question.max_output_tokens)
        self.steps: list[Step] = []

    @property
    def usage(self) -> Usage:
        return sum((step.usage for step in self.steps[1:]), self.steps[0].usage) if self.steps else NO_COST

    async def attempt(self) -> Reply:
        """Reserve, send, settle, read. Raises ProviderFailed or ProviderDown."""
        flow = self._gateway._flow
        began = await flow.enter()
        try:
            reservation = await self._purse.reserve(self._worst)
            if reservation is None:
                flow.gate.gave_up()
                return OverBudget(self._purse.why)
            try:
                said = await self._gateway._transport.send(self._request, self._question.timeout_seconds)
            except ProviderFailed as failure:
                if not failure.kind.billed:
                    await reservation.settle(0.0)
                self._failed(failure, began)
                raise
            flow.succeeded(said.headers)
        except BaseException:
            # Also where nothing was sent: were this the probe, all others would wait for it for ever.
            flow.gate.gave_up()
            raise
        finally:
            flow.leave()
        usage, billed = self._bill(said)
        if billed:
            await reservation.settle(usage.usd)
        reply = read(said, self._gateway._model)
        self.steps.append(Step(_did(reply), said.model, said.stop, usage))
        return reply

    def _bill(self, said: Said) -> tuple[Usage, bool]:
        """What it cost, and whether that is known. What another model bills is not: the worst case stays."""
        if said.counts is None or not self._gateway._model.is_meant_by(said.model):
            return Usage(usd=self._worst), False
        return self._gateway._model.price.usage(said.counts), True

    def _failed(self, failure: ProviderFailed, began: float) -> None:
        kind, flow = failure.kind, self._gateway._flow
        failure.retry_after = retry_after(failure.headers, self._gateway._clock.now())
        lost = Usage(usd=self._worst) if kind.billed else NO_COST
        self.steps.append(Step(f"failed: {failure}"[:300], None, None, lost))
        if kind.remedy is Remedy.PAUSE:
            raise self._gateway._stopped(f"{failure} ({kind.why})") from failure
        if kind.name in ("rate limited", "overloaded"):
            flow.crowded(began)
        if not kind.shared:
            return
        if failure.retry_after is not None:
            flow.gate.wait(failure.retry_after)
        flow.gate.failed(f"{failure}")
        down = flow.gate.down()
        if down is not None:  # also where it was this question's last attempt: it is not held for it
            raise down from failure


def _did(reply: Reply) -> str:
    match reply:
        case MalformedAnswer():
            return f"malformed: {reply.why}"
        case Refused():
            return "refused"
        case _ if hasattr(reply, "calls"):
            return "called " + ", ".join(call.name[:60] for call in reply.calls)
        case _:
            return "answered"
