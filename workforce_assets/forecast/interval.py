"""Intervals: the least, the likely and the most of a quantity that is not known yet."""

from dataclasses import dataclass
from math import sqrt

# Two-sided.
CONFIDENCE = 0.95
_NORMAL = 1.96


@dataclass(frozen=True, slots=True)
class Interval:
    """`low <= likely <= high`."""

    low: float
    likely: float
    high: float

    @property
    def ends(self) -> tuple[float, float, float]:
        return self.low, self.likely, self.high

    def __add__(self, other: "Interval") -> "Interval":
        """Ends are added to ends: wider than a sum of independent quantities is, never too narrow."""
        return Interval(self.low + other.low, self.likely + other.likely, self.high + other.high)

    def __mul__(self, other: "Interval | float") -> "Interval":
        """Of quantities that are not negative."""
        by = other if isinstance(other, Interval) else exactly(other)
        return Interval(self.low * by.low, self.likely * by.likely, self.high * by.high)

    def as_json(self, digits: int = 0) -> dict[str, float]:
        ends = {"low": self.low, "likely": self.likely, "high": self.high}
        return {name: round(value, digits or None) for name, value in ends.items()}


def exactly(value: float) -> Interval:
    return Interval(value, value, value)


NOTHING = exactly(0)


def share(of: int, among: int) -> Interval:
    """A share (0..1) seen as `of` in a sample of `among`: Clopper-Pearson, two-sided 95 %.

    C. J. Clopper and E. S. Pearson, Biometrika 26 (1934). Nothing seen says nothing: 0 to 1.
    """
    if not among:
        return Interval(0, 0, 1)
    from scipy.stats import binomtest  # half a second to import

    found = binomtest(of, among).proportion_ci(CONFIDENCE, method="exact")
    return Interval(float(found.low), of / among, float(found.high))


def mean_of(mean: float, mean_square: float, count: int) -> Interval:
    """A mean seen over `count` values: normal, two-sided 95 %, never below nothing."""
    spread = sqrt(max(mean_square - mean * mean, 0.0) / count) * _NORMAL
    return Interval(max(mean - spread, 0.0), mean, mean + spread)
