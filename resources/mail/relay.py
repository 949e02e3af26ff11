"""Where a relay is and how it is spoken to, from one URL."""

import ipaddress
from dataclasses import dataclass, replace
from typing import Literal
from urllib.parse import SplitResult, unquote, urlsplit

from resources.errors import InputError

Security = Literal["opportunistic", "starttls", "tls"]

_SCHEMES: dict[str, tuple[Security, int]] = {
    "smtp": ("opportunistic", 25),
    "smtp+starttls": ("starttls", 587),
    "smtps": ("tls", 465),
}
_EXAMPLE = "write it as smtp+starttls://user@relay.example.com:587, smtps://... or smtp://127.0.0.1:2525"


@dataclass(frozen=True, slots=True)
class Relay:
    """`opportunistic`: STARTTLS when it is offered. `starttls`: not without. `tls`: from the first byte."""

    host: str
    port: int
    security: Security
    user: str | None = None

    @property
    def is_loopback(self) -> bool:
        """Whether nothing that is handed to it leaves this machine by our doing."""
        if self.host == "localhost":
            return True
        try:
            return ipaddress.ip_address(self.host).is_loopback
        except ValueError:
            return False

    def __str__(self) -> str:
        return f"{self.host}:{self.port}"


def parse_relay(url: str) -> Relay:
    """Raises InputError that names what is wrong. A password does not belong into the URL."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise InputError("--mailer", f"{str(error)!r}", _EXAMPLE) from None
    if parts.scheme not in _SCHEMES or not parts.hostname:
        raise InputError("--mailer", f"{_without_password(parts)!r} is no relay", _EXAMPLE)
    if parts.password is not None:
        raise InputError(
            "--mailer",
            f"{_without_password(parts)} came with a password",
            "leave it out, and set WORKFORCE_SMTP_PASSWORD",
        )
    if parts.path.strip("/") or parts.query or parts.fragment:
        raise InputError("--mailer", f"{_without_password(parts)!r} goes on after host and port", _EXAMPLE)
    security, default = _SCHEMES[parts.scheme]
    user = unquote(parts.username) if parts.username else None
    relay = Relay(parts.hostname, port or default, security, user)
    if user is not None and security == "opportunistic" and not relay.is_loopback:
        return replace(relay, security="starttls")  # a password is never offered in the clear
    return relay


def _without_password(parts: SplitResult) -> str:
    where = parts.netloc.rpartition("@")[2]
    user = f"{parts.username}@" if parts.username else ""
    return f"{parts.scheme}://{user}{where}{parts.path}"
