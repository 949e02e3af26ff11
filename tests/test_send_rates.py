"""Rate limits hold for all processes together. The oracle counts what was let through in every window."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from threading import Lock

from sqlalchemy import Engine

from resources.mail.mailer import Delivered, Delivery, Envelope
from resources.mail.sending import NotSent, Send, Sent, send_all
from resources.store.entries import Claimed, Intent, Wait
from resources.store.ledger import SendLedger
from resources.store.send_checks import Request
from resources.store.send_rates import RateLimits

pytest_plugins = ["tests.store_fixtures"]

AT = datetime(2026, 3, 2, 10, tzinfo=UTC)
DAY = date(2026, 3, 2)
MINUTE = timedelta(minutes=1)


class Clock:
    """A wall clock that moves only when somebody sleeps, or by a tick when it is read."""

    def __init__(self, tick: float = 0.0) -> None:
        self.now, self._tick, self._lock = AT, timedelta(seconds=tick), Lock()

    def __call__(self) -> datetime:
        with self._lock:
            self.now += self._tick
            return self.now

    def sleep(self, seconds: float) -> None:
        with self._lock:
            self.now += timedelta(seconds=seconds)


def ledger(store: Engine, clock: Clock, per_minute: int | None, per_domain: int | None) -> SendLedger:
    return SendLedger(store, "outbound", 10_000, RateLimits(per_minute, per_domain, clock))


def intent(of: SendLedger, contact: str) -> Intent:
    key = of.key("spring", 1, contact)
    return Intent(key, f"lead-{contact}", DAY, key.message_id("vendor.example", "secret"), "d", AT)


class Wire:
    """A mailer that notes when each message went out, by the shared clock."""

    at_once = 4
    run = None

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self.went: list[tuple[datetime, str]] = []

    def settled(self) -> None:
        """Its own list tells."""

    def deliver_all(self, envelopes: list[Envelope]) -> list[Delivery]:
        self.went += [(self._clock.now, envelope.recipient) for envelope in envelopes]
        return [Delivered() for _ in envelopes]

    def find(self, message_id: str, run: str | None = None) -> object:
        raise AssertionError


def most_in_a_minute(instants: list[datetime]) -> int:
    return max((sum(at <= other < at + MINUTE for other in instants) for at in instants), default=0)


def sends(of: SendLedger, contacts: list[str]) -> list[Send]:
    made = []
    for contact in contacts:
        one = intent(of, contact)
        made.append(Send(one, (), lambda i=one: Envelope(i.message_id, "s@v.example", i.key.contact, b"")))
    return made


def test_no_minute_holds_more_than_the_limits(store: Engine) -> None:
    """Forty sends to two domains, ten a minute, six of them to one domain: all go out, none too early."""
    clock = Clock()
    under, wire = ledger(store, clock, 10, 6), Wire(clock)
    contacts = [f"a{n}@{'one' if n % 4 else 'two'}.example" for n in range(40)]
    results = send_all(under, wire, sends(under, contacts), clock.sleep)  # type: ignore[arg-type]
    assert all(isinstance(result, Sent) for result in results)
    assert sorted(contact for _, contact in wire.went) == sorted(contacts)
    assert most_in_a_minute([at for at, _ in wire.went]) == 10
    assert most_in_a_minute([at for at, contact in wire.went if contact.endswith("one.example")]) == 6


def granted_by_eight(store: Engine, clock: Clock, per_minute: int) -> list[datetime]:
    """Eight at once ask for what they can get, each by its own ledger on the same store."""

    def ask(worker: int) -> list[datetime]:
        under, got = ledger(store, clock, per_minute, None), []
        for number in range(12):
            claims = under.claim_all(
                [Request(intent(under, f"w{worker}n{number}i{i}@x.example")) for i in range(3)]
            )
            got += [clock.now for claim in claims if isinstance(claim, Claimed)]
        return got

    with ThreadPoolExecutor(8) as pool:
        return sorted(at for granted in pool.map(ask, range(8)) for at in granted)


def test_eight_at_once_keep_one_limit(store: Engine) -> None:
    """The window belongs to the store, not to a process; a minute later there is room again."""
    clock = Clock()
    assert len(granted_by_eight(store, clock, 20)) == 20
    clock.sleep(60.5)
    assert len(granted_by_eight(store, clock, 20)) == 0
    clock.sleep(0.5)
    under = ledger(store, clock, 20, None)
    assert isinstance(under.claim(intent(under, "later@x.example")), Claimed)


def test_a_refused_claim_is_told_how_long_to_wait(store: Engine) -> None:
    clock = Clock()
    under = ledger(store, clock, 1, None)
    assert isinstance(under.claim(intent(under, "a@x.example")), Claimed)
    clock.sleep(21)
    assert under.claim(intent(under, "b@x.example")) == Wait(40.0)
    assert under.find(intent(under, "b@x.example").key) is None


def test_a_run_does_not_wait_longer_than_its_decisions_last(store: Engine) -> None:
    """At one a minute, what cannot go out within a quarter of an hour is left to the next run."""
    clock = Clock()
    under, wire = ledger(store, clock, 1, None), Wire(clock)
    found = send_all(under, wire, sends(under, [f"{n}@x.example" for n in range(40)]), clock.sleep)  # type: ignore[arg-type]
    assert len(wire.went) == sum(isinstance(result, Sent) for result in found) == 15
    late = [result for result in found if isinstance(result, NotSent)]
    assert len(late) == 25 and all(not result.for_good for result in late)
    assert len(under.entries()) == 15
