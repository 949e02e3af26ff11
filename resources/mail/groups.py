"""One group of sends at a time: claimed and built, then on the wire, then recorded."""

from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace

from resources.mail.mailer import Absent, CannotTell, Delivery, Envelope, Found, Mailer, UnderWay
from resources.mail.results import NotSent, Sent, outcome_of, result_of, standing_of
from resources.store.entries import AlreadySent, Claim, Claimed, Entry, Intent, Pending, SendOutcome, Wait
from resources.store.ledger import SendLedger
from resources.store.send_checks import Check, Request


@dataclass(frozen=True, slots=True)
class Send:
    """One send: its intent, the caller's conditions, and its message: built once the intent is durable."""

    intent: Intent
    also: tuple[Check, ...]
    build: Callable[[], Envelope]


@dataclass
class Group:
    """The sends of one transaction that were granted, by number. `wait`: seconds, where the rate let none."""

    envelopes: dict[int, Envelope]
    outcomes: dict[int, SendOutcome]
    wait: float | None
    deliveries: "Future[list[Delivery]] | None" = None

    def start(self, wire: ThreadPoolExecutor, mailer: Mailer) -> None:
        if self.envelopes:
            self.deliveries = wire.submit(mailer.deliver_all, list(self.envelopes.values()))

    def wait_for(self) -> dict[int, Delivery]:
        """What became of its messages, by number, when the last of them is through."""
        deliveries = self.deliveries.result() if self.deliveries is not None else []
        return dict(zip(self.envelopes, deliveries, strict=True))


class Sending:
    """The sends of one call: which are `waiting`, and what became of the others, by their number."""

    def __init__(self, ledger: SendLedger, mailer: Mailer, sends: Sequence[Send]) -> None:
        self._ledger, self.mailer, self._sends = ledger, mailer, sends
        self.waiting = deque(range(len(sends)))
        self.results: dict[int, Sent | NotSent] = {}
        self.under_way: deque[Group] = deque()

    def turn(self, done: Group | None, size: int) -> Group:
        """In one transaction: record what became of the group `done`, when it is through, and claim the next
        sends. Their messages are built. What must be asked for again is put back among the waiting.
        """
        numbers = [self.waiting.popleft() for _ in range(min(size, len(self.waiting)))]
        claims = self._claims(numbers, done)
        waits = [claim.seconds for claim in claims.values() if isinstance(claim, Wait)]
        granted = [number for number in numbers if isinstance(claims[number], Claimed)]
        group = Group({}, {}, min(waits) if waits and not granted else None)
        for number, claim in claims.items():
            if isinstance(claim, Claimed):
                self._build(number, group)
            elif claim is None or isinstance(claim, Wait):
                self.waiting.append(number)
            else:
                self.results[number] = standing_of(claim)
        return group

    def start(self, group: Group, wire: ThreadPoolExecutor) -> None:
        """Put it on the wire, if there is anything of it to record later."""
        if group.envelopes or group.outcomes:
            self.under_way.append(group)
            group.start(wire, self.mailer)

    def finish(self) -> None:
        """Record what became of everything that is under way, and claim nothing."""
        while self.under_way:
            self.turn(self.under_way[0], 0)
            self.under_way.popleft()

    def give_up(self, why: str) -> None:
        """Leave what is still waiting to the next run."""
        for number in self.waiting:
            self.results[number] = NotSent(why, for_good=False)

    def _build(self, number: int, group: Group) -> None:
        send = self._sends[number]
        try:
            group.envelopes[number] = send.build()
        except Exception as error:  # one that cannot be built must not leave its group's intents open
            group.outcomes[number] = SendOutcome(send.intent.key, "cancelled", detail=str(error))

    def _claims(self, numbers: Sequence[int], done: Group | None) -> dict[int, Claim | None]:
        """None: it was left by an earlier run, surely never went out, and is to be claimed again."""
        requests = [self._request(self._sends[number]) for number in numbers]
        outcomes = {} if done is None else dict(done.outcomes)
        for number, delivery in ({} if done is None else done.wait_for()).items():
            outcomes[number] = outcome_of(self._sends[number].intent, delivery)
        entries, granted = self._ledger.turn(list(outcomes.values()), requests)
        for number, entry in zip(outcomes, entries, strict=True):
            self.results[number] = result_of(outcomes[number], entry)
        claims = dict(zip(numbers, granted, strict=True))
        return {
            number: self._resolved(claim.entry)
            if isinstance(claim, Pending) and claim.entry.state == "intent" and not self._own(claim, claims)
            else claim
            for number, claim in claims.items()
        }

    def _request(self, send: Send) -> Request:
        run = self.mailer.run
        return Request(send.intent if run is None else replace(send.intent, run=run), send.also)

    @staticmethod
    def _own(claim: Pending, claims: dict[int, Claim]) -> bool:
        """Whether it is this very group that is about to send it: the same record stands twice in it."""
        return any(
            isinstance(other, Claimed) and other.entry.key == claim.entry.key for other in claims.values()
        )

    def _resolved(self, entry: Entry) -> Claim | None:
        """What became of an intent whose run ended; None where it surely never left."""
        match self.mailer.find(entry.message_id, entry.detail):
            case Found():
                return AlreadySent(self._ledger.record(entry.key, "sent", sent_at=entry.intent_at))
            case Absent():
                why = "an earlier run ended before it was delivered"
                left = SendOutcome(entry.key, "cancelled", detail=why, of_run=entry.detail)
                now = self._ledger.record_all([left])[0]
                return None if now.state == "cancelled" else Pending(now)
            case UnderWay():
                return Pending(entry)
            case CannotTell(why):
                return Pending(self._ledger.record(entry.key, "unknown", detail=why))
