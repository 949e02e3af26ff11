"""The CRM, as far as a specialist may read it: a profile without contact details, or the contact itself."""

from dataclasses import dataclass
from typing import Protocol, TypeVar


@dataclass(frozen=True, slots=True)
class Profile:
    """What a Scorer or a Writer may know of the person: role and own words, no way to reach them."""

    title: str | None
    message: str | None
    source: str | None


@dataclass(frozen=True, slots=True)
class Contact:
    """How to reach a person, and whether we may. Only the Sender and the graders hold this."""

    email: str | None
    first_name: str | None
    last_name: str | None
    country: str | None
    timezone: str | None
    consent: str


T_co = TypeVar("T_co", covariant=True)


class ById(Protocol[T_co]):
    """A dict, or rows that are held as columns (resources/rows_by_id.py)."""

    def get(self, record_id: str, /) -> T_co | None: ...

    def __getitem__(self, record_id: str, /) -> T_co: ...


class CrmReader(Protocol):
    def profile(self, record_id: str) -> Profile: ...


class Contacts(Protocol):
    def contact(self, record_id: str) -> Contact | None: ...


class EmailDomains(Protocol):
    """The part of a contact that identifies an employer."""

    def email_domain(self, record_id: str) -> str | None: ...


class CohortCrm:
    """The profiles of one cohort. It holds no contact details, so nothing that holds it can reach one."""

    def __init__(self, profiles: ById[Profile]) -> None:
        self._profiles = profiles

    def profile(self, record_id: str) -> Profile:
        return self._profiles[record_id]


class CohortContacts:
    """The contacts of one cohort."""

    def __init__(self, contacts: ById[Contact]) -> None:
        self._contacts = contacts

    def contact(self, record_id: str) -> Contact | None:
        return self._contacts.get(record_id)


class CohortEmailDomains:
    """Only the part behind the @, for the Enricher."""

    def __init__(self, domains: ById[str]) -> None:
        self._domains = domains

    def email_domain(self, record_id: str) -> str | None:
        return self._domains.get(record_id)
