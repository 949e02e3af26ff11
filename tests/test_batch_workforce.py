"""The outbound workforce with a batched Scorer: a run lets go, the sensor reads, the day is made again."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import dagster as dg
import pytest
from sqlalchemy import update

from resources.store.engine import open_engine
from resources.store.migrate import migrate
from resources.store.spending import spent_in_run
from resources.store.tables import message_batches
from specialists.specialist import Blueprint, blueprint
from specialists.strict_yaml import CardError
from tests.batch_kit import Office
from tests.gateway_kit import HAIKU, at_provider
from tests.outbound import SAMPLE_DAY, Outbound
from tests.provider import Provider, Reply, running
from tests.test_cli import workforce
from workforce_assets import batch_sensor, batches, specialist_resource, tries
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


def test_a_sensor_with_older_code_leaves_a_batch_to_a_run(
    provider: Provider, outbound: Outbound, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was asked in a version that is on disk, a new process reads: the sensor starts it, and nothing is
    asked or paid again. Of a version that is nowhere it starts nothing."""
    outbound.hand_in(limit=25)
    outbound.run()
    older = replace(blueprint("scorer"), decision_version="0lder")
    monkeypatch.setattr(batches, "blueprint", lambda name: older)
    with monkeypatch.context() as nowhere:
        nowhere.setattr(batch_sensor, "version_on_disk", lambda name: "newer")
        assert _tick(outbound) == []
    (request,) = _tick(outbound)
    assert dg.AssetKey("scored_leads") in (request.asset_selection or [])
    (listed,) = json.loads(workforce(outbound.root, "batches", "list", "--json")[1])["batches"]
    assert listed["state"] == "waiting" and "this process has 0lder" in listed["detail"]
    outbound.run()
    rows = outbound.rows("scored_leads")
    assert not any("waiting for batch" in (row["reason"] or "") for row in rows)
    assert sum(row["cost_usd"] for row in rows) == pytest.approx(provider.bill)
    assert provider.batches.creates == 1 and _tick(outbound) == []


def test_a_run_that_failed_to_read_is_requested_again(
    provider: Provider, outbound: Outbound, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By a new key, as Dagster starts no second run of one; and only after a while."""
    script, provider.mind.script = provider.mind.script, lambda body: Reply("not json")
    outbound.hand_in(limit=25)
    outbound.run()
    (request,) = _tick(outbound)
    provider.batches.create_fault = lambda number: "401"
    assert not _launch(outbound, request).success
    assert provider.batches.creates == 2 and _tick(outbound) == [], "asked again, which no key allows"
    monkeypatch.setattr(tries, "FIRST_WAIT", timedelta(0))
    (again,) = _tick(outbound)
    assert again.run_key != request.run_key and again.tags == request.tags
    provider.batches.create_fault, provider.mind.script = lambda number: None, script
    assert _launch(outbound, again).success and provider.batches.creates == 3
    (last,) = _tick(outbound)
    assert _launch(outbound, last).success and _tick(outbound) == []
    rows = outbound.rows("scored_leads")
    assert not any("waiting for batch" in (row["reason"] or "") for row in rows)


def _launch(outbound: Outbound, request: dg.RunRequest) -> dg.ExecuteInProcessResult:
    """As the daemon does."""
    with instance_of(outbound.settings) as instance:
        job = build(outbound.settings).resolve_job_def("outbound")
        return job.execute_in_process(
            instance=instance,
            partition_key=request.partition_key,
            asset_selection=list(request.asset_selection or []),
            tags={**request.tags, tries.RUN_KEY_TAG: str(request.run_key)},
            raise_on_error=False,
        )


def test_a_batch_that_no_version_reads_is_given_up_by_command(provider: Provider, outbound: Outbound) -> None:
    """`batches list` says how; one that can still be read is not given up so. What was billed stays spent."""
    engine = open_engine(outbound.settings.operations_url)
    migrate(engine)
    office = Office(engine)
    office.run((1, 3))
    assert "settle b0 --by YOU --gone" in workforce(outbound.root, "batches", "poll")[1].replace("\n", " ")
    spent = spent_in_run(engine, "run-1")
    code, _, _ = workforce(outbound.root, "batches", "settle", "b0", "--by", "Ann", "--gone")
    (batch,) = office.book.batches("ended")
    assert (code, batch.detail, office.book.fates("b0")) == (0, "given up by Ann", {"canceled": 2})
    assert spent_in_run(engine, "run-1") == spent >= provider.bill > 0
    office.run((1, 3))
    (scorers,) = office.book.batches("waiting")
    with engine.begin() as connection:  # as the shipped Scorer asks
        values = {"specialist": "scorer", "decision_version": blueprint("scorer").decision_version}
        connection.execute(update(message_batches).where(message_batches.c.id == scorers.id).values(values))
    code, _, error = workforce(outbound.root, "batches", "settle", scorers.id, "--by", "Ann", "--gone")
    assert code == 2 and "it is waiting" in error
    engine.dispose()


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
