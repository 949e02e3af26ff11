"""Runs of a partition that are killed with SIGKILL and started again. The oracle is the server's mailbox.

`make campaign` (benchmarks/campaign.py) runs it whole; the tests run a slice.
"""

import multiprocessing
import os
import random
import signal
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path
from typing import Any

from resources.campaign import SenderIdentity
from resources.mail.mailer import Delivered, Envelope, Mailer
from resources.mail.message import Plan, build_message
from resources.mail.relay import parse_relay
from resources.mail.sending import Send, send_all
from resources.mail.smtp import SmtpMailer
from resources.mail.smtp_session import Timeouts
from resources.mail.traces import of_mailbox
from resources.mail.wire_log import WireLog
from resources.store.engine import open_engine
from resources.store.entries import Claim, Claimed, Entry, Intent, SendOutcome
from resources.store.ledger import SendLedger
from resources.store.migrate import migrate
from resources.store.reconciling import Reconciling
from resources.store.send_checks import Request
from resources.store.send_epoch import EpochFile
from tests.smtp_server import Running, smtp_server

AT = datetime(2026, 3, 2, 10, tzinfo=UTC)
DAY = date(2026, 3, 2)
SENDER = SenderIdentity(name="Vendor", email="sales@vendor.example", postal_address="1 Mill Lane")
BODY = "Hello,\n\nLedgerline matches every invoice to its order.\n\nhttps://www.example.com/demo\n" * 3
# Those the sender takes itself, and those the server sees.
OWN_STEPS, SERVER_STEPS = ("claim", "intent", "commit"), ("connect", "DATA", "dot", "reply")
STEPS = ("claim", "intent", "connect", "DATA", "dot", "reply", "commit")
SPAWN = multiprocessing.get_context("forkserver")


@dataclass(frozen=True)
class Job:
    """One partition: `contacts` in one store, over one server. `how`: this code, or a broken one."""

    store: str
    epoch: str
    url: str
    contacts: tuple[str, ...]
    how: str = "send_all"
    reply: float = 5.0

    def ledger(self, kill_at: tuple[str, int] | None = None) -> SendLedger:
        engine, epoch = open_engine(self.store), EpochFile(Path(self.epoch))
        return Killed(engine, "outbound", 1_000_000, epoch=epoch).at(kill_at)

    def sends(self, ledger: SendLedger) -> list[Send]:
        made = []
        for contact in self.contacts:
            key = ledger.key("spring", 1, contact)
            intent = Intent(key, f"lead-{contact}", DAY, key.message_id("vendor.example", "secret"), "d", AT)
            made.append(Send(intent, (), partial(_envelope, intent)))
        return made

    def entries(self) -> list[Entry]:
        engine = open_engine(self.store)
        entries = SendLedger(engine, "outbound", 0).entries()
        engine.dispose()
        return entries


class Killed(SendLedger):
    """A ledger that ends its process at one of the sender's own steps, when it is taken the n-th time."""

    _kill_at: tuple[str, int] | None = None

    def at(self, kill_at: tuple[str, int] | None) -> "Killed":
        self._kill_at, self._seen = kill_at, Counter[str]()
        return self

    def turn(
        self, outcomes: Sequence[SendOutcome], requests: Sequence[Request]
    ) -> tuple[list[Entry], list[Claim]]:
        if requests:
            self._step("claim")
        entries, claims = super().turn(outcomes, requests)
        if outcomes:
            self._step("commit")
        if any(isinstance(claim, Claimed) for claim in claims):
            self._step("intent")
        return entries, claims

    def _step(self, name: str) -> None:
        self._seen[name] += 1
        if (name, self._seen[name]) == self._kill_at:
            os.kill(os.getpid(), signal.SIGKILL)


def _envelope(intent: Intent) -> Envelope:
    plan = Plan(
        SENDER, intent.key.contact, f"For {intent.record_id}", BODY, intent.message_id, intent.key.digest, AT
    )
    return Envelope(intent.message_id, SENDER.email, intent.key.contact, build_message(plan))


def send_then_record(ledger: SendLedger, mailer: Mailer, sends: Sequence[Send]) -> None:
    """The broken order: the message first, the ledger after, as most scripts do it."""
    for first in range(0, len(sends), 32):
        group = [send for send in sends[first : first + 32] if ledger.find(send.intent.key) is None]
        answers = mailer.deliver_all([send.build() for send in group])
        ledger.claim_all([Request(send.intent) for send in group])
        ledger.record_all(
            [
                SendOutcome(send.intent.key, "sent", AT)
                for send, answer in zip(group, answers, strict=True)
                if isinstance(answer, Delivered)
            ]
        )


def work(job: Job, go: Any, kill_at: tuple[str, int] | None) -> None:
    """One run over the whole partition, in a process of its own."""
    go.wait()
    ledger = job.ledger(kill_at)
    log = WireLog(Path(job.epoch).with_name("wire"))
    mailer = SmtpMailer(parse_relay(job.url), timeouts=Timeouts(reply=job.reply), log=log)
    how = send_then_record if job.how == "send_then_record" else send_all
    how(ledger, mailer, job.sends(ledger))


def run(job: Job, server: Running, step: str | None = None, after: int = 1, delay: float = 0.0) -> bool:
    """A run, killed at a step if one is named. Returns whether it was."""
    go = SPAWN.Event()
    process = SPAWN.Process(target=work, args=(job, go, (step, after) if step in OWN_STEPS else None))
    process.start()
    if step in SERVER_STEPS:
        assert process.pid is not None
        server.kill(process.pid, step, after, delay)
    go.set()
    process.join()
    if process.exitcode not in (0, -signal.SIGKILL):
        raise RuntimeError(f"the run ended with {process.exitcode}")
    return process.exitcode != 0


def together(job: Job, runs: int) -> None:
    """Several runs over the same partition at the same time."""
    go = SPAWN.Event()
    processes = [SPAWN.Process(target=work, args=(job, go, None)) for _ in range(runs)]
    for process in processes:
        process.start()
    go.set()
    for process in processes:
        process.join()
        assert process.exitcode == 0


@dataclass
class Tally:
    """What the mailbox and the ledger say of a partition that is through. The last three must be 0.

    `unsettled`: sends that were not in the mailbox exactly once, and `sent`, after all that was unknown had
    been reconciled with the mailbox and the partition was run once more.
    """

    case: str
    sends: int
    kills: int = 0
    delivered: int = 0
    sent: int = 0
    unknown: int = 0
    other: int = 0
    duplicates: int = 0
    unaccounted: int = 0
    unsettled: int = 0


def tally(case: str, job: Job, server: Running, kills: int) -> Tally:
    """Unaccounted: no entry, an intent left open, sent without a message, or a message nobody knows."""
    mailbox, entries = server.message_ids(), job.entries()
    states = {entry.message_id: entry.state for entry in entries}
    found = Tally(case, len(job.contacts), kills, len(mailbox))
    found.duplicates = sum(count - 1 for count in mailbox.values())
    found.sent = sum(state == "sent" for state in states.values())
    found.unknown = sum(state == "unknown" for state in states.values())
    found.other = len(states) - found.sent - found.unknown
    expected = {send.intent.message_id for send in job.sends(job.ledger())}
    found.unaccounted = (
        len(expected - set(states))
        + sum(state == "intent" for state in states.values())
        + sum(state == "sent" and message_id not in mailbox for message_id, state in states.items())
        + sum(states.get(message_id) not in ("sent", "unknown") for message_id in mailbox)
    )
    return found


def settled(found: Tally, job: Job, server: Running, folder: Path) -> Tally:
    """The same with its `unsettled`: what the server took is all there is, and the rest may be sent."""
    taken = folder / "taken"
    taken.mkdir()
    for number, message in enumerate(server.messages()):
        (taken / f"{number}.eml").write_text(message["content"], "latin-1", newline="")
    engine = open_engine(job.store)
    Reconciling(engine, "outbound", AT).by_traces(of_mailbox(taken), "the campaign")
    engine.dispose()
    run(job, server)
    mailbox, entries = server.message_ids(), job.entries()
    once = sum(entry.state == "sent" and mailbox[entry.message_id] == 1 for entry in entries)
    found.unsettled = len(job.contacts) - once
    return found


def new_job(folder: Path, server: Running, sends: int, how: str = "send_all", word: str = "to") -> Job:
    other = folder / "store_url"  # an empty database of another kind
    url = other.read_text() if other.exists() else f"sqlite:///{folder / 'operations.sqlite'}"
    engine = open_engine(url)
    migrate(engine)
    engine.dispose()
    contacts = tuple(f"{word}.{number}@x{number % 7}.example" for number in range(sends))
    return Job(url, str(folder / "send_epoch"), server.url, contacts, how)


def _each(sends: int, kills: int) -> int:
    """At which message at the latest to kill, so that some are left for the last of the kills: one kill
    leaves up to 8 unknown."""
    return max(2, sends // kills - 8)


def random_kills(folder: Path, kills: int, sends: int, seed: int, how: str = "send_all") -> Tally:
    """Killed at random moments, resumed each time, and at last let through."""
    chance = random.Random(seed)
    done, each = 0, _each(sends, kills)
    with smtp_server(folder / "mailbox") as server:
        job = new_job(folder, server, sends, how)
        for _ in range(kills):
            step = chance.choice(("DATA", "dot", "reply"))
            done += run(job, server, step, chance.randint(1, each), chance.uniform(0, 0.01))
        run(job, server)
        return settled(tally(f"{kills} random kills, {how}", job, server, done), job, server, folder)


def kills_at(folder: Path, step: str, kills: int, sends: int, seed: int) -> Tally:
    """Killed at one named step, again and again, and at last let through."""
    chance, done = random.Random(seed), 0
    groups = sends // 24
    few = max(2, groups // kills)  # what is through already is claimed, and neither written nor recorded
    most = {"claim": groups, "intent": few, "commit": few, "connect": 4}.get(step, _each(sends, kills))
    with smtp_server(folder / "mailbox") as server:
        job = new_job(folder, server, sends)
        for _ in range(kills):
            done += run(job, server, step, chance.randint(1, most))
        run(job, server)
        return settled(tally(f"killed at {step}", job, server, done), job, server, folder)


def faults(folder: Path, word: str, sends: int) -> Tally:
    """Every message meets one fault; the partition is run three times."""
    with smtp_server(folder / "mailbox") as server:
        job = new_job(folder, server, sends, word=word)
        job = Job(**{**asdict(job), "contacts": job.contacts, "reply": 0.3})
        for _ in range(3):
            run(job, server)
        return settled(tally(f"{word}, run three times", job, server, 0), job, server, folder)


def at_once(folder: Path, runs: int, sends: int) -> Tally:
    with smtp_server(folder / "mailbox") as server:
        job = new_job(folder, server, sends)
        together(job, runs)
        run(job, server)
        return tally(f"{runs} runs at once", job, server, 0)


SPAWN.set_forkserver_preload(["tests.campaign"])
