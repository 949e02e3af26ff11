"""The mailer's port: deliver messages, each to one recipient, and say later whether one went out."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Envelope:
    """One message on its way: RFC 5322 bytes with CRLF line ends, one sender, one recipient."""

    message_id: str
    sender: str
    recipient: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Delivered:
    """It went out, now or in an earlier attempt with the same Message-ID."""


@dataclass(frozen=True, slots=True)
class Deferred:
    """It surely did not go out; a later attempt may. `refused`: the relay itself said "later"."""

    why: str
    refused: bool = False


@dataclass(frozen=True, slots=True)
class Failed:
    """It surely did not go out, and trying again is of no use."""

    why: str


@dataclass(frozen=True, slots=True)
class Unknown:
    """It may have gone out. Never tried again by itself."""

    why: str


Delivery = Delivered | Deferred | Failed | Unknown


@dataclass(frozen=True, slots=True)
class Found:
    """A message with this Message-ID went out."""


@dataclass(frozen=True, slots=True)
class Absent:
    """Surely no message with this Message-ID went out."""


@dataclass(frozen=True, slots=True)
class UnderWay:
    """Its run has not ended: nobody else may say what became of it."""


@dataclass(frozen=True, slots=True)
class CannotTell:
    why: str


Finding = Found | Absent | UnderWay | CannotTell


class Mailer(Protocol):
    @property
    def at_once(self) -> int:
        """How many messages it has on the wire at a time."""
        ...

    @property
    def run(self) -> str | None:
        """What an intent names, so that `find` can tell later; None where it needs no name."""
        ...

    def deliver_all(self, envelopes: Sequence[Envelope]) -> list[Delivery]:
        """One answer for each, in order.

        Raises nothing that the world may cause: what went wrong is in the answer.
        """
        ...

    def find(self, message_id: str, run: str | None = None) -> Finding:
        """What became of an intent that a run has left. `run`: what that intent named."""
        ...

    def settled(self) -> None:
        """Every intent that named `run` so far has its outcome, durably; not where sending broke off."""
        ...
