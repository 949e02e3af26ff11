"""Directories that disagree: who says what of a field, and whose value the rule takes, if anybody's."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from math import prod

from resources.directory.hits import Hit
from specialists.enricher.policy import FieldName, policy
from specialists.enricher.same_value import same_value

_LONGEST = 80


@dataclass(frozen=True, slots=True)
class Position:
    """One value of a field, in whatever words, and the rows that say it, the best one first."""

    field: FieldName
    rows: Sequence[Hit]

    @property
    def as_of(self) -> date:
        """When it was last said."""
        return max(row.as_of for row in self.rows)

    @property
    def trust(self) -> float:
        """The chance (0..1) that not all its sources are wrong; two editions of one are one source."""
        sources = {row.source: 0.0 for row in self.rows}
        for row in self.rows:
            sources[row.source] = max(sources[row.source], row.trust)
        return round(1 - prod(1 - trust for trust in sources.values()), 6)

    def says(self) -> str:
        """Who says what as of when, in words."""
        value = getattr(self.rows[0], self.field)
        cut = value if len(value) <= _LONGEST else f"{value[:_LONGEST]}…"
        said_by = ", ".join(f"{row.cited_as} as of {row.as_of}" for row in self.rows)
        return f"{cut!r} ({said_by})"


@dataclass(frozen=True, slots=True)
class Resolution:
    """All positions on a field, the best first, the one that is taken, and why in words."""

    positions: Sequence[Position]
    taken: Position | None
    because: str

    @property
    def disputed(self) -> bool:
        return len(self.positions) > 1

    def in_words(self) -> str:
        """`city: 'Lakeside' (a:1 as of ...) against 'Fairview' (b:9 as of ...); the fresher is used`."""
        said = " against ".join(position.says() for position in self.positions)
        return f"{self.positions[0].field}: {said}; {self.because}"


def resolve(field: FieldName, usable: Sequence[Hit]) -> Resolution:
    """The rule of policy.yaml, for rows that all have a usable value, in the order of their directories."""
    positions = _positions(field, usable)
    for one in positions:
        reasons = [_beats(one, other) for other in positions if other is not one]
        if all(reasons):
            because = "the fresher is used" if "fresher" in reasons else "the more trusted is used"
            return Resolution(positions, one, because)
    if field in policy().required:
        first = next(one for one in positions if usable[0] in one.rows)
        return Resolution(
            positions, first, "neither is fresher or more trusted: the first directory's is used"
        )
    return Resolution(positions, None, "neither is fresher or more trusted: it is left empty")


def _positions(field: FieldName, usable: Sequence[Hit]) -> list[Position]:
    """Rows grouped by what they say, each compared with the freshest and most trusted one of a group."""
    grouped: list[list[Hit]] = []
    for row in sorted(usable, key=lambda row: (row.as_of, row.trust), reverse=True):
        for rows in grouped:
            if same_value(field, rows[0], row):
                rows.append(row)
                break
        else:
            grouped.append([row])
    positions = [Position(field, rows) for rows in grouped]
    return sorted(positions, key=lambda one: (one.as_of, one.trust), reverse=True)


def _beats(one: Position, other: Position) -> str | None:
    """How: `fresher`, `more trusted`; None where it does not."""
    days = (one.as_of - other.as_of).days
    if abs(days) > policy().fresher_by_days:
        return "fresher" if days > 0 else None
    return "more trusted" if round(one.trust - other.trust, 6) > policy().trust_margin else None
