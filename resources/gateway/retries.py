"""When a failed attempt is made again, and after how long: what tenacity asks for one question."""

import random
from collections import Counter

from tenacity import RetryCallState

from resources.gateway.failures import ProviderFailed, Remedy
from resources.gateway.gate import Gate

_FIRST_SECONDS, _MOST_SECONDS = 1.0, 30.0


class Retries:
    """The state of one question. `rng` spreads the waits, so that workers do not come back as one."""

    def __init__(self, gate: Gate, rng: random.Random) -> None:
        self._gate, self._rng = gate, rng
        self._failures: Counter[str] = Counter()

    def again(self, state: RetryCallState) -> bool:
        """Whether this class of failure may be retried at all."""
        error = _error(state)
        return isinstance(error, ProviderFailed) and error.kind.remedy is Remedy.RETRY

    def exhausted(self, state: RetryCallState) -> bool:
        """In an outage the gate waits, for all: what is not billed is not counted against this question."""
        error = _error(state)
        if not isinstance(error, ProviderFailed):
            return True
        if self._gate.outage and error.kind.shared and not error.kind.billed:
            return False
        self._failures[error.kind.name] += 1
        return self._failures[error.kind.name] >= error.kind.attempts

    def wait(self, state: RetryCallState) -> float:
        """Seconds: what the provider asked for and up to a tenth more, else doubling from a second."""
        error = _error(state)
        if isinstance(error, ProviderFailed) and error.retry_after is not None:
            return error.retry_after * (1 + self._rng.random() / 10)
        if self._gate.outage:
            return 0.0
        doubled = _FIRST_SECONDS * 2.0 ** (sum(self._failures.values()) - 1)
        return min(_MOST_SECONDS, doubled) * self._rng.uniform(0.5, 1.0)


def _error(state: RetryCallState) -> BaseException | None:
    return state.outcome.exception() if state.outcome is not None else None
