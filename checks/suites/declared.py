"""A stage's suite follows from its specialist's hand-off, where ranges and closed sets are declared once."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from checks.suites.suite import Suite, of_every_asset
from specialists.rows import stage_schema
from specialists.specialist import Blueprint

_SCALARS = ("string", "integer", "number", "boolean")


@dataclass(frozen=True)
class _Field:
    """One field of `Makes` as JSON Schema has it. A value may be absent where `optional`."""

    name: str
    optional: bool
    rules: Mapping[str, Any]

    @property
    def is_scalar(self) -> bool:
        return self.rules.get("type") in _SCALARS

    @property
    def choices(self) -> tuple[str, ...]:
        return tuple(self.rules.get("enum", ()))

    @property
    def has_rules(self) -> bool:
        """Whether values must be read: long texts are not, to hear that they have a first letter."""
        return any(rule in self.rules for rule in ("enum", "minimum", "maximum", "maxLength"))


def stage_suite(asset: str, blueprint: Blueprint) -> Suite:
    """What `Makes` promises of every done row."""
    fields = [field for field in _fields(blueprint) if field.is_scalar]
    columns = tuple(stage_schema(blueprint).names)

    def expectations(expect: Any) -> dict[str, Any]:
        named = dict(of_every_asset(columns)(expect))
        for field in fields:
            named |= _of_field(expect, field)
        return named

    return Suite(
        asset=asset,
        columns=columns,
        read=("record_id", "disposition", *(field.name for field in fields if field.has_rules)),
        filled=tuple(field.name for field in fields if not field.has_rules),
        watched={field.name: field.choices for field in fields if field.choices},
        expectations=expectations,
    )


def _fields(blueprint: Blueprint) -> list[_Field]:
    schema = blueprint.makes.model_json_schema()
    return [_field(name, rules, schema.get("$defs", {})) for name, rules in schema["properties"].items()]


def _field(name: str, rules: Mapping[str, Any], definitions: Mapping[str, Any]) -> _Field:
    kinds = [_resolved(kind, definitions) for kind in rules.get("anyOf", [rules])]
    values = [kind for kind in kinds if kind.get("type") != "null"]
    return _Field(name, len(values) < len(kinds), values[0] if len(values) == 1 else {})


def _resolved(kind: Mapping[str, Any], definitions: Mapping[str, Any]) -> Mapping[str, Any]:
    reference = kind.get("$ref")
    return definitions[reference.rpartition("/")[2]] if reference else kind


def _of_field(expect: Any, field: _Field) -> dict[str, Any]:
    from great_expectations.expectations.row_conditions import Column

    of_done = {"column": field.name, "row_condition": Column("disposition") == "done"}
    named: dict[str, Any] = {}
    if not field.optional:
        named[f"{field.name}_is_given"] = expect.ExpectColumnValuesToNotBeNull(**of_done)
    if field.choices:
        named[f"{field.name}_is_known"] = expect.ExpectColumnValuesToBeInSet(
            value_set=list(field.choices), **of_done
        )
    if "minimum" in field.rules or "maximum" in field.rules:
        named[f"{field.name}_is_in_range"] = expect.ExpectColumnValuesToBeBetween(
            min_value=field.rules.get("minimum"), max_value=field.rules.get("maximum"), **of_done
        )
    if "maxLength" in field.rules:
        named[f"{field.name}_is_not_too_long"] = expect.ExpectColumnValueLengthsToBeBetween(
            min_value=field.rules.get("minLength"), max_value=field.rules["maxLength"], **of_done
        )
    return named
