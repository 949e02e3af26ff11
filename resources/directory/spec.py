"""The directory spec: where a company directory lies, as of when, and what its columns are called."""

from datetime import date
from pathlib import Path
from typing import Annotated

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from resources.errors import InputError

_EXAMPLE = "see examples/outbound/directory.yaml"

Text = Annotated[str, Field(min_length=1)]


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


# How often a value is expected to be right where nobody has said: two public registers of one month agreed on
# a company's city in 9 of 10 cases, but for spelling (docs/directories.md).
USUAL_TRUST = 0.9


class Columns(_Strict):
    """Canonical field -> the column in the file. `tickers` may hold several, joined by |.

    `same_as` says which row of another directory is the same company; `as_of` (YYYY-MM-DD) of when a row is,
    where rows are not all of one date.
    """

    id: Text
    name: Text
    city: Text | None = None
    region: Text | None = None
    country: Text | None = None
    industry: Text | None = None
    tickers: Text | None = None
    website: Text | None = None
    employees: Text | None = None
    same_as: Text | None = None
    as_of: Text | None = None


class AliasColumns(_Strict):
    """`start_date` and `end_date` (YYYY-MM-DD, empty = open) say when the name was in use."""

    id: Text
    name: Text
    start_date: Text | None = None
    end_date: Text | None = None


class Aliases(_Strict):
    """Other names of the same companies. `id_prefix` is put before the file's id to give the directory's."""

    file: Text
    id_prefix: str = ""
    columns: AliasColumns


class DirectorySpec(_Strict):
    """Where a company directory lies, as of when it is true, and which column is what.

    `trust` (above 0, at most 1): how often its values are expected to be right. `same_as_prefix` is put
    before the values of the `same_as` column to give `<source>:<id>`; empty where they are written so.
    `industry_scheme` names the classification that industries are of: those of two are not compared.
    """

    source: str = Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$", description="cited as <source>:<id>")
    file: Text
    as_of: date
    licence: Text
    trust: float = Field(USUAL_TRUST, gt=0, le=1)
    industry_scheme: Text | None = None
    columns: Columns
    same_as_prefix: str = Field("", pattern=r"^$|^[A-Za-z0-9][A-Za-z0-9._-]*:", description="edgar:")
    aliases: Aliases | tuple[Aliases, ...] = ()

    def alias_files(self) -> tuple[Aliases, ...]:
        return (self.aliases,) if isinstance(self.aliases, Aliases) else self.aliases


def load_spec(path: Path) -> DirectorySpec:
    """Read and check one spec. Raises InputError naming the file, the field and the remedy."""
    try:
        content = yaml.safe_load(path.read_text("utf-8"))
    except OSError as error:
        problem = "no such file" if isinstance(error, FileNotFoundError) else f"cannot be read: {error}"
        raise InputError(path, problem, "give the path of a directory spec (YAML)") from None
    except (UnicodeDecodeError, yaml.YAMLError) as error:
        raise InputError(path, f"not readable as YAML: {error}", _EXAMPLE) from None
    if not isinstance(content, dict):
        problem = "is not a directory spec: YAML that names the source, its file, its date and its columns"
        raise InputError(path, problem, _EXAMPLE)
    try:
        return DirectorySpec.model_validate(content)
    except ValidationError as error:
        first = error.errors()[0]
        field = ".".join(str(part) for part in first["loc"]) or "the whole file"
        raise InputError(path, f"field {field}: {first['msg']}", _EXAMPLE, field=field) from None
