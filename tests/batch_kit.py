"""What the tests of batches share: a stage whose specialist asks in batches, over a real store."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from types import SimpleNamespace
from typing import Any
from unittest import mock

from sqlalchemy import Engine

from resources.batches.tending import Tending
from resources.crm import CohortContacts
from resources.gateway.anthropic_batches import AnthropicBatches
from resources.store.batches import Payer, StoredBatches
from resources.store.budget import Caps
from resources.store.group_commit import GroupCommit
from resources.store.journal import StoredJournal
from specialists.batching import Batching
from specialists.pin import Pin
from specialists.reading import Setting
from specialists.stage import Stage
from tests.fakes import MemoryBudget
from tests.gateway_kit import HAIKU, FakeClock
from tests.samples import campaign
from tests.test_stage import BLUEPRINT, NOON, rows
from workforce_assets import batches
from workforce_assets.outbound import OUTBOUND
from workforce_assets.world import RunBudget

DAY = date(2026, 3, 2)
ODD = tuple(range(1, 12, 2))


@dataclass
class WallClock(FakeClock):
    """The provider's clock too: `seconds` is how far it was put forward."""

    def now(self) -> float:
        return datetime.now(UTC).timestamp() + self.seconds


@dataclass
class Office:
    """One store, and runs over it as different processes would make them. `sent`: what the stage acted on."""

    engine: Engine
    cap: float = 1.0
    clock: WallClock = field(default_factory=WallClock)
    sent: list[str] = field(default_factory=list)
    limits: dict[str, Any] = field(default_factory=dict)
    wrap: Callable[[Any, str], Any] = lambda inner, name: inner
    version: str = BLUEPRINT.decision_version
    ids: Any = field(default_factory=lambda: (f"b{number}" for number in range(100)))

    @property
    def blueprint(self) -> Any:
        card = BLUEPRINT.card.model_copy(
            update={"limits": BLUEPRINT.card.limits.model_copy(update=self.limits), "execution": "batch"}
        )
        pin = Pin(schema_version=1, candidate=HAIKU, evidence=None)
        return replace(BLUEPRINT, card=card, pin=pin, decision_version=self.version)

    @property
    def book(self) -> StoredBatches:
        return StoredBatches(self.engine, "outbound", Payer(DAY, "run-1", Caps(self.cap)))

    def tending(self) -> Tending:
        return self.batching().tending

    def batching(self, *, follows: bool = False) -> Batching:
        """As a stage gets it, but for the clock, the ids, and what stands before the ports."""
        made: Any = {
            "StoredBatches": lambda *named: self.wrap(StoredBatches(*named), "book"),
            "AnthropicBatches": lambda: self.wrap(AnthropicBatches(), "provider"),
            "SystemClock": lambda: self.clock,
        }
        card = OUTBOUND.card.model_copy(
            update={"budget_usd_per_day": self.cap, "budget_usd_per_day_of": {}, "budget_usd_per_run": None}
        )
        world: Any = SimpleNamespace(engine=self.engine, partition=DAY)
        with mock.patch.multiple(batches, **made):
            built = batches.batching(
                self.blueprint, replace(OUTBOUND, card=card), world, NOON, RunBudget("run-1", None, follows)
            )
        assert built is not None
        return replace(built, new_id=lambda: next(self.ids))

    def run(self, numbers: Iterable[int] = ODD, *, follows: bool = False) -> list[dict[str, Any]]:
        """One materialization: its rows."""
        stage = Stage(
            self.blueprint.build({"sent": self.sent}, None if self.blueprint.pin.is_local else object()),
            lambda row: None,
            StoredJournal(self.engine, GroupCommit(self.engine)),
            MemoryBudget(0.0),
            Setting(DAY, NOON, campaign(), CohortContacts({})),
            "run-1",
            batching=self.batching(follows=follows),
        )
        return list(stage.run(rows(*numbers)))

    def later(self, minutes: float) -> None:
        self.clock.seconds += 60 * minutes
