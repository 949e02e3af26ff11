"""The budget's port: a worst case is reserved before money can be spent, and settled after."""

from contextlib import AbstractContextManager
from typing import Protocol


class Reservation(Protocol):
    def settle(self, usd: float) -> None:
        """Replace the reserved worst case by what was spent. An unsettled reservation counts as spent."""
        ...


class Budget(Protocol):
    def reserve(self, specialist: str, usd: float) -> AbstractContextManager[Reservation | None]:
        """None when the worst case does not fit under the cap any more."""
        ...
