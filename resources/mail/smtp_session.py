"""One connection to a relay, and one message over it, with every phase told apart.

aiosmtplib's own `data()` writes the message and the final dot at once, so that a lost connection could have
been before the dot or after it. Here the dot is written apart, after the message has left our buffer: lost
before it means surely not sent, lost after it means unknown.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

import aiosmtplib

from resources.mail.mailer import Deferred, Delivered, Delivery, Envelope, Failed, Unknown
from resources.mail.relay import Relay

# 530 (RFC 4954, section 6): the relay wants us to log in. That is about us, and not about the message.
_AUTHENTICATION_REQUIRED = 530
# How often to look whether a message larger than the socket's buffer has left, in seconds.
_DRAIN = 0.01


@dataclass(frozen=True, slots=True)
class Timeouts:
    """Seconds. RFC 5321 (4.5.3.2) has 5 minutes for commands and 10 for the reply to the final dot."""

    connect: float = 30.0
    command: float = 60.0
    reply: float = 300.0


class Session:
    """A connection that is opened when first needed, and again after it was lost."""

    def __init__(self, relay: Relay, password: str | None, timeouts: Timeouts, hello: str) -> None:
        self._relay, self._timeouts = relay, timeouts
        self._smtp = aiosmtplib.SMTP(
            hostname=relay.host,
            port=relay.port,
            username=relay.user,
            password=password,
            timeout=timeouts.connect,
            use_tls=relay.security == "tls",
            # Opportunistic TLS cannot know whom it speaks to (RFC 7435); it is still better than none.
            validate_certs=relay.security != "opportunistic",
            start_tls={"opportunistic": None, "starttls": True, "tls": False}[relay.security],
            local_hostname=hello,
        )
        self._used = False

    @property
    def is_open(self) -> bool:
        return self._smtp.is_connected

    async def open(self) -> Deferred | None:
        """None when connected; else why not. Whatever a relay says here is about us: it fails no message."""
        if self.is_open:
            return None
        try:
            await self._smtp.connect()
            await self._greet()
            self._used = False
        except (aiosmtplib.SMTPException, OSError, ValueError) as error:
            self.abort()
            return Deferred(f"relay {self._relay}: {_says(error)}")
        return None

    async def _greet(self) -> None:
        """As `mail` would: what the relay says to that is about us, too."""
        if self._smtp.is_ehlo_or_helo_needed:
            try:
                await self._smtp.ehlo()
            except aiosmtplib.SMTPHeloError:
                await self._smtp.helo()

    async def deliver(self, envelope: Envelope, before_dot: Callable[[], bool] = lambda: True) -> Delivery:
        """Over an open connection. One that went while it was idle is opened again, once.

        `before_dot` is asked when all but the final dot has left; where it says no, the dot never does.
        """
        was_used, self._used = self._used, True
        try:
            refused = await self._announce(envelope, gone_is_lost=was_used)
        except (aiosmtplib.SMTPException, OSError) as error:
            self.abort()
            if was_used:
                return await self.open() or await self.deliver(envelope, before_dot)
            return Deferred(f"relay {self._relay}: {_says(error)}, before the message was handed over")
        except ValueError as error:  # an address that cannot be written on the wire
            self.abort()
            return Failed(f"cannot be written: {error}")
        return refused or await self._hand_over(envelope.content, before_dot)

    async def _announce(self, envelope: Envelope, *, gone_is_lost: bool) -> Delivery | None:
        """MAIL, RCPT and DATA; None when the relay waits for the message.

        `gone_is_lost`: a 421 to MAIL closes a connection that has served, and is no word on this message.
        """
        smtp, timeout = self._smtp, self._timeouts.command
        options, encoding = [], "ascii"
        if not (envelope.sender + envelope.recipient).isascii():
            options, encoding = ["SMTPUTF8"], "utf-8"
        if not envelope.content.isascii():
            options.append("BODY=8BITMIME")
        for option in options:
            if not smtp.supports_extension(option.rpartition("=")[2]):
                return Failed(f"relay {self._relay} does not offer {option}, which the message needs")
        try:
            await smtp.mail(envelope.sender, options=options, encoding=encoding, timeout=timeout)
            await smtp.rcpt(envelope.recipient, encoding=encoding, timeout=timeout)
        except aiosmtplib.SMTPResponseException as error:
            if gone_is_lost and error.code == 421 and isinstance(error, aiosmtplib.SMTPSenderRefused):
                raise
            return await self._reset(error.code, error.message)
        reply = await smtp.execute_command(b"DATA", timeout=timeout)
        return None if reply.code == 354 else await self._reset(reply.code, reply.message)

    async def _hand_over(self, content: bytes, before_dot: Callable[[], bool]) -> Delivery:
        protocol = self._smtp.protocol
        try:
            if protocol is None:
                raise aiosmtplib.SMTPServerDisconnected("Connection lost")
            # Transparency (RFC 5321, 4.5.2). The content has CRLF line ends only, and ends in one.
            protocol.write((b"\r\n" + content).replace(b"\r\n.", b"\r\n..")[2:])
            async with asyncio.timeout(self._timeouts.reply):
                await self._drained()
        except (aiosmtplib.SMTPException, OSError) as error:
            self.abort()
            return Deferred(f"relay {self._relay}: {_says(error)}, before the message was complete")
        if not before_dot():
            self.abort()
            return Deferred("it cannot be written down that it goes out, so it does not")
        try:
            protocol.write(b".\r\n")
            reply = await protocol.read_response(timeout=self._timeouts.reply)
        except (aiosmtplib.SMTPException, OSError) as error:
            self.abort()
            return Unknown(f"relay {self._relay}: {_says(error)}, after the final dot")
        if 200 <= reply.code < 300:
            return Delivered()
        return self._refusal(reply.code, reply.message)

    async def _drained(self) -> None:
        """Returns when the message has left our buffer. Raises SMTPServerDisconnected if the relay went."""
        await asyncio.sleep(0)  # a relay that has gone is noticed by the loop, not by a write
        while True:
            transport = self._smtp.transport
            if transport is None or transport.is_closing():
                raise aiosmtplib.SMTPServerDisconnected("Connection lost")
            if transport.get_write_buffer_size() == 0:  # type: ignore[attr-defined]
                return
            await asyncio.sleep(_DRAIN)

    async def _reset(self, code: int, message: str) -> Delivery:
        """The relay's no, with the transaction taken back so that the connection can be used again."""
        try:
            if self._smtp.is_connected:
                await self._smtp.rset(timeout=self._timeouts.command)
        except (aiosmtplib.SMTPException, OSError):
            self.abort()
        if not 400 <= code < 600:
            self.abort()
            return Deferred(f"relay {self._relay}: a reply that does not belong here: {code} {message}"[:300])
        return self._refusal(code, message)

    def _refusal(self, code: int, message: str) -> Delivery:
        why = f"{code} {' '.join(message.split())[:300]}"
        if 400 <= code < 500:
            if code == 421:  # it closes the channel (RFC 5321, 3.8)
                self.abort()
            return Deferred(why, refused=True)
        if code == _AUTHENTICATION_REQUIRED:
            return Deferred(why)
        if 500 <= code < 600:
            return Failed(why)
        self.abort()
        return Unknown(f"relay {self._relay}: a reply that SMTP does not know: {why}")

    def abort(self) -> None:
        """Drop the connection without another byte."""
        transport = self._smtp.transport
        if isinstance(transport, asyncio.WriteTransport):
            transport.abort()
        self._smtp.close()

    async def close(self) -> None:
        """Say goodbye. What is lost now is of no consequence."""
        try:
            if self._smtp.is_connected:
                await self._smtp.quit(timeout=self._timeouts.connect)
        except (aiosmtplib.SMTPException, OSError):
            pass
        finally:
            self._smtp.close()


def _says(error: BaseException) -> str:
    return " ".join(str(error).split())[:300] or type(error).__name__
