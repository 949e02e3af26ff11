"""The settings of an installation, read from the environment in this one place."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from upath import UPath

from resources.home import Home
from resources.lake import Lake

OUTBOX = "outbox"
PROJECT = Path(__file__).resolve().parents[1]


@dataclass(frozen=True)
class Settings:
    """WORKFORCE_HOME, what may lie elsewhere (the operations store and the lake), and the way mail goes out.

    `mailer` is a relay's URL (resources/mail/relay.py), or `outbox`: the local Maildir.
    """

    home: Home
    operations_url: str
    lake_root: str
    mailer: str = OUTBOX

    @classmethod
    def from_environment(cls, environ: Mapping[str, str]) -> "Settings":
        home = Home.from_environment(environ)
        return cls(
            home,
            environ.get("WORKFORCE_OPERATIONS_URL") or home.operations_url,
            environ.get("WORKFORCE_LAKE") or str(home.lake),
            environ.get("WORKFORCE_MAILER") or OUTBOX,
        )

    @property
    def lake(self) -> Lake:
        return Lake(UPath(self.lake_root))
