"""The one place that says where mail goes, and whether it may: secrets of sending are read here alone.

A real relay is one that could reach a person: any that is not on this machine. It is refused while a pin in
the chain has no evidence, and while the run decides by another clock than the wall's.
"""

import os
import socket
from collections.abc import Mapping
from pathlib import Path

from resources.errors import InputError
from resources.home import Home
from resources.mail.dkim_signing import DkimSigner, load_signer
from resources.mail.mailer import Mailer
from resources.mail.message import UnsubscribeUrls
from resources.mail.outbox import MaildirOutbox
from resources.mail.relay import parse_relay
from resources.mail.return_path import parse_return_path
from resources.mail.smtp import SmtpMailer
from resources.mail.wire_log import WireLog
from specialists.evidence import unproven
from workforce_assets.incoming import unsubscribe_links
from workforce_assets.manager import Workforce
from workforce_assets.settings import OUTBOX, Settings


def check_mailer(mailer: str, workforce: Workforce, *, own_clock: bool) -> None:
    """Raises InputError, which says what to do, where this mailer may not be used. `own_clock`: `--at`."""
    if mailer == OUTBOX:
        return
    relay = parse_relay(mailer)
    if relay.is_loopback:
        return
    reasons = unproven(tuple(line.by for line in workforce.stages))
    if reasons:
        raise InputError(
            "--mailer",
            f"{relay} is a real relay, and not every pin in the chain is proven: {'; '.join(reasons)}",
            "prove them, or use the local outbox (no --mailer) or a relay on 127.0.0.1",
        )
    if own_clock:
        raise InputError(
            "--at", f"{relay} is a real relay, and mail goes out by the wall clock", "leave --at out"
        )


def open_mailer(mailer: str, home: Home, environ: Mapping[str, str] = os.environ) -> Mailer:
    """Nothing is connected yet. Raises InputError."""
    if mailer == OUTBOX:
        return MaildirOutbox(home.outbox)
    password, bounces = environ.get("WORKFORCE_SMTP_PASSWORD"), environ.get("WORKFORCE_BOUNCE_ADDRESS")
    return_path = parse_return_path(bounces) if bounces else None
    log = WireLog(home.wire)
    return SmtpMailer(parse_relay(mailer), password, hello=_hello(), bounces=return_path, log=log)


def open_signer(environ: Mapping[str, str] = os.environ) -> DkimSigner | None:
    """The DKIM key of WORKFORCE_DKIM_KEY (a file) under WORKFORCE_DKIM_SELECTOR; None: do not sign."""
    path, selector = environ.get("WORKFORCE_DKIM_KEY"), environ.get("WORKFORCE_DKIM_SELECTOR")
    if not path:
        return None
    if not selector:
        raise InputError(
            "WORKFORCE_DKIM_SELECTOR", "is not set", "name the selector the key is published under"
        )
    return load_signer(Path(path), selector)


def open_unsubscribe_links(environ: Mapping[str, str] = os.environ) -> UnsubscribeUrls | None:
    """One-click links; None: no service runs under WORKFORCE_UNSUBSCRIBE_URL, replies unsubscribe alone."""
    settings = Settings.from_environment(environ)
    return unsubscribe_links(settings) if settings.unsubscribe_url else None


def _hello() -> str:
    """This machine's name, as EHLO may say it."""
    name = socket.gethostname()
    return name if name.isascii() and name.replace("-", "").replace(".", "").isalnum() else "localhost"
