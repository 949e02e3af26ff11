"""The budget's port: a worst case is reserved before money can be spent, and settled after."""

import re
from typing import Protocol

# As `cap_reached` words it, anywhere in a reason.
_REACHED = re.compile(r"budget: .+? are spent or reserved")


class Reservation(Protocol):
    async def settle(self, usd: float) -> None:
        """Replace the reserved worst case by what was billed. Written before any later reservation and
        judgement; not waited for, as what is lost on the way counts as spent, like all that is never settled.
        """
        ...


class Budget(Protocol):
    async def reserve(self, specialist: str, usd: float) -> Reservation | None:
        """Durable when it returns, so the call may leave. None: it does not fit under a cap any more.

        Every single attempt over the wire reserves its own worst case.
        """
        ...

    def refusal(self, specialist: str) -> str:
        """Why `reserve` last answered None for this specialist: a reason that names the cap."""
        ...


def cap_reached(cap: str, usd: float, of: str | None = None) -> str:
    """The reason a record is held for. `cap`: "the run's" or "the day's"; `of`: whom the cap is for."""
    whom = f" for {of}" if of else ""
    return f"budget: {cap} {usd:.2f} USD{whom} are spent or reserved"


def cap_named_in(reason: str | None) -> str | None:
    """What `cap_reached` said, out of a longer reason; None where no cap held the record."""
    found = _REACHED.search(reason or "")
    return found[0] if found else None
