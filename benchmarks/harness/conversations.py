"""The general harness's own requests, offline: its loop and its tools for real, its model by the key."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from benchmarks.harness.answer_key import Key
from benchmarks.harness.harness_mind import next_turn
from benchmarks.harness.harness_prompt import system_prompt, task
from benchmarks.harness.harness_tools import HarnessTools
from benchmarks.harness.prefix_cache import Block, blocks_of
from benchmarks.harness.sample import Day
from benchmarks.harness.tokens import tokens
from benchmarks.harness.traffic import Call, Chain
from benchmarks.harness_agent import Agent, Message

Whole = Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True)
class Kind:
    """After `leads_a_context` the conversation is begun anew. `naive`: nobody thought about tokens."""

    model: str
    cached: bool
    naive: bool
    leads_a_context: int


def conversations(days: Iterable[Day], key: Key, whole: Whole, kind: Kind) -> Iterator[list[Chain]]:
    """For each day, one chain of calls for each context."""
    for day in days:
        tools = HarnessTools(day, whole=kind.naive)
        agent = Agent(
            kind.model,
            system_prompt(day, naive=kind.naive),
            tools.definitions(),
            cached=kind.cached,
            chatty=kind.naive,
        )
        leads = day.world.leads
        contexts = [
            leads[at : at + kind.leads_a_context] for at in range(0, len(leads), kind.leads_a_context)
        ]
        yield [_context(agent, tools, one, key, whole if kind.naive else None) for one in contexts]


def _context(
    agent: Agent, tools: HarnessTools, leads: Sequence[Mapping[str, Any]], key: Key, whole: Whole | None
) -> Chain:
    calls: list[Call] = []

    def send(body: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
        said: Sequence[Mapping[str, Any]] = next_turn(body, key, whole)
        calls.append(Call(agent.model, list(blocks_of(body)), _said(said)))
        return said

    conversation: list[Message] = []
    for lead in leads:
        tools.begin(lead)
        if not agent.work(task(lead, tools.day), conversation, send, tools.do):
            raise RuntimeError(f"{lead['record_id']}: the harness came to no end; the benchmark is broken")
    return calls


def _said(blocks: Sequence[Mapping[str, Any]]) -> int:
    return sum(
        tokens(block["text"])
        if block["type"] == "text"
        else tokens(json.dumps({"name": block["name"], "input": block["input"]}, ensure_ascii=False))
        for block in blocks
    )


def without_marks(calls: Chain) -> Chain:
    return [Call(c.model, [Block(b.text) for b in c.blocks], c.tokens_out) for c in calls]
