"""The bounded loop: a hosted model asks for READ tools that are on offer, and code answers, until it answers.

There is no other way out: its own answer by the schema, or a limit.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from resources.gateway.answers import NO_COST, Answer, Answered, Calls, Malformed, Reply, Step, ToolCall
from resources.gateway.ports import Exchange, Gateway, Question, ToolResult
from resources.gateway.purse import Purse
from resources.gateway.record_text import as_data

# Answers that do not fit are asked for again this often, and wrong calls are told so this often: chance
# cures some of the first, being told most of the second, and more would pay for what does not come right.
SECOND_ANSWERS = 1
WRONG_CALLS = 1

# What is wrong with an output, by the schema; None where it fits.
Check = Callable[[Mapping[str, Any]], str | None]


class ToolLoop:
    """One record's judgement. `on_request`: what each READ tool on offer answers, by its name."""

    def __init__(self, gateway: Gateway, purse: Purse, on_request: Mapping[str, Any], check: Check) -> None:
        self._gateway, self._purse, self._on_request, self._check = gateway, purse, on_request, check
        self._usage, self._steps = NO_COST, list[Step]()
        self._malformed, self._wrong_calls = 0, 0

    async def run(self, question: Question, turns: int) -> Answer:
        """At most `turns` turns and SECOND_ANSWERS more. Raises ProviderDown."""
        taken = 0
        while True:
            reply = self._checked(await self._gateway.ask(question, self._purse))
            self._usage += reply.usage
            self._steps += reply.steps
            if isinstance(reply, Malformed) and reply.again and self._malformed < SECOND_ANSWERS:
                self._malformed += 1
                continue
            if not isinstance(reply, Calls):
                return replace(reply, usage=self._usage, steps=tuple(self._steps))
            taken += 1
            results = tuple(self._result(call) for call in reply.calls)
            if self._wrong_calls > WRONG_CALLS:
                return self._ended("it called what is not on offer, again")
            if taken >= turns:
                return self._ended(f"no answer in {turns} turns")
            question = replace(question, exchanges=(*question.exchanges, Exchange(reply.said, results)))

    def _checked(self, reply: Reply) -> Reply:
        if not isinstance(reply, Answered):
            return reply
        wrong = self._check(reply.output)
        if wrong is None:
            return reply
        return Malformed(f"the answer does not fit the schema: {wrong}", reply.usage, reply.steps)

    def _result(self, call: ToolCall) -> ToolResult:
        """The record's own data, or what is wrong with the call. Nothing is ever done."""
        if call.name in self._on_request and call.arguments == {}:
            self._step(f"was given {call.name}")
            return ToolResult(call.id, as_data(self._on_request[call.name]))
        self._wrong_calls += 1
        offered = ", ".join(sorted(self._on_request)) or "no tool"
        known = call.name in self._on_request
        why = (
            f"{call.name[:60]} takes no arguments" if known else f"there is no such tool; on offer: {offered}"
        )
        self._step(f"was told: {why}")
        return ToolResult(call.id, why, is_error=True)

    def _step(self, did: str) -> None:
        self._steps.append(Step(did, "code"))

    def _ended(self, why: str) -> Malformed:
        return Malformed(why, self._usage, tuple(self._steps))
