"""What travels: typed records in, typed records out, and the digests that name their contents."""

import hashlib
import json
from collections.abc import Mapping
from datetime import date
from functools import cache
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

_RULES_ONLY = "rules_only"


class Record(BaseModel):
    """A hand-off in. Takes the fields it names from a wider upstream row and sees no others."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    record_id: str

    @classmethod
    @cache
    def rules_only_fields(cls) -> frozenset[str]:
        return frozenset(
            name
            for name, field in cls.model_fields.items()
            if isinstance(field.json_schema_extra, dict) and field.json_schema_extra.get(_RULES_ONLY)
        )

    def for_judgement(self) -> dict[str, Any]:
        """The record as a model or a person may see it: without the fields that only rules may read."""
        return self.model_dump(mode="json", exclude=set(self.rules_only_fields()))


class Output(BaseModel):
    """A hand-off out. Exactly these fields may be persisted."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Cited(Output):
    """A value somebody else can check: where it comes from, as of when, how sure (0..1)."""

    value: str
    source: str
    as_of: date
    confidence: float = Field(ge=0, le=1)


def rules_only(default: Any = None) -> Any:
    """A `Reads` field that rules need and judgement must never see (the clock, a recipient)."""
    return Field(default=default, json_schema_extra={_RULES_ONLY: True})


def canonical_json(value: object) -> str:
    """One text per value: keys sorted, no spaces, dates as ISO 8601."""
    return _CANONICAL.encode(value)


def digest(value: object) -> str:
    """SHA-256 (64 hex digits) of the canonical JSON. Lone surrogates are kept, not raised on."""
    return hashlib.sha256(canonical_json(value).encode("utf-8", "surrogatepass")).hexdigest()


_CANONICAL = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False, default=str)

Row = Mapping[str, Any]
