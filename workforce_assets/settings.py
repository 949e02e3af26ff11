"""The settings of an installation, read from the environment in this one place."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from upath import UPath

from resources.home import Home
from resources.lake import Lake

OUTBOX = "outbox"
PROJECT = Path(__file__).resolve().parents[1]


@dataclass(frozen=True)
class Settings:
    """WORKFORCE_HOME, what may lie elsewhere (the operations store, the lake), and the ways of mail.

    `mailer` is a relay's URL (resources/mail/relay.py), or `outbox`: the local Maildir. `inbox`: a folder, an
    mbox or an imaps:// URL. `unsubscribe_url`: https://... of the service.
    `alert_urls`: apprise URLs, from WORKFORCE_ALERTS, apart by spaces; they hold secrets and are never shown.
    `ui_url`: where people open Dagster's UI, for links in alerts.
    """

    home: Home
    operations_url: str
    lake_root: str
    inbox: str | None = None
    imap_password: str | None = field(default=None, repr=False)
    unsubscribe_url: str | None = None
    unsubscribe_secret: str | None = field(default=None, repr=False)
    mailer: str = OUTBOX
    alert_urls: tuple[str, ...] = field(default=(), repr=False)
    ui_url: str | None = None

    @classmethod
    def from_environment(cls, environ: Mapping[str, str]) -> "Settings":
        home = Home.from_environment(environ)
        return cls(
            home,
            environ.get("WORKFORCE_OPERATIONS_URL") or home.operations_url,
            environ.get("WORKFORCE_LAKE") or str(home.lake),
            environ.get("WORKFORCE_INBOX") or None,
            environ.get("WORKFORCE_IMAP_PASSWORD") or None,
            environ.get("WORKFORCE_UNSUBSCRIBE_URL") or None,
            environ.get("WORKFORCE_UNSUBSCRIBE_SECRET") or None,
            environ.get("WORKFORCE_MAILER") or OUTBOX,
            tuple(environ.get("WORKFORCE_ALERTS", "").split()),
            environ.get("WORKFORCE_UI_URL") or None,
        )

    @property
    def lake(self) -> Lake:
        return Lake(UPath(self.lake_root))
