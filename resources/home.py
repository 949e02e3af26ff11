"""The home: one folder that holds all the state of a workforce."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Home:
    """The places in one home folder. Nothing is created here; who writes to a place makes it."""

    root: Path

    @classmethod
    def from_environment(cls, environ: Mapping[str, str]) -> "Home":
        """The folder that WORKFORCE_HOME names, else `./.workforce`; always an absolute path."""
        return cls(Path(environ.get("WORKFORCE_HOME") or ".workforce").expanduser().absolute())

    @property
    def cohorts(self) -> Path:
        return self.root / "cohorts"

    @property
    def lake(self) -> Path:
        return self.root / "lake"

    @property
    def staging(self) -> Path:
        """Where a file is written before it is published."""
        return self.root / "staging"

    @property
    def warehouse(self) -> Path:
        return self.root / "warehouse.duckdb"

    @property
    def operations_url(self) -> str:
        """SQLAlchemy URL of the embedded operations store."""
        return f"sqlite:///{self.root / 'operations.sqlite'}"

    @property
    def outbox(self) -> Path:
        return self.root / "outbox"

    @property
    def wire(self) -> Path:
        """What each process has on the wire (resources/mail/wire_log.py)."""
        return self.root / "wire"

    @property
    def send_epoch(self) -> Path:
        """How many intents have been written: tells a copy of the operations store that was put back."""
        return self.root / "send_epoch"

    @property
    def dagster_home(self) -> Path:
        return self.root / "dagster_home"

    @property
    def alerts(self) -> Path:
        return self.root / "alerts.jsonl"
