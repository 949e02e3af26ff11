"""The mailer's port: deliver one message to one recipient, and say later whether it went out."""

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
    """It surely did not go out; a later attempt may."""

    why: str


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
class CannotTell:
    why: str


Finding = Found | Absent | CannotTell


class Mailer(Protocol):
    def deliver(self, envelope: Envelope) -> Delivery:
        """Raises nothing that the world may cause: what went wrong is in the answer."""
        ...

    def find(self, message_id: str) -> Finding: ...
