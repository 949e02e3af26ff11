"""The settings of an installation, read from the environment in this one place."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from upath import UPath

from resources.home import Home
from resources.lake import Lake

PROJECT = Path(__file__).resolve().parents[1]


@dataclass(frozen=True)
class Settings:
    """WORKFORCE_HOME, what may lie elsewhere (the operations store and the lake), and where alerts go.

    `alert_urls`: apprise URLs, from WORKFORCE_ALERTS, apart by spaces; they hold secrets and are never shown.
    `ui_url`: where people open Dagster's UI, for links in alerts.
    """

    home: Home
    operations_url: str
    lake_root: str
    alert_urls: tuple[str, ...] = field(default=(), repr=False)
    ui_url: str | None = None

    @classmethod
    def from_environment(cls, environ: Mapping[str, str]) -> "Settings":
        home = Home.from_environment(environ)
        return cls(
            home,
            environ.get("WORKFORCE_OPERATIONS_URL") or home.operations_url,
            environ.get("WORKFORCE_LAKE") or str(home.lake),
            tuple(environ.get("WORKFORCE_ALERTS", "").split()),
            environ.get("WORKFORCE_UI_URL") or None,
        )

    @property
    def lake(self) -> Lake:
        return Lake(UPath(self.lake_root))
