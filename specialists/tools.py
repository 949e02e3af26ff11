"""Tools: the only capabilities a specialist has, each READ or WRITE.

A specialist's `tools.py` holds one class whose constructor arguments are the capabilities it is granted.
A READ tool answers about the record at hand and nothing else; its answer becomes a field of `Reads`, so
rules stay pure functions and the context digest covers all that a decision could have seen. A WRITE tool
is the structured output itself, or (for code alone, never for judgement) an effect on the world.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from inspect import getdoc, getmembers
from typing import Any, TypeVar

from specialists.decisions import Decision, Provenance

_MARK = "__workforce_tool__"
_F = TypeVar("_F", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True)
class Act:
    """One record whose output passed the graders, about to have its effect on the world."""

    record: Any
    output: Any
    provenance: Provenance


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
    grouped: bool = False


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


def write(*, acts: bool = False, grouped: bool = False) -> Callable[[_F], _F]:
    """Mark a method as a WRITE tool. `acts=True`: `(record, output, provenance) -> Decision`, called by code
    after the graders passed, the only place where a stage touches the world. `grouped`: it takes many at a
    time, `(acts) -> decisions`."""
    return _marker(_Mark(Effect.WRITE, acts=acts, grouped=grouped))


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
        return {
            mark.fills: getattr(self, name)(row) for name, mark, _ in self.marks() if mark.fills is not None
        }

    def act_all(self) -> Callable[[Sequence[Act]], Sequence[Decision]] | None:
        """The effect on the world, where this specialist has one: one decision for each act, in order."""
        for name, mark, _ in self.marks():
            if mark.acts:
                effect = getattr(self, name)
                return effect if mark.grouped else _one_by_one(effect)
        return None


def _one_by_one(effect: Callable[..., Decision]) -> Callable[[Sequence[Act]], list[Decision]]:
    return lambda acts: [effect(act.record, act.output, act.provenance) for act in acts]
