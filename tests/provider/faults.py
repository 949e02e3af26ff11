"""What goes wrong, by a seeded plan: a share of calls for each kind of fault."""

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

# `billed`: the provider made an answer (and charges for it) before it went wrong.
FAULTS: Mapping[str, bool] = {
    "429": False,
    "500": False,
    "503": False,
    "529": False,
    "400": False,
    "401": False,
    "spend limit": False,
    "timeout": True,
    "reset": True,
    "truncated": True,
    "malformed": True,
    "wrong schema": True,
    "refusal": True,
    "cut off": True,
    "wrong model": True,
}


@dataclass
class Plan:
    """`shares` of calls (0..1) that get each fault; `retry_after` is the header a 429 carries.

    `at_call`, where given, is asked instead: the number of the call (from 0) to the fault's name, or None.
    `stall_seconds` is how long a timeout keeps its connection open.
    """

    shares: Mapping[str, float] = field(default_factory=dict)
    seed: int = 0
    retry_after: str | None = "1"
    stall_seconds: float = 30.0
    at_call: Callable[[int], str | None] | None = None

    def fault(self, number: int) -> str | None:
        """The same for the same seed and number, whatever came between."""
        if self.at_call is not None:
            return self.at_call(number)
        if not self.shares:
            return None
        drawn = random.Random(f"{self.seed}/{number}").random()
        for name, share in self.shares.items():
            drawn -= share
            if drawn < 0:
                return name
        return None


NO_FAULTS = Plan()
