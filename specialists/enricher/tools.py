"""What the Enricher may reach: the directory, and the domain of a contact's address."""

from resources.company_names import web_host
from resources.crm import EmailDomains
from resources.directory import Directory
from resources.directory.hits import Hit, Similar
from specialists.enricher.evidence import written_name
from specialists.enricher.policy import policy
from specialists.enricher.schema import Makes
from specialists.records import Row
from specialists.tools import Toolbox, read, write


class Tools(Toolbox):
    def __init__(self, directory: Directory, email_domains: EmailDomains) -> None:
        self._directory, self._email_domains = directory, email_domains

    @read("email_domain")
    def look_up_contact(self, row: Row) -> str | None:
        """The part behind the @ of the lead's address, and nothing else of it."""
        return self._email_domains.email_domain(row["record_id"])

    @read("companies")
    def read_company(self, row: Row) -> list[Hit]:
        """Every company that the lead's domain, name or ticker points at. Free mail points at none."""
        return self._directory.hits(row.get("company"), self._domains(row), row.get("ticker"))

    @read("similar", on_request=True)
    def find_similar(self, row: Row) -> list[Similar]:
        """Companies with a similar name, or one that spells the domain, where nothing but a ticker is
        exact."""
        exact = {how for hit in self.read_company(row) for how in hit.how}
        if exact - {"ticker"}:
            return []
        name = written_name(row.get("company"), row.get("ticker"))
        found = self._directory.similar(name, self._domains(row))
        return [one for one in found if one.since is None or one.since <= row["partition"]]

    @read("sharing_first_word")
    def count_first_word(self, row: Row) -> int:
        """How many companies' names begin with the one word that is written as the name, and go on."""
        name = written_name(row.get("company"), row.get("ticker"))
        return self._directory.beginning_with(name) if name else 0

    def _domains(self, row: Row) -> list[str]:
        written = (row.get("domain"), self.look_up_contact(row))
        return [text for text in written if text and web_host(text) not in policy().free_mail]

    @write()
    def write_enrichment(self, output: Makes) -> Makes:
        """The match, the cited firmographics and the flags: the only fields that may be persisted."""
        return output
