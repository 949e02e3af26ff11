"""What a workforce can grant its specialists, each built only when a specialist's tools name it."""

from collections.abc import Callable, Iterator, Mapping

from resources.contact_details import mask
from resources.crm import CohortContacts, CohortCrm, CohortEmailDomains, Contact, Profile
from resources.lake import LakeFile

_CONTACT_COLUMNS = ["email", "first_name", "last_name", "country", "timezone", "consent"]
# In the order of the fields of Profile.
_PROFILE_COLUMNS = ["title", "message", "source"]


class Grants(Mapping[str, object]):
    """Capabilities by name. Asking whether one is granted builds nothing."""

    def __init__(self, builders: Mapping[str, Callable[[], object]]) -> None:
        self._builders = builders
        self._built: dict[str, object] = {}

    def __getitem__(self, name: str) -> object:
        if name not in self._built:
            self._built[name] = self._builders[name]()
        return self._built[name]

    def __contains__(self, name: object) -> bool:
        return name in self._builders

    def __iter__(self) -> Iterator[str]:
        return iter(self._builders)

    def __len__(self) -> int:
        return len(self._builders)


def read_contacts(leads: LakeFile) -> CohortContacts:
    """The accepted leads' contacts, for the Sender and the graders."""
    return CohortContacts(
        {
            row["record_id"]: Contact(**{name: row[name] for name in _CONTACT_COLUMNS})
            for row in _accepted(leads, _CONTACT_COLUMNS)
        }
    )


def read_profiles(leads: LakeFile) -> CohortCrm:
    """The accepted leads' profiles. Contact details are masked here, once: no specialist's graph has them."""
    return CohortCrm(
        {
            row["record_id"]: Profile(*(mask(row[name]) if row[name] else None for name in _PROFILE_COLUMNS))
            for row in _accepted(leads, _PROFILE_COLUMNS)
        }
    )


def read_email_domains(leads: LakeFile) -> CohortEmailDomains:
    """The part of each accepted lead's address behind the @, lower case."""
    return CohortEmailDomains(
        {
            row["record_id"]: row["email"].rpartition("@")[2].lower()
            for row in _accepted(leads, ["email"])
            if row["email"] and "@" in row["email"]
        }
    )


def _accepted(leads: LakeFile, columns: list[str]) -> Iterator[dict[str, str]]:
    rows = leads.rows(["record_id", "disposition", *columns])
    return (row for row in rows if row["disposition"] == "done")
