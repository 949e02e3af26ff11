"""What the Enricher may reach: the directory, and the domain of a contact's address."""

from resources.company_names import web_host
from resources.crm import EmailDomains
from resources.directory import Directory, Hit
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
        written = (row.get("domain"), self.look_up_contact(row))
        domains = [text for text in written if text and web_host(text) not in policy().free_mail]
        return self._directory.hits(row.get("company"), domains, row.get("ticker"))

    @write()
    def write_enrichment(self, output: Makes) -> Makes:
        """The match, the cited firmographics and the flags: the only fields that may be persisted."""
        return output
