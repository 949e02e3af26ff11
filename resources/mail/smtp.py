"""The SMTP mailer: a pool of connections to one relay, on an event loop of its own.

SMTP keeps no record that could be asked: what an earlier run left is told by its own log, or unknown.
"""

import asyncio
import re
import threading
import weakref
from collections import deque
from collections.abc import Coroutine, Sequence
from dataclasses import replace
from typing import Any, TypeVar

from resources.mail.mailer import CannotTell, Deferred, Delivery, Envelope, Failed, Finding, Unknown
from resources.mail.relay import Relay
from resources.mail.return_path import ReturnPath
from resources.mail.smtp_session import Session, Timeouts
from resources.mail.wire_log import WireLog

CONNECTIONS = 8
_BARE = re.compile(rb"\r(?!\n)|(?<!\r)\n|\x00")
_NOT_IN_ADDRESS = frozenset('<>()[]\\,;:"')
_T = TypeVar("_T")


class SmtpMailer:
    """Implements `resources.mail.mailer.Mailer`. Connections open when first needed, and stay open.

    `hello` is the name this machine gives itself. `bounces`: where bounces go; None: to the message's sender.
    """

    def __init__(
        self,
        relay: Relay,
        password: str | None = None,
        *,
        connections: int = CONNECTIONS,
        timeouts: Timeouts | None = None,
        hello: str = "localhost",
        bounces: ReturnPath | None = None,
        log: WireLog | None = None,
    ) -> None:
        self.at_once, self._bounces, self._log = connections, bounces, log
        self._sessions = [Session(relay, password, timeouts or Timeouts(), hello) for _ in range(connections)]
        self._loop = _Loop()
        weakref.finalize(self, _shut, self._loop, self._sessions, log)

    @property
    def run(self) -> str | None:
        return self._log.name if self._log is not None else None

    def deliver_all(self, envelopes: Sequence[Envelope]) -> list[Delivery]:
        """All over the pooled connections, as many of them as the relay lets open. A relay that cannot be
        reached defers the rest of the group."""
        if self._bounces is not None:
            envelopes = [replace(one, sender=self._bounces.of(one.message_id)) for one in envelopes]
        answers: dict[int, Delivery] = {}
        fit: deque[int] = deque()
        for number, envelope in enumerate(envelopes):
            wrong = unsafe(envelope)
            if wrong is None:
                fit.append(number)
            else:
                answers[number] = Failed(wrong)
        if fit:
            self._loop.run(self._deliver_all(envelopes, fit, answers))
        return [answers[number] for number in range(len(envelopes))]

    def find(self, message_id: str, run: str | None = None) -> Finding:
        if self._log is None:
            return CannotTell("an SMTP relay keeps no record that could be asked")
        return self._log.find(message_id, run)

    def settled(self) -> None:
        if self._log is not None:
            self._log.settled()

    async def _deliver_all(
        self, envelopes: Sequence[Envelope], waiting: deque[int], answers: dict[int, Delivery]
    ) -> None:
        unreachable = Deferred("the relay could not be reached")

        async def work(session: Session) -> None:
            nonlocal unreachable
            while waiting:
                number = waiting.popleft()
                closed = await session.open()
                if closed is not None:
                    waiting.appendleft(number)  # another connection may be open: relays limit how many
                    unreachable = closed
                    return
                answers[number] = await self._deliver(session, envelopes[number])

        sessions = sorted(self._sessions, key=lambda session: not session.is_open)[: len(waiting)]
        while waiting and sessions:
            await asyncio.gather(*(work(session) for session in sessions))
            sessions = [session for session in sessions if session.is_open]
        answers.update(dict.fromkeys(waiting, unreachable))

    async def _deliver(self, session: Session, envelope: Envelope) -> Delivery:
        log = self._log
        try:
            if log is None:
                return await session.deliver(envelope)
            answer = await session.deliver(envelope, lambda: log.goes_out(envelope.message_id))
        except Exception as error:  # nobody knows how far it came, and the others must go on
            session.abort()
            answer = Unknown(f"broke off: {type(error).__name__}: {error}")
        if log is not None:
            log.answered(envelope.message_id, answer)
        return answer


def unsafe(envelope: Envelope) -> str | None:
    """Why this must not go over SMTP: what a relay could read as the end of the message, or as two.

    Relays disagree on bare CR and LF ("SMTP smuggling"), so neither ever reaches one.
    """
    content = envelope.content
    whole = content.count(b"\r") == content.count(b"\n") == content.count(b"\r\n") and b"\0" not in content
    found = None if whole else _BARE.search(content)  # counting takes a tenth of the search
    if found is not None:
        return f"the message holds {found.group()!r} outside a line end, at octet {found.start()}"
    if not envelope.content.endswith(b"\r\n"):
        return "the message does not end in a line end"
    for address in (envelope.sender, envelope.recipient):
        if not address or any(c.isspace() or not c.isprintable() or c in _NOT_IN_ADDRESS for c in address):
            return f"{address!r} is not one address"
    return None


class _Loop:
    """An event loop on a thread of its own, so that a stage may be synchronous or not."""

    def __init__(self) -> None:
        self._loop: asyncio.AbstractEventLoop | None = None

    @property
    def running(self) -> bool:
        return self._loop is not None

    def run(self, work: Coroutine[Any, Any, _T]) -> _T:
        if self._loop is None:
            self._loop = asyncio.new_event_loop()
            threading.Thread(target=self._loop.run_forever, name="smtp", daemon=True).start()
        return asyncio.run_coroutine_threadsafe(work, self._loop).result()

    def stop(self) -> None:
        if self._loop is not None:
            self._loop.call_soon_threadsafe(self._loop.stop)


async def _close(sessions: Sequence[Session]) -> None:
    await asyncio.gather(*(session.close() for session in sessions))


def _shut(loop: _Loop, sessions: Sequence[Session], log: WireLog | None) -> None:
    if log is not None:
        log.close()
    if loop.running:
        loop.run(_close(sessions))
        loop.stop()
