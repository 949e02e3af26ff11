"""What a workforce can grant its specialists, each built only when a specialist's tools name it."""

from collections.abc import Callable, Iterator, Mapping
from typing import TypeVar

import pyarrow as pa
import pyarrow.compute as pc

from resources.contact_details import mask
from resources.crm import CohortContacts, CohortCrm, CohortEmailDomains, Contact, Profile
from resources.lake import LakeFile
from resources.rows_by_id import RowsById

T = TypeVar("T")

# In the order of the fields of Contact.
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
    return CohortContacts(_by_id(leads, _CONTACT_COLUMNS, lambda values: values, Contact))


def read_profiles(leads: LakeFile) -> CohortCrm:
    """The accepted leads' profiles. Contact details are masked here, once: no specialist's graph has them."""
    return CohortCrm(_by_id(leads, _PROFILE_COLUMNS, _each_once(mask), Profile))


def read_email_domains(leads: LakeFile) -> CohortEmailDomains:
    """The part of each accepted lead's address behind the @, lower case."""
    return CohortEmailDomains(_by_id(leads, ["email"], _each_once(_host), lambda host: host))


def _host(address: str) -> str | None:
    return address.rpartition("@")[2].lower() if "@" in address else None


def _each_once(change: Callable[[str], str | None]) -> Callable[[pa.Array], pa.Array]:
    """`change` on every text of a column, asked once for each that stands in it: titles repeat."""

    def changed(column: pa.Array) -> pa.Array:
        coded = column.dictionary_encode()
        texts = pa.array([change(text) for text in coded.dictionary.to_pylist()], pa.string())
        return texts.take(coded.indices)

    return changed


def _by_id(
    leads: LakeFile, columns: list[str], change: Callable[[pa.Array], pa.Array], make: Callable[..., T]
) -> RowsById[T]:
    """The accepted leads' columns, each changed batch by batch, and what is made of a row of them."""
    schema = pa.schema([(name, pa.string()) for name in ["record_id", *columns]])

    def accepted() -> Iterator[pa.RecordBatch]:
        for batch in leads.batches(["record_id", "disposition", *columns]):
            done = batch.filter(pc.equal(batch.column("disposition"), "done"))
            changed = [change(done.column(name)) for name in columns]
            yield pa.RecordBatch.from_arrays([done.column("record_id"), *changed], schema=schema)

    return RowsById(accepted(), schema, make)
