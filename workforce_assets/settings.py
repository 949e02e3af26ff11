"""The settings of an installation, read from the environment in this one place."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from upath import UPath

from resources.home import Home
from resources.lake import Lake

PROJECT = Path(__file__).resolve().parents[1]


@dataclass(frozen=True)
class Settings:
    """WORKFORCE_HOME, and what may lie elsewhere: the operations store and the lake."""

    home: Home
    operations_url: str
    lake_root: str

    @classmethod
    def from_environment(cls, environ: Mapping[str, str]) -> "Settings":
        home = Home.from_environment(environ)
        return cls(
            home,
            environ.get("WORKFORCE_OPERATIONS_URL") or home.operations_url,
            environ.get("WORKFORCE_LAKE") or str(home.lake),
        )

    @property
    def lake(self) -> Lake:
        return Lake(UPath(self.lake_root))
