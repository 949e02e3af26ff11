"""The outbound workforce over the shipped sample, as tests drive it."""

import mailbox
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from hashlib import sha256
from pathlib import Path
from typing import Any

from resources.home import Home
from workforce_assets.inputs import hand_in
from workforce_assets.outbound import OUTBOUND
from workforce_assets.prepare import prepare
from workforce_assets.run_report import RunReport
from workforce_assets.runner import runner
from workforce_assets.settings import Settings

SAMPLE = Path(__file__).parents[1] / "examples" / "outbound"
DIRECTORIES = [SAMPLE / "directory.yaml", SAMPLE / "chamber.yaml"]
SAMPLE_DAY = date(2026, 3, 2)
LIMIT = 60


@dataclass(frozen=True)
class Outbound:
    """One home, and the few things tests do with it."""

    root: Path

    @property
    def settings(self) -> Settings:
        return Settings.from_environment({"WORKFORCE_HOME": str(self.root)})

    def hand_in(
        self,
        leads: Path | None = None,
        day: date = SAMPLE_DAY,
        limit: int | None = LIMIT,
        campaign: Path | None = None,
    ) -> None:
        leads = leads or SAMPLE / "leads" / f"{day}.csv"
        chosen = campaign or SAMPLE / "campaign.yaml"
        hand_in(Home(self.root), OUTBOUND, day, leads, None, limit, DIRECTORIES, chosen)

    def run(self, day: date = SAMPLE_DAY, at: datetime | None = None) -> RunReport:
        prepare(self.settings)
        clock = at or datetime.combine(day, time(15), UTC)
        with runner(self.settings, OUTBOUND) as at_work:
            return at_work.run(day.isoformat(), clock)

    def rows(self, asset: str, day: date = SAMPLE_DAY) -> list[dict[str, Any]]:
        return list(self.settings.lake.file(asset, day.isoformat()).rows())

    def lake_digests(self) -> dict[str, str]:
        """By file; of its bytes, which pytest would explain for minutes where they differ."""
        root = Path(self.settings.lake_root)
        files = sorted(root.rglob("*.parquet"))
        return {str(path.relative_to(root)): sha256(path.read_bytes()).hexdigest() for path in files}

    def mails(self) -> list[mailbox.MaildirMessage]:
        """The outbox as a mail program reads it: the oracle of what was sent."""
        return list(mailbox.Maildir(self.root / "outbox", create=True))

    def recipients(self) -> Counter[str]:
        return Counter(str(mail["To"]) for mail in self.mails())
