"""The harness benchmark's figures, by hand: cached prefixes by the provider's rules, money by list prices."""

import json

import pytest

from benchmarks.harness.accounting import summed
from benchmarks.harness.faults import Fate, fate
from benchmarks.harness.generations import GENERATIONS, usd
from benchmarks.harness.prefix_cache import LOOK_BACK_BLOCKS, TTL_SECONDS, Block, PrefixCache, blocks_of
from benchmarks.harness.tokens import tokens
from benchmarks.harness.traffic import IN_FLIGHT, Billed, Call, billed
from benchmarks.harness_agent import Agent, Result
from resources.gateway.prices import Counts

# " x" is one token of cl100k_base, so a text of n of them is n tokens.
PROMPT = Block(" x" * 1_000, marked=True)
MODEL = "claude-opus-5-5"


def record(tokens_long: int) -> Block:
    return Block(" y" * tokens_long)


def test_tokens_are_those_of_the_tokenizer() -> None:
    """Known counts of cl100k_base, without a network."""
    assert [tokens(" x" * 1_000), tokens("hello world"), tokens("")] == [1_000, 2, 0]


def test_a_prefix_is_written_once_and_read_after() -> None:
    """1,000 tokens of prompt and 200 of record: the first call writes the prompt, the second reads it."""
    cache = PrefixCache(512)
    assert cache.counts([PROMPT, record(200)], 50, 0.0, 3.0) == Counts(1_200, 50, cached=0, cache_write=1_000)
    assert cache.counts([PROMPT, record(300)], 40, 3.0, 6.0) == Counts(1_300, 40, cached=1_000, cache_write=0)


def test_a_short_prefix_is_not_cached() -> None:
    """Below the model's minimum all of it is fresh, every time."""
    cache = PrefixCache(1_001)
    for now in (0.0, 10.0):
        assert cache.counts([PROMPT, record(200)], 50, now, now + 3) == Counts(1_200, 50)


def test_an_entry_lives_five_minutes_from_its_last_use() -> None:
    """Read after 200 s, it lives on; 300 s after that use it is gone."""
    cache = PrefixCache(512)
    cache.counts([PROMPT], 1, 0.0, 0.0)
    assert cache.counts([PROMPT], 1, 200.0, 200.0).cached == 1_000
    assert cache.counts([PROMPT], 1, 200.0 + TTL_SECONDS - 1, 499.0).cached == 1_000
    assert cache.counts([PROMPT], 1, 499.0 + TTL_SECONDS, 800.0).cached == 0


def test_calls_that_leave_together_all_write() -> None:
    """An entry can be read only when the response to the call that wrote it has begun."""
    chains = [[Call(MODEL, [PROMPT, record(100)], 10)] for _ in range(IN_FLIGHT + 6)]
    counts = [one.counts for one in billed([chains], {MODEL: 512})]
    assert [one.cache_write for one in counts] == [1_000] * IN_FLIGHT + [0] * 6
    assert [one.cached for one in counts] == [0] * IN_FLIGHT + [1_000] * 6


def test_a_conversation_is_cached_turn_by_turn() -> None:
    """Each turn reads what the one before wrote, although the mark has moved on."""
    first = [PROMPT, Block(" a" * 100, marked=True)]
    second = [PROMPT, Block(" a" * 100), Block(" b" * 30), Block(" c" * 70, marked=True)]
    counts = [
        one.counts for one in billed([[[Call(MODEL, first, 30), Call(MODEL, second, 5)]]], {MODEL: 512})
    ]
    assert counts == [Counts(1_100, 30, 0, 1_100), Counts(1_200, 5, cached=1_100, cache_write=100)]


def test_an_entry_too_far_back_is_not_found() -> None:
    """Only so many blocks before a mark are searched."""
    for between, found in ((LOOK_BACK_BLOCKS - 1, 1_000), (LOOK_BACK_BLOCKS, 0)):
        cache = PrefixCache(512)
        cache.counts([PROMPT], 1, 0.0, 0.0)
        talk = [Block(f" z{number}") for number in range(between - 1)]
        later = [Block(PROMPT.text), *talk, Block(" end", marked=True)]
        assert cache.counts(later, 1, 5.0, 8.0).cached == found


def test_the_order_of_a_request_is_tools_system_messages() -> None:
    """A change in a tool changes every prefix; marks are read where they stand."""
    body = {
        "messages": [{"role": "user", "content": "hi"}],
        "system": [{"type": "text", "text": "be brief", "cache_control": {"type": "ephemeral"}}],
        "tools": [{"name": "look", "input_schema": {}}],
    }
    tool, system, user = blocks_of(body)
    assert (json.loads(tool.text)["name"], system, user) == ("look", Block("be brief", True), Block("hi"))


def test_money_by_list_prices() -> None:
    """4 USD fresh, 0.20 read, 5 written, 20 out a million tokens, by hand; batches at half of it."""
    counts = Counts(10_000, 1_000, cached=7_000, cache_write=2_000)
    by_hand = (1_000 * 4 + 7_000 * 0.20 + 2_000 * 5 + 1_000 * 20) / 1e6
    assert usd(MODEL, counts) == pytest.approx(by_hand)
    assert usd(MODEL, counts, batch=True) == pytest.approx(by_hand / 2)
    cost = summed([Billed(MODEL, counts), Billed(MODEL, counts)], batch=False)
    assert (cost.calls, cost.tokens_in, cost.cached, cost.cache_write, cost.tokens_out) == (
        2, 20_000, 14_000, 4_000, 2_000,
    )  # fmt: skip
    assert cost.usd == pytest.approx(2 * by_hand)


def test_every_model_of_the_table_has_a_price_and_a_minimum() -> None:
    """What litellm's table does not say is an error, not a zero."""
    for generation in GENERATIONS:
        for model, minimum in generation.minimums().items():
            assert minimum >= 512
            assert usd(model, Counts(1_000, 1_000)) > 0
    with pytest.raises(Exception, match="no price"):
        usd("claude-nobody-9", Counts(1, 1))


def test_the_fair_opponent_marks_tools_system_and_the_newest_message() -> None:
    """And its conversation itself stays unmarked, so that a mark moves instead of piling up."""
    sent = []

    def send(body: dict) -> list:
        sent.append(body)
        return [{"type": "tool_use", "id": f"t{len(sent)}", "name": "look", "input": {}}]

    tools = [{"name": "look", "description": "looks", "input_schema": {}}]
    agent = Agent(MODEL, "be brief", tools, cached=True)
    conversation: list = []
    assert agent.work("go", conversation, send, lambda name, _: Result("{}", ended=len(sent) == 2))
    marked = [[block.marked for block in blocks_of(body)] for body in sent]
    assert marked == [[True, True, True], [True, True, False, False, True]]
    assert "cache_control" not in json.dumps(conversation)


def test_every_record_has_one_fate() -> None:
    """As without faults, held for a person, unfinished, or wrongly done; none is left out."""
    clean = {name: {"disposition": "done", "tier": "A"} for name in "abcd"}
    ends = {
        "a": {"disposition": "done", "tier": "A"},
        "b": {"disposition": "held", "tier": "A"},
        "c": {"disposition": "done", "tier": "B"},
    }
    assert fate(clean, ends) == Fate(as_without=1, held=1, unfinished=1, wrong=1)
