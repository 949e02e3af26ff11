"""One partition's world: its cohort, its lake files, and the stores, opened when they are needed."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property

from sqlalchemy import Engine

from resources.budget import Budget
from resources.campaign import Campaign, load_campaign
from resources.cohort import Cohort, load_cohort
from resources.crm import CohortContacts
from resources.directory import load_directory
from resources.gateway.flow import ProviderLimit
from resources.home import Home
from resources.journal import Journal
from resources.lake import Lake
from resources.mail.mailer import Mailer
from resources.store.budget import StoredBudget
from resources.store.group_commit import GroupCommit
from resources.store.journal import StoredJournal
from resources.store.ledger import SendLedger
from resources.store.provider_limit import StoredProviderLimit
from resources.store.send_epoch import EpochFile
from resources.store.send_rates import RateLimits
from resources.store.suppressions import Suppressions
from specialists.grading import Verdict
from specialists.reading import Setting
from specialists.records import Row
from specialists.regrade import regrade
from specialists.specialist import Specialist, blueprint
from workforce_assets.capabilities import Grants, read_contacts, read_email_domains, read_profiles
from workforce_assets.mailers import check_mailer, open_mailer, open_signer, open_unsubscribe_links
from workforce_assets.manager import StageLine, Workforce
from workforce_assets.settings import OUTBOX


@dataclass(frozen=True)
class RunBudget:
    """Which run spends, and the most it may spend as its starter said (US dollars; None: nothing said).

    `follows_batches`: it was started to read what batches have brought.
    """

    run_id: str
    max_usd: float | None = None
    follows_batches: bool = False


@dataclass(frozen=True)
class World:
    """Everything a partition's stages can be granted.

    `own_clock`: the run decides by an instant it was given, and not by the wall clock.
    """

    home: Home
    lake: Lake
    engine: Engine
    partition: date
    mailer: str = OUTBOX
    own_clock: bool = False

    @cached_property
    def cohort(self) -> Cohort:
        return load_cohort(self.home, self.partition)

    @cached_property
    def campaign(self) -> Campaign:
        return load_campaign(self.cohort.campaign)

    @cached_property
    def contacts(self) -> CohortContacts:
        return read_contacts(self.lake.file("leads", self.partition.isoformat()))

    def setting(self, at: datetime) -> Setting:
        return Setting(self.partition, at, self.campaign, self.contacts)

    @cached_property
    def commits(self) -> GroupCommit:
        return GroupCommit(self.engine)

    def journal(self) -> Journal:
        return StoredJournal(self.engine, self.commits)

    def budget(self, workforce: Workforce, at: datetime, run: RunBudget) -> Budget:
        return StoredBudget(
            self.commits, workforce.name, at.date(), run.run_id, workforce.card.caps(run.max_usd)
        )

    def provider_limit(self, provider: str, requests_per_minute: int) -> ProviderLimit:
        return StoredProviderLimit(self.engine, provider, requests_per_minute)

    def grants(self, workforce: Workforce, line: StageLine, at: datetime) -> Grants:
        leads = self.lake.file(workforce.intake, self.partition.isoformat())
        builders: dict[str, Callable[[], object]] = {
            "campaign": lambda: self.campaign,
            "contacts": lambda: self.contacts,
            "crm": lambda: read_profiles(leads),
            "directory": lambda: load_directory(self.cohort.directories),
            "email_domains": lambda: read_email_domains(leads),
            "dkim": open_signer,
            "ledger": lambda: self.ledger(workforce),
            "mailer": lambda: self.open_mailer(workforce),
            "suppressions": lambda: Suppressions(self.engine),
            "unsubscribe_urls": open_unsubscribe_links,
        }
        if line.gate is not None:
            gate = line.gate
            builders["gate"] = lambda: self.gate(workforce, gate, at)
        return Grants(builders)

    def ledger(self, workforce: Workforce) -> SendLedger:
        card = workforce.card
        limits = RateLimits(card.sends_per_minute, card.sends_per_minute_per_domain)
        epoch = EpochFile(self.home.send_epoch)
        return SendLedger(self.engine, workforce.name, card.daily_send_cap, limits, epoch)

    def open_mailer(self, workforce: Workforce) -> Mailer:
        """Raises InputError where this run may not use the mailer that is set."""
        check_mailer(self.mailer, workforce, own_clock=self.own_clock)
        return open_mailer(self.mailer, self.home)

    def gate(self, workforce: Workforce, name: str, at: datetime) -> Callable[[Row], tuple[Verdict, ...]]:
        """The send gate: the blocking graders of specialist `name`, again, on the very row that was read."""
        line = next(stage for stage in workforce.stages if stage.by == name)
        guarded: Specialist = blueprint(name).build(self.grants(workforce, line, at), candidate=None)
        blocking: Mapping[str, object] = guarded.blueprint.blocking_graders
        setting = self.setting(at)

        def check(row: Row) -> tuple[Verdict, ...]:
            return tuple(verdict for verdict in regrade(guarded, row, setting) if verdict.grader in blocking)

        return check
