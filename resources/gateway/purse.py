"""Money for one record's attempts: under the record's own limit, and under the budget's caps."""

from resources.budget import Budget, Reservation


class Purse:
    """Every attempt reserves here before the wire. Amounts are US dollars."""

    def __init__(self, budget: Budget, specialist: str, limit_usd: float) -> None:
        self._budget, self._specialist, self._limit = budget, specialist, limit_usd
        self._spent = 0.0
        self.why = ""

    @property
    def spent_usd(self) -> float:
        """Settled, and reserved without being settled."""
        return self._spent

    async def reserve(self, usd: float) -> Reservation | None:
        """None where it does not fit any more; `why` then says what stands against it."""
        if self._spent + usd > self._limit:
            self.why = (
                f"over budget: an attempt may cost {usd:.4f} USD, {self._spent:.4f} of the record's limit of "
                f"{self._limit} USD are spent"
            )
            return None
        # Counted before the wait below: attempts of one record may overlap.
        self._spent += usd
        reservation = await self._budget.reserve(self._specialist, usd)
        if reservation is None:
            self._spent -= usd
            self.why = self._budget.refusal(self._specialist)
            return None
        return _Taken(self, reservation, usd)

    def _correct(self, usd: float) -> None:
        self._spent += usd


class _Taken:
    def __init__(self, purse: Purse, reservation: Reservation, usd: float) -> None:
        self._purse, self._reservation, self._counted = purse, reservation, usd

    async def settle(self, usd: float) -> None:
        self._purse._correct(usd - self._counted)
        self._counted = usd
        await self._reservation.settle(usd)
