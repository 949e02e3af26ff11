"""A world whose leads are a list and whose capabilities are dicts: stages without a lake or Dagster."""

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property, partial
from typing import Any

from resources.contact_details import mask
from resources.crm import CohortContacts, CohortCrm, CohortEmailDomains, Contact, Profile
from workforce_assets.capabilities import Grants
from workforce_assets.manager import StageLine, Workforce
from workforce_assets.world import World

Lead = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class InMemory(World):
    """`leads` are the accepted leads of the partition, as the intake asset has them."""

    leads: list[Lead]

    @cached_property
    def contacts(self) -> CohortContacts:
        names = ("email", "first_name", "last_name", "country", "timezone", "consent")
        return CohortContacts(
            {lead["record_id"]: Contact(**{name: lead[name] for name in names}) for lead in self.leads}
        )

    def grants(self, workforce: Workforce, line: StageLine, at: datetime) -> Grants:
        known = super().grants(workforce, line, at)
        return Grants({name: partial(known.__getitem__, name) for name in known} | _of_memory(self.leads))


def _of_memory(leads: list[Lead]) -> dict[str, Any]:
    def profile(lead: Lead) -> Profile:
        return Profile(*(mask(lead[name]) if lead[name] else None for name in ("title", "message", "source")))

    hosts = {
        lead["record_id"]: lead["email"].rpartition("@")[2].lower()
        for lead in leads
        if "@" in (lead["email"] or "")
    }
    return {
        "crm": lambda: CohortCrm({lead["record_id"]: profile(lead) for lead in leads}),
        "email_domains": lambda: CohortEmailDomains(hosts),
    }
