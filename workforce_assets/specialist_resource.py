"""The one resource that builds a specialist, bound under the specialist's own name."""

import os
from datetime import datetime
from typing import Any

import dagster as dg

from resources.gateway.opening import GatewaySettings, hosted_gateway
from resources.gateway.ports import Candidate, Gateway
from specialists.specialist import Blueprint, Specialist, blueprint
from specialists.stage import Stage
from workforce_assets.batches import batching
from workforce_assets.manager import StageLine, Workforce
from workforce_assets.world import RunBudget, World


class SpecialistResource(dg.ConfigurableResource[Any]):
    """Builds the specialist `name` with the capabilities its tools name, and no others."""

    name: str

    @property
    def blueprint(self) -> Blueprint:
        return blueprint(self.name)

    def stage(
        self, workforce: Workforce, line: StageLine, world: World, at: datetime, run: RunBudget
    ) -> Stage:
        """The specialist at work on one partition."""
        return Stage(
            specialist=self.blueprint.build(
                world.grants(workforce, line, at), _candidate(self.blueprint, world)
            ),
            route=workforce.card.route(line.asset),
            journal=world.journal(),
            budget=world.budget(workforce, at, run),
            setting=world.setting(at),
            run_id=run.run_id,
            in_flight=GatewaySettings.from_environment(os.environ).in_flight,
            batching=batching(self.blueprint, workforce, world, at, run),
        )

    def examined(self, workforce: Workforce, line: StageLine, world: World, at: datetime) -> Specialist:
        """The specialist as its checks need it: tools to read the records again, nobody to judge."""
        return self.blueprint.build(world.grants(workforce, line, at), candidate=None)


def _candidate(specialist: Blueprint, world: World) -> Candidate | Gateway | None:
    """What the pin names: a local candidate, a hosted model, or nothing (then a person decides)."""
    pinned = specialist.pin.candidate
    if pinned is None or specialist.pin.is_local:
        return specialist.local_candidate()
    settings = GatewaySettings.from_environment(os.environ)
    return hosted_gateway(pinned, settings, world.provider_limit)
