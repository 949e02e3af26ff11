"""The one resource that builds a specialist, bound under the specialist's own name."""

from datetime import datetime
from typing import Any

import dagster as dg

from resources.model_gateway import Gateway
from specialists.evidence import refuse_stale
from specialists.specialist import Blueprint, Specialist, blueprint
from specialists.stage import Stage
from workforce_assets.manager import StageLine, Workforce
from workforce_assets.world import World


class SpecialistResource(dg.ConfigurableResource[Any]):
    """Builds the specialist `name` with the capabilities its tools name, and no others."""

    name: str

    @property
    def blueprint(self) -> Blueprint:
        return blueprint(self.name)

    def stage(self, workforce: Workforce, line: StageLine, world: World, at: datetime, run_id: str) -> Stage:
        """The specialist at work on one partition. Raises StaleEvidence if its pin's evidence is of other
        files than those that stand there now."""
        refuse_stale(self.blueprint)
        return Stage(
            specialist=self.blueprint.build(world.grants(workforce, line, at), _candidate(self.blueprint)),
            route=workforce.card.route(line.asset),
            journal=world.journal(),
            budget=world.budget(workforce, at),
            setting=world.setting(at),
            run_id=run_id,
        )

    def examined(self, workforce: Workforce, line: StageLine, world: World, at: datetime) -> Specialist:
        """The specialist as its checks need it: tools to read the records again, nobody to judge."""
        return self.blueprint.build(world.grants(workforce, line, at), candidate=None)


def _candidate(specialist: Blueprint) -> Gateway | None:
    """What the pin names: a local candidate, a hosted model, or nothing (then a person decides)."""
    pinned = specialist.pin.candidate
    if pinned is None or specialist.pin.is_local:
        return specialist.local_candidate()
    from resources.litellm_gateway import LitellmGateway  # 2.7 s to import, so only where a model is pinned

    return LitellmGateway(pinned)
