"""Batches of an installation: the book, the provider and the readers put together."""

import os
import random
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

from sqlalchemy import Engine

from resources.batches.ports import Batch, BatchBook, BatchProvider, Request, Result, Settled
from resources.batches.sending import Sending
from resources.batches.tending import Tending
from resources.gateway.anthropic_batches import AnthropicBatches
from resources.gateway.clock import SystemClock
from resources.gateway.opening import GatewaySettings
from resources.store.batches import Payer, StoredBatches
from resources.store.engine import open_engine
from resources.store.migrate import check_version, exists
from specialists.batch_reading import settled_by
from specialists.batching import Batching
from specialists.specialist import Blueprint, blueprint
from workforce_assets.manager import Workforce
from workforce_assets.settings import Settings
from workforce_assets.world import RunBudget, World


def batching(
    made_by: Blueprint, workforce: Workforce, world: World, at: datetime, run: RunBudget
) -> Batching | None:
    """What the stage needs to ask in batches; None where its card says live, or nobody hosted is pinned."""
    if made_by.card.execution == "live" or made_by.pin.candidate is None or made_by.pin.is_local:
        return None
    payer = Payer(at.date(), run.run_id, workforce.card.caps(run.max_usd))
    book, clock = StoredBatches(world.engine, workforce.name, payer), SystemClock()
    # One for both: each flush is an event loop of its own, and closes what was opened on it.
    provider = AnthropicBatches()
    patience = GatewaySettings.from_environment(os.environ).patience_seconds
    return Batching(
        book,
        Sending(book, provider, clock, random.Random(), patience),
        _tending(book, provider, datetime.fromtimestamp(clock.now(), UTC), made_by),
        clock,
        lambda: uuid.uuid4().hex,
        world.partition,
        run.follows_batches,
    )


def tending(book: BatchBook) -> Tending:
    """Reads every batch as the specialist that asked."""
    return _tending(book, AnthropicBatches(), datetime.now(UTC))


def _tending(
    book: BatchBook, provider: BatchProvider, at: datetime, made_by: Blueprint | None = None
) -> Tending:
    """Reads as `made_by`, where that is given."""

    def read(batch: Batch, request: Request, result: Result) -> Settled:
        return settled_by(made_by or blueprint(batch.specialist), batch, request, result)

    return Tending(book, provider, read, lambda batch: unread(batch, made_by), at)


def unread(batch: Batch, made_by: Blueprint | None = None) -> str | None:
    """Why the answers in `batch` cannot be read by this process; None where they can."""
    try:
        here = (made_by or blueprint(batch.specialist)).decision_version
    except Exception as error:  # whatever its folder has become; other batches are read
        here = f"none ({' '.join(str(error).split())[:200]})"
    if batch.decision_version == here:
        return None
    return (
        f"not read: it was asked in version {batch.decision_version} of {batch.specialist}, and this process "
        f"has {here}; a run of that version reads it, as long as the provider keeps it (29 days), or give it "
        f"up: `workforce batches settle {batch.id} --by YOU --gone`"
    )


@contextmanager
def opened_book(settings: Settings, workforce: Workforce) -> Iterator[StoredBatches | None]:
    """None where there is no operations store yet. Raises StoreVersionError on one of another version."""
    engine: Engine = open_engine(settings.operations_url)
    try:
        if exists(engine):
            check_version(engine)
            yield StoredBatches(engine, workforce.name)
        else:
            yield None
    finally:
        engine.dispose()
