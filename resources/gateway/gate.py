"""The gate all calls to one provider pass: shut while the provider asks to wait, or is down."""

import asyncio

from resources.gateway.clock import Clock
from resources.gateway.failures import ProviderDown

# So many failures in a row, over all workers, with no success between, are an outage. At 30 % of random
# faults, eight in a row come about once in 15,000 calls, and then cost one probe.
IN_A_ROW = 8
_FIRST_PROBE_SECONDS, _LAST_PROBE_SECONDS = 2.0, 60.0


class Gate:
    """In an outage one call at a time probes; the others wait for what becomes of it.

    `patience_seconds` is how long an outage may last, from its first failure, before the run stops.
    """

    def __init__(self, clock: Clock, patience_seconds: float) -> None:
        self._clock, self._patience = clock, patience_seconds
        self._opens_at = float("-inf")
        self._failing_since: float | None = None
        self._in_a_row = 0
        self._probes = 0
        self._probe: asyncio.Future[None] | None = None
        self._down: str | None = None
        self._sleeping: set[asyncio.Future[None]] = set()

    @property
    def outage(self) -> bool:
        return self._in_a_row >= IN_A_ROW

    async def enter(self) -> None:
        """Raises ProviderDown when the run has to stop."""
        while True:
            self._check()
            wait = self._opens_at - self._clock.monotonic()
            if wait > 0:
                await self.sleep(wait)
            elif not self.outage:
                return
            elif self._probe is None:
                self._probe = asyncio.get_running_loop().create_future()
                return
            else:
                await asyncio.shield(self._probe)

    async def sleep(self, seconds: float) -> None:
        """Wakes early when the run has to stop. Raises ProviderDown then."""
        self._check()
        sleeping = asyncio.ensure_future(self._clock.sleep(seconds))
        self._sleeping.add(sleeping)
        try:
            await asyncio.wait([sleeping])
        finally:
            self._sleeping.discard(sleeping)
            sleeping.cancel()
        self._check()

    def wait(self, seconds: float) -> None:
        """Nobody enters for so long."""
        if seconds > self._patience:
            self.stop(f"the provider asks to wait {seconds:.0f} s, patience is {self._patience:.0f} s")
        self._opens_at = max(self._opens_at, self._clock.monotonic() + seconds)

    def succeeded(self) -> None:
        self._failing_since, self._in_a_row, self._probes = None, 0, 0
        self._probed()

    def failed(self, what: str) -> None:
        """Something that says the provider is in trouble."""
        now = self._clock.monotonic()
        self._failing_since = now if self._failing_since is None else self._failing_since
        self._in_a_row += 1
        if now - self._failing_since > self._patience:
            self.stop(f"no answer for {now - self._failing_since:.0f} s, last: {what}")
        elif self.outage and (self._probe is not None or self._probes == 0):
            pause = min(_LAST_PROBE_SECONDS, _FIRST_PROBE_SECONDS * 2**self._probes)
            self._probes += 1
            self._opens_at = max(self._opens_at, now + pause)
        self._probed()

    def stop(self, why: str) -> None:
        """Nobody enters any more, and who sleeps wakes to hear it."""
        self._down = self._down or why
        for sleeping in self._sleeping:
            sleeping.cancel()
        self._probed()

    def gave_up(self) -> None:
        """A call that had entered was not made."""
        self._probed()

    def down(self) -> ProviderDown | None:
        return ProviderDown(self._down) if self._down is not None else None

    def _check(self) -> None:
        down = self.down()
        if down is not None:
            raise down

    def _probed(self) -> None:
        probe, self._probe = self._probe, None
        if probe is not None and not probe.done():
            probe.set_result(None)
