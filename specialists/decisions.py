"""What a rule may answer, and nothing else."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal, get_args

from resources.gateway.answers import NO_COST, Usage
from specialists.records import Output

Disposition = Literal["done", "held", "skipped", "rejected"]
DISPOSITIONS: tuple[Disposition, ...] = get_args(Disposition)


@dataclass(frozen=True, slots=True)
class Provenance:
    """Who decided, and what it cost."""

    decided_by: str | None
    usage: Usage = NO_COST


@dataclass(frozen=True, slots=True)
class Decided:
    """The rule knows the answer. `earlier`: it repeats what an earlier run decided, in that run's name."""

    output: Output
    earlier: Provenance | None = None


@dataclass(frozen=True, slots=True)
class NeedsJudgement:
    """No rule can tell; a model or a person may."""

    why: str


@dataclass(frozen=True, slots=True)
class Hold:
    """A person must look before anything more happens to this record."""

    why: str


@dataclass(frozen=True, slots=True)
class Skip:
    """The rules say no: this record ends here, and that is right. `by`: the rule's name, where an effect
    on the world finds what a later run's rules would find."""

    why: str
    by: str | None = None


Decision = Decided | NeedsJudgement | Hold | Skip

# A rule that has nothing to say about a record answers None, and the next rule is asked.
Rule = Callable[[Any], Decision | None]
