"""A forecast beside what the run then costs: the provider's own bill lies inside it, of calls and batches."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from resources.gateway.answers import Answered, Usage
from resources.gateway.prices import Counts, price_of
from resources.journal import JournalKey, Judgement
from resources.store.engine import open_engine
from resources.store.group_commit import GroupCommit
from resources.store.journal import StoredJournal
from specialists.specialist import Blueprint
from tests.gateway_kit import at_provider, hosted
from tests.outbound import SAMPLE_DAY, Outbound
from tests.provider import Provider, running
from workforce_assets import specialist_resource
from workforce_assets.forecast import forecast as forecasting
from workforce_assets.forecast import rehearsal
from workforce_assets.forecast.estimate import estimate
from workforce_assets.forecast.forecast import Forecast
from workforce_assets.outbound import OUTBOUND
from workforce_assets.prepare import prepare

HAIKU = "anthropic/claude-haiku-5-5"
NAMES = ("enricher", "scorer", "writer", "sender")
NEXT_DAY = date(2026, 3, 3)
AT = datetime(2026, 3, 2, 15, tzinfo=UTC)


@pytest.fixture
def pinned(monkeypatch: pytest.MonkeyPatch) -> dict[str, Blueprint]:
    """All four specialists with a hosted model, wherever they are looked up."""
    found = {name: hosted(name, HAIKU) for name in NAMES}
    for module in (specialist_resource, forecasting, rehearsal):
        monkeypatch.setattr(module, "blueprint", found.__getitem__)
    return found


@pytest.fixture
def provider(monkeypatch: pytest.MonkeyPatch) -> Iterator[Provider]:
    with running() as one:
        at_provider(monkeypatch, one)
        yield one


def in_batches(pinned: dict[str, Blueprint], name: str) -> None:
    card = pinned[name].card.model_copy(update={"execution": "batch"})
    pinned[name] = replace(pinned[name], card=card)


def told(home: Outbound, day: date = SAMPLE_DAY) -> Forecast:
    return estimate(home.settings, OUTBOUND, [day], AT, {})


def test_the_bill_lies_inside_its_forecast(
    pinned: dict[str, Blueprint], provider: Provider, outbound: Outbound
) -> None:
    """The first day computed from prompts, the next from the journal; each before anything of it is asked."""
    for day in (SAMPLE_DAY, NEXT_DAY):
        outbound.hand_in(day=day, limit=60)
        found, calls, bill = told(outbound, day), len(provider.calls), provider.bill
        assert (len(provider.calls), provider.bill) == (calls, bill)
        outbound.run(day)
        calls, bill = len(provider.calls) - calls, provider.bill - bill
        assert found.calls.low <= calls <= found.calls.high
        assert 0 < found.usd.low <= bill <= found.usd.high


def test_a_batch_is_forecast_at_batch_prices(
    pinned: dict[str, Blueprint], provider: Provider, outbound: Outbound
) -> None:
    """Half of what the same calls are forecast at, and the bill of the batch inside it; no time for it."""
    outbound.hand_in(limit=60)
    live = _scorer(told(outbound))
    in_batches(pinned, "scorer")
    found = told(outbound)
    batched = _scorer(found)
    assert batched.calls == live.calls and batched.calls.low > 0
    assert batched.usd.ends == pytest.approx([end / 2 for end in live.usd.ends])
    assert batched.in_batches and found.seconds.high < found.rules_seconds + 10 / 64 * found.calls.high
    outbound.run()
    outbound.run()
    assert provider.batches.creates == 1
    assert batched.usd.low <= provider.batches.bill <= batched.usd.high


def _scorer(found: Forecast) -> forecasting.SpecialistForecast:
    return next(one for one in found.specialists if one.specialist == "scorer")


def test_what_batches_cost_says_nothing_of_calls(
    pinned: dict[str, Blueprint], provider: Provider, outbound: Outbound
) -> None:
    """Judgements of calls and of batches in one journal, told apart by the prices they were billed at."""
    outbound.hand_in(limit=30)
    prepare(outbound.settings)
    counts, price = Counts(1000, 10, cached=600), price_of(HAIKU)
    engine = open_engine(outbound.settings.operations_url)
    journal = StoredJournal(engine, GroupCommit(engine))
    for number in range(40):
        usage: Usage = price.usage(counts, batch=number % 2 == 0)
        judgement = Judgement(f"model:{HAIKU}", Answered({}, usage))
        journal.keep_all({JournalKey("scorer", "v0", f"lead-{number}", "c"): judgement})
    engine.dispose()
    live = _scorer(told(outbound))
    in_batches(pinned, "scorer")
    batched = _scorer(told(outbound))
    for one, batch in ((live, False), (batched, True)):
        assert one.source.startswith("measured: 20 judgements")
        assert one.usd.likely == pytest.approx(one.calls.likely * price.usage(counts, batch=batch).usd)
        assert one.tokens_cached.likely == pytest.approx(one.calls.likely * 600)
