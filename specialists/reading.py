"""The typed hand-off in: what came with the row, what the partition knows, and every READ tool's answer."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from typing import Any

from resources.campaign import Campaign
from resources.crm import Contacts
from specialists.grading import Facts
from specialists.records import Record, Row
from specialists.specialist import Specialist


@dataclass(frozen=True)
class Setting:
    """What is the same for every record of a partition in one run. `at` is the decision clock."""

    partition: date
    at: datetime
    campaign: Campaign
    contacts: Contacts

    @cached_property
    def known(self) -> Mapping[str, Any]:
        """The fields any `Reads` may declare and no upstream row has to carry."""
        return {"partition": self.partition, "at": self.at, "brief": self.campaign.brief()}

    def facts(self, record_id: str) -> Facts:
        return Facts(self.partition, self.campaign, self.contacts.contact(record_id))


def read_record(specialist: Specialist, row: Row, setting: Setting) -> Record:
    """The record as this specialist may see it. Raises ValidationError if a field does not fit its type."""
    known = {**row, **setting.known}
    return specialist.blueprint.reads.model_validate({**known, **specialist.tools.read_all(known)})
