"""Every step of a hosted judgement is in the trace, its tokens and prices as the provider's log has them."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from specialists.specialist import Blueprint, blueprint
from tests.gateway_kit import HAIKU, at_provider, hosted
from tests.outbound import SAMPLE_DAY, Outbound
from tests.provider import Mind, Provider, Reply, running
from tests.provider.log import Call
from tests.test_cli import workforce
from workforce_assets import specialist_resource

LIMIT = 25


@pytest.fixture
def provider(monkeypatch: pytest.MonkeyPatch) -> Iterator[Provider]:
    """A hosted Enricher that asks for each tool on offer before it answers."""
    pinned = hosted("enricher", HAIKU)

    def chosen(name: str) -> Blueprint:
        return pinned if name == "enricher" else blueprint(name)

    monkeypatch.setattr(specialist_resource, "blueprint", chosen)
    with running(Provider(mind=Mind(asks_for_tools=True))) as one:
        at_provider(monkeypatch, one)
        yield one


def traced(home: Outbound, record_id: str) -> dict[str, Any]:
    """The Enricher's hop, as the command tells it."""
    code, out, err = workforce(home.root, "trace", record_id, "--json")
    assert code == 0, err
    hop: dict[str, Any] = next(h for h in json.loads(out)["hops"] if h["asset"] == "enriched_leads")
    return hop


def test_every_step_is_in_the_trace_also_from_the_journal(provider: Provider, outbound: Outbound) -> None:
    """Two turns and the code's answer between them; made again from the journal, it is the same trace."""
    outbound.hand_in(limit=LIMIT)
    outbound.run()
    judged = [
        row["record_id"]
        for row in outbound.rows("enriched_leads")
        if row["decided_by"] == f"model:{HAIKU}" and row["tokens_in"]
    ]
    assert judged
    hop = traced(outbound, judged[-1])
    steps = hop["judgement"]["answer"]["steps"]
    assert [step["did"] for step in steps] == ["called find_similar", "was given find_similar", "answered"]
    assert [step["stop"] for step in steps] == ["tool_use", None, "end_turn"]
    assert [step["by"] for step in steps] == ["claude-haiku-4-5", "code", "claude-haiku-4-5"]
    _as_the_provider_says(provider, judged[-1], hop)
    asked = len(provider.calls)
    outbound.settings.lake.file("enriched_leads", SAMPLE_DAY.isoformat()).path.unlink()
    outbound.run()
    assert len(provider.calls) == asked
    again = traced(outbound, judged[-1])
    assert again["run_id"] != hop["run_id"] and again["judgement"] == hop["judgement"]
    _, told, _ = workforce(outbound.root, "trace", judged[-1])
    assert "was given find_similar" in told and "claude-haiku-4-5 (tool_use)" in told
    assert "cached" in told and "USD/token" in told


def test_what_came_to_no_judgement_is_in_the_trace_of_its_run(provider: Provider, outbound: Outbound) -> None:
    """Cut JSON twice: held, each step and its cost told. The next run asks anew, and tells of itself."""
    provider.mind = Mind(script=lambda body: Reply('{"choice": null, "probab'))
    outbound.hand_in(limit=LIMIT)
    outbound.run()
    held = next(
        row
        for row in outbound.rows("enriched_leads")
        if row["disposition"] == "held" and row["decided_by"] is None and row["tokens_in"]
    )
    hop, calls = traced(outbound, held["record_id"]), _calls_about(provider, held["record_id"])
    tried = hop["tried"]
    answered = [step for step in tried["steps"] if step["by"] == "claude-haiku-4-5"]
    assert len(answered) == len(calls) > 1 and all(step["did"].startswith("malformed: ") for step in answered)
    assert [step["usage"]["tokens_in"] for step in answered] == [call.tokens.all_in for call in calls]
    assert tried["usage"]["usd"] == pytest.approx(sum(call.usd for call in calls)) == hop["cost_usd"]
    assert tried["usage"]["price"].startswith("litellm ") and hop["judgement"] is None
    _, told, _ = workforce(outbound.root, "trace", held["record_id"])
    assert "malformed: " in told and "claude-haiku-4-5 (end_turn)" in told
    provider.mind = Mind()
    outbound.settings.lake.file("enriched_leads", SAMPLE_DAY.isoformat()).path.unlink()
    outbound.run()
    again = traced(outbound, held["record_id"])
    assert again["tried"] is None and again["judgement"] is not None


def _calls_about(provider: Provider, record_id: str) -> list[Call]:
    return [call for call in provider.calls if f'"{record_id}"' in call.body["messages"][0]["content"]]


def _as_the_provider_says(provider: Provider, record_id: str, hop: dict[str, Any]) -> None:
    """Tokens of each call, the cached ones apart, and what they cost by its own price list."""
    first, second = _calls_about(provider, record_id)
    steps, usage = hop["judgement"]["answer"]["steps"], hop["judgement"]["answer"]["usage"]
    for call, step in ((first, steps[0]), (second, steps[2])):
        said = step["usage"]
        assert (said["tokens_in"], said["tokens_out"]) == (call.tokens.all_in, call.tokens.out)
        assert (said["cached"], said["cache_write"]) == (call.tokens.cached, call.tokens.written)
        assert said["usd"] == pytest.approx(call.usd)
    assert usage["cached"] == first.tokens.cached + second.tokens.cached > 0
    assert usage["usd"] == pytest.approx(first.usd + second.usd) == hop["cost_usd"]
    assert usage["price"].startswith("litellm ") and HAIKU in usage["price"]


def test_what_rules_decide_has_no_steps(ran: Outbound) -> None:
    """There is nothing to trace but the rule's name."""
    (record, *_) = [r["record_id"] for r in ran.rows("enriched_leads") if r["decided_by"][:5] == "rule:"]
    assert traced(ran, record)["judgement"] is None
