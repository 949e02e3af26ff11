"""Tools: the only capabilities a specialist has, each READ or WRITE.

A specialist's `tools.py` holds one class whose constructor arguments are the capabilities it is granted.
A READ tool answers about the record at hand and nothing else; its answer becomes a field of `Reads`, so
rules stay pure functions and the context digest covers all that a decision could have seen. A WRITE tool
is the structured output itself, or (for code alone, never for judgement) an effect on the world.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from inspect import getdoc, getmembers
from typing import Any, TypeVar

from specialists.decisions import Decision, Provenance

_MARK = "__workforce_tool__"
_F = TypeVar("_F", bound=Callable[..., Any])


class Effect(StrEnum):
    READ = "READ"
    WRITE = "WRITE"


@dataclass(frozen=True, slots=True)
class _Mark:
    effect: Effect
    fills: str | None = None
    rules_only: bool = False
    acts: bool = False
    on_request: bool = False


@dataclass(frozen=True, slots=True)
class Tool:
    """One capability, as the card, the prompt and the docs name it."""

    name: str
    effect: Effect
    description: str
    fills: str | None
    rules_only: bool
    call: Callable[..., Any]


def read(fills: str, *, rules_only: bool = False, on_request: bool = False) -> Callable[[_F], _F]:
    """Mark a method `(row) -> value` as a READ tool whose answer fills the `Reads` field `fills`.

    `on_request=True`: a hosted model is not shown the field, but offered the tool, without arguments, and is
    shown it when it asks. Rules, local candidates and the context digest see it as any other.
    """
    return _marker(_Mark(Effect.READ, fills=fills, rules_only=rules_only, on_request=on_request))


def write(*, acts: bool = False) -> Callable[[_F], _F]:
    """Mark a method as a WRITE tool. `acts=True`: `(record, output, provenance) -> Decision`, called by code
    after the graders passed, the only place where a stage touches the world."""
    return _marker(_Mark(Effect.WRITE, acts=acts))


def _marker(mark: _Mark) -> Callable[[_F], _F]:
    def apply(function: _F) -> _F:
        setattr(function, _MARK, mark)
        return function

    return apply


class Toolbox:
    """Base of every specialist's `Tools` class."""

    @classmethod
    @cache
    def marks(cls) -> tuple[tuple[str, _Mark, str], ...]:
        """Name, mark and description of every tool. Cached: it is asked for every record."""
        return tuple(
            (name, getattr(member, _MARK), (getdoc(member) or "").split("\n\n")[0])
            for name, member in getmembers(cls, callable)
            if hasattr(member, _MARK)
        )

    @classmethod
    @cache
    def on_request(cls) -> Mapping[str, tuple[str, str]]:
        """The tools a hosted model may ask for: by name, the field each fills and its description."""
        return {name: (mark.fills, doc) for name, mark, doc in cls.marks() if mark.on_request and mark.fills}

    @classmethod
    def effects(cls) -> dict[str, Effect]:
        return {name: mark.effect for name, mark, _ in cls.marks()}

    def tools(self) -> tuple[Tool, ...]:
        return tuple(
            Tool(name, mark.effect, doc, mark.fills, mark.rules_only, getattr(self, name))
            for name, mark, doc in self.marks()
        )

    def read_all(self, row: Mapping[str, Any]) -> dict[str, Any]:
        """Every READ tool's answer about this row, by the field it fills."""
        return {tool.fills: tool.call(row) for tool in self.tools() if tool.fills is not None}

    def act(self) -> Callable[[Any, Any, Provenance], Decision] | None:
        """The effect on the world, where this specialist has one."""
        acting = [getattr(self, name) for name, mark, _ in self.marks() if mark.acts]
        return acting[0] if acting else None
