"""The Writer's tools: the person without contact details, and the draft itself. No mailer, no contact."""

from resources.crm import CrmReader, Profile
from specialists.records import Row
from specialists.tools import Toolbox, read, write
from specialists.writer.schema import Makes


class Tools(Toolbox):
    """Built with a CRM reader that holds no contact details."""

    def __init__(self, crm: CrmReader) -> None:
        self._crm = crm

    @read(fills="profile")
    def read_crm(self, row: Row) -> Profile:
        """The person's title, own words, and where the lead came from, without contact details."""
        return self._crm.profile(row["record_id"])

    @write()
    def write_draft(self, output: Makes) -> Makes:
        """Subject and body with placeholders, and whom they were written for."""
        return output
