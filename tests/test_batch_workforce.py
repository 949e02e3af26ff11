"""The outbound workforce with a batched Scorer: a run lets go, the sensor reads, the day is made again."""

import json
from collections.abc import Iterator
from dataclasses import replace

import dagster as dg
import pytest

from resources.store.engine import open_engine
from resources.store.migrate import migrate
from specialists.specialist import Blueprint, blueprint
from specialists.strict_yaml import CardError
from tests.batch_kit import Office
from tests.gateway_kit import HAIKU, at_provider
from tests.outbound import SAMPLE_DAY, Outbound
from tests.provider import Provider, running
from tests.test_cli import workforce
from workforce_assets import specialist_resource
from workforce_assets import stage_asset as stage_asset_module
from workforce_assets.definitions import build
from workforce_assets.manager import StageLine
from workforce_assets.outbound import OUTBOUND
from workforce_assets.prepare import instance_of
from workforce_assets.stage_asset import FOLLOWS_BATCHES_TAG


@pytest.fixture
def provider(monkeypatch: pytest.MonkeyPatch) -> Iterator[Provider]:
    """A provider, and a Scorer whose card says batch and whose pin names its model."""
    original = blueprint("scorer")
    card = original.card.model_copy(update={"execution": "batch"})
    pin = original.pin.model_copy(update={"candidate": HAIKU, "evidence": None})
    batched = replace(original, card=card, pin=pin)

    def chosen(name: str) -> Blueprint:
        return batched if name == "scorer" else blueprint(name)

    monkeypatch.setattr(specialist_resource, "blueprint", chosen)
    with running() as provider:
        at_provider(monkeypatch, provider)
        yield provider


def test_a_day_waits_for_its_batch_and_is_made_again(provider: Provider, outbound: Outbound) -> None:
    """Rows in = rows out while it waits; the sensor asks for one run of the stage and what stands on it; that
    run pays nothing more, and afterwards there is nothing left to do."""
    provider.batches.lasts_seconds = 1e6
    outbound.hand_in(limit=25)
    outbound.run()
    rows = outbound.rows("scored_leads")
    waiting = [row for row in rows if "waiting for batch" in (row["reason"] or "")]
    assert waiting and len(rows) == sum(r["disposition"] == "done" for r in outbound.rows("enriched_leads"))
    (listed,) = json.loads(workforce(outbound.root, "batches", "list", "--json")[1])["batches"]
    assert (listed["state"], listed["requests"]) == ("waiting", {"open": len(waiting)})
    assert _tick(outbound) == []
    provider.batches.made["msgbatch_1"].ends_at = 0.0
    (request,) = _tick(outbound)
    assert request.partition_key == SAMPLE_DAY.isoformat() and FOLLOWS_BATCHES_TAG in request.tags
    assert [key.to_user_string() for key in request.asset_selection or []] == [
        "scored_leads",
        "drafted_emails",
        "sent_emails",
    ]
    assert [again.run_key for again in _tick(outbound)] == [request.run_key]
    outbound.run()
    again = outbound.rows("scored_leads")
    assert not any("waiting for batch" in (row["reason"] or "") for row in again)
    assert sum(row["cost_usd"] for row in again) == pytest.approx(provider.bill)
    assert provider.batches.creates == 1 and not provider.calls
    assert _tick(outbound) == []


def test_two_stages_of_one_specialist_cannot_ask_in_batches(
    provider: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An error when definitions load, which names the card and the stages; live, it may work in both."""
    batched = specialist_resource.blueprint("scorer")
    again = StageLine("scored_again", by="scorer", of="enriched_leads")
    employed = replace(OUTBOUND, stages=(*OUTBOUND.stages, again))
    with pytest.raises(CardError, match=r"card.yaml: execution: batch .* scored_leads and scored_again:"):
        monkeypatch.setattr(stage_asset_module, "blueprint", lambda name: batched)
        stage_asset_module.stage_asset(employed, again)
    monkeypatch.setattr(stage_asset_module, "blueprint", blueprint)
    assert stage_asset_module.stage_asset(employed, again).key == dg.AssetKey("scored_again")


def test_cancel_is_a_command(provider: Provider, outbound: Outbound) -> None:
    """It asks the provider to stop; what is unknown or over cannot be cancelled, and says so in one line."""
    provider.batches.lasts_seconds = 1e6
    engine = open_engine(outbound.settings.operations_url)
    migrate(engine)
    office = Office(engine)
    office.run((1, 3))
    code, out, _ = workforce(outbound.root, "batches", "cancel", "msgbatch_1")
    assert code == 0 and "asked to stop" in out
    assert provider.batches.made["msgbatch_1"].canceled_at is not None
    office.run((1, 3), follows=True)
    code, _, error = workforce(outbound.root, "batches", "cancel", "msgbatch_1")
    assert code == 2 and "is ended" in error
    assert workforce(outbound.root, "batches", "cancel", "nothing")[0] == 2
    engine.dispose()


def _tick(outbound: Outbound) -> list[dg.RunRequest]:
    with instance_of(outbound.settings) as instance:
        repository = build(outbound.settings).get_repository_def()
        sensor = repository.get_sensor_def("outbound_batches")
        context = dg.build_sensor_context(instance=instance, repository_def=repository)
        return list(sensor.evaluate_tick(context).run_requests or [])
