"""The return path of a send (VERP): its envelope sender names it, so that a bounce that returns nothing of
the message still proves which send it is about: by the address that it came to.

`bounces@example.com` becomes `bounces+TOKEN@example.com`. The token is 20 digits of the ledger key, which
find the send, and the whole tag of the Message-ID, which nobody can compute.
"""

import re
from dataclasses import dataclass

from resources.contact_key import InvalidAddress, deliverable_address
from resources.errors import InputError

_KEY_DIGITS, _TAG_DIGITS = 20, 32
# RFC 5321 (4.5.3.1.1) gives a local part 64 octets.
_MOST = 64 - len("+") - _KEY_DIGITS - _TAG_DIGITS
_LEFT = re.compile(rf"<([0-9a-f]{{{_KEY_DIGITS}}})[0-9a-f]+\.([0-9a-f]{{{_TAG_DIGITS}}})@")
_TOKEN = re.compile(rf"\+([0-9a-f]{{{_KEY_DIGITS + _TAG_DIGITS}}})@", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class ReturnPath:
    """`local` + TOKEN at `domain`. All that comes to it belongs into the inbox."""

    local: str
    domain: str

    def of(self, message_id: str) -> str:
        """The envelope sender of one send; without a token where the Message-ID is none of ours."""
        token = token_of(message_id)
        return f"{self.local}+{token}@{self.domain}" if token else f"{self.local}@{self.domain}"


def parse_return_path(address: str) -> ReturnPath:
    """Raises InputError."""
    try:
        local, _, domain = deliverable_address(address).rpartition("@")
    except InvalidAddress as error:
        raise InputError("WORKFORCE_BOUNCE_ADDRESS", str(error), "set it to bounces@example.com") from None
    if "+" in local or len(local) > _MOST:
        why = f"{local!r} leaves no room for a token"
        raise InputError("WORKFORCE_BOUNCE_ADDRESS", why, f"take at most {_MOST} characters, and no plus")
    return ReturnPath(local, domain)


def token_of(message_id: str) -> str | None:
    """None where the Message-ID is none of ours, or from before there were tags."""
    found = _LEFT.match(message_id)
    return found[1] + found[2] if found else None


def tokens_in(text: str) -> list[str]:
    """The tokens of all return paths in a text."""
    return [token.lower() for token in _TOKEN.findall(text)]


def key_range(token: str) -> tuple[str, str]:
    """The first and the last ledger key that a token can mean."""
    key = token[:_KEY_DIGITS]
    return f"{key:0<64}", f"{key:f<64}"
