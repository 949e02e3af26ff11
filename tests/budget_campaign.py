"""Processes that spend under one cap and are killed while they do; the provider's bill is a file of its own.

python -m tests.budget_campaign '{"url": ..., "log": ..., "records": 600, "cap": 200, "kills": 9, "seed": 7}'

The launcher forks PROCESSES children with WORKERS tasks each, kills one of them at random moments and forks
another in its place. The provider and the children append to `log`, one line a fact:

    billed RECORD CENTS     the provider has taken the call: what it will ask to be paid for
    lost RECORD             the worker has heard nothing, and goes on
    kept RECORD             what `Journal.keep` gave is done
    over                    a worker was told that the budget is spent

At the end the launcher prints how many children it has killed.
"""

import asyncio
import json
import os
import random
import signal
import sys
import time
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Engine

from resources.gateway.answers import Answered, Usage
from resources.journal import JournalKey, Judgement
from resources.store.budget import Caps, StoredBudget
from resources.store.engine import open_engine
from resources.store.group_commit import GroupCommit
from resources.store.journal import StoredJournal

PROCESSES, WORKERS = 4, 4
WORST_CENTS = 100
ERRORS = 0.3


@dataclass(frozen=True)
class Campaign:
    url: str
    log: str
    records: int
    cap: float
    kills: int
    seed: int


def tell(log: int, *words: object) -> None:
    """One line, appended in one write: no kill can tear it, no other process can write into it."""
    os.write(log, (" ".join(str(word) for word in words) + "\n").encode())


def key(record: int) -> JournalKey:
    return JournalKey("writer", "v1", f"lead-{record}", "c")


async def provider(log: int, record: int, chance: random.Random) -> int:
    """Bills first, then takes its time. Raises ConnectionError: 10 % of calls never arrive, 20 % get lost on
    their way back, and those are billed."""
    fate = chance.random()
    if fate < ERRORS / 3:
        raise ConnectionRefusedError
    cents = chance.choice([WORST_CENTS, WORST_CENTS, WORST_CENTS // 2])
    tell(log, "billed", record, cents)
    await asyncio.sleep(chance.uniform(0.001, 0.02))
    if fate < ERRORS:
        raise ConnectionResetError
    return cents


async def work(budget: StoredBudget, journal: StoredJournal, records: list[int], log: int, seed: int) -> None:
    chance = random.Random(seed)
    while records:
        record = records.pop()
        reservation = await budget.reserve("writer", WORST_CENTS / 100)
        if reservation is None:
            tell(log, "over")
            return
        try:
            cents = await provider(log, record, chance)
        except ConnectionRefusedError:  # nobody heard of it, so it cost nothing
            await reservation.settle(0)
            continue
        except ConnectionError:  # it may have been billed: never settled
            tell(log, "lost", record)
            continue
        await reservation.settle(cents / 100)
        await journal.keep(key(record), Judgement("model:x/y", Answered({}, Usage(usd=cents / 100))))
        tell(log, "kept", record)


async def spend(engine: Engine, campaign: Campaign, share: int, seed: int) -> None:
    """One process: its share of the records, but for those that the journal knows."""
    log = os.open(campaign.log, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    commits = GroupCommit(engine)
    journal = StoredJournal(engine, commits)
    budget = StoredBudget(commits, "outbound", date(2026, 3, 2), "run-1", Caps(campaign.cap))
    mine = range(share, campaign.records, PROCESSES)
    known = journal.find([key(record) for record in mine])
    left = [record for record in mine if key(record) not in known]
    await asyncio.gather(*(work(budget, journal, left, log, seed * 100 + n) for n in range(WORKERS)))


def start(campaign: Campaign, share: int, seed: int) -> int:
    child = os.fork()
    if child == 0:
        asyncio.run(spend(open_engine(campaign.url), campaign, share, seed))
        os._exit(0)
    return child


def main() -> None:
    campaign = Campaign(**json.loads(sys.argv[1]))
    chance = random.Random(campaign.seed)
    children = {start(campaign, share, share): share for share in range(PROCESSES)}
    killed = 0
    while children:
        time.sleep(chance.uniform(0.005, 0.025))  # so that all kills come before the money is gone
        ended = [child for child in children if os.waitpid(child, os.WNOHANG)[0]]
        for child in ended:
            del children[child]
        if killed < campaign.kills and children:
            victim = chance.choice(list(children))
            os.kill(victim, signal.SIGKILL)
            os.waitpid(victim, 0)
            killed += 1
            share = children.pop(victim)
            children[start(campaign, share, PROCESSES + killed)] = share
    sys.stdout.write(f"{killed}\n")


if __name__ == "__main__":
    main()
