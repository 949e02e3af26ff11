"""The Scorer's tools: the person's profile, the company's firmographics, and the score itself."""

from resources.crm import CrmReader, Profile
from specialists.enricher.schema import Firmographics
from specialists.records import Row
from specialists.scorer.known import known_of
from specialists.scorer.schema import Known, Makes
from specialists.tools import Toolbox, read, write


class Tools(Toolbox):
    """Built with a CRM reader that holds no contact details."""

    def __init__(self, crm: CrmReader) -> None:
        self._crm = crm

    @read(fills="profile")
    def read_crm(self, row: Row) -> Profile:
        """The person's title, own words, and where the lead came from."""
        return self._crm.profile(row["record_id"])

    @read(fills="known", rules_only=True)
    def read_firmographics(self, row: Row) -> Known | None:
        """The company's usable values as plain types."""
        found = row["firmographics"]
        return known_of(None if found is None else Firmographics.model_validate(found))

    @write()
    def write_score(self, output: Makes) -> Makes:
        """The score, its tier and segment, and the points and evidence of every criterion."""
        return output
