"""A rehearsal: the real rules over a cohort's rows, with everything that costs money or acts left out.

Local candidates judge for nothing, so they do; the journal is asked, so what was paid for is known. A record
that waits for a hosted model is counted, and what it would become is unknown to the stages after it.
"""

import random
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from resources.gateway.answers import Answered, Refused
from resources.journal import Journal, Judgement
from specialists.decisions import Decided, NeedsJudgement
from specialists.judgement import ask_local, journal_key
from specialists.reading import read_record
from specialists.records import Record
from specialists.rows import Outcome, output_row
from specialists.specialist import Specialist, blueprint
from specialists.stage import decide_by_rules, settled
from workforce_assets.intake import LEADS_SCHEMA, intake_rows
from workforce_assets.manager import StageLine, Workforce
from workforce_assets.world import World

# Records whose text is kept to count its tokens.
TEXTS = 100

Rows = list[dict[str, Any]]


@dataclass
class StageRehearsal:
    """One stage: records `judged` at a price, `kept` in the journal, `perhaps` arriving from judged ones."""

    line: StageLine
    candidate: str | None
    seen: int = 0
    judged: int = 0
    kept: int = 0
    perhaps: int = 0
    asked: list[dict[str, Any]] = field(default_factory=list)

    @property
    def is_paid(self) -> bool:
        return is_hosted(self.candidate)


@dataclass(frozen=True)
class Rehearsal:
    """`sample` of a cohort's `leads` accepted leads through every stage. `opening` and `playing`: seconds on
    this machine to read directories and the like, and to decide the sample."""

    leads: int
    sample: int
    opening: float
    playing: float
    stages: list[StageRehearsal]

    @property
    def seconds(self) -> float:
        """For all the leads, without any call."""
        return self.opening + self.playing * self.leads / max(self.sample, 1)


@dataclass(frozen=True)
class Cast:
    """Who judges, by specialist; `as_pinned`: those whose judgements the journal may hold."""

    candidates: Mapping[str, str | None]
    as_pinned: frozenset[str]


def cast(workforce: Workforce, instead: Mapping[str, str]) -> Cast:
    """The pinned candidates, but for those named in `instead`."""
    pinned = {line.by: blueprint(line.by).pin.candidate for line in workforce.stages}
    chosen = {**pinned, **instead}
    return Cast(chosen, frozenset(name for name in chosen if chosen[name] == pinned[name]))


def is_hosted(candidate: str | None) -> bool:
    return candidate is not None and not candidate.startswith("local/")


def rehearse(
    world: World, workforce: Workforce, at: datetime, who: Cast, journal: Journal | None, most: int
) -> Rehearsal:
    """Over at most `most` accepted leads, the same ones each time. Writes to `world`'s lake: give it one of
    its own."""
    leads, rows = _sampled(world, most)
    target = world.lake.file(workforce.intake, world.partition.isoformat()).path
    target.parent.mkdir(parents=True, exist_ok=True)
    with target.open("wb") as sink:
        pq.write_table(pa.Table.from_pylist(rows, schema=LEADS_SCHEMA), sink)
    began, playing = time.monotonic(), 0.0
    made: dict[str, tuple[Rows, int]] = {workforce.intake: (rows, 0)}
    stages = []
    for line in workforce.stages:
        come, perhaps = made[line.of]
        stage = StageRehearsal(line, who.candidates[line.by], perhaps=perhaps)
        known = journal if line.by in who.as_pinned else None
        at_work = _Stage(world, workforce, at, stage, known)
        started = time.monotonic()
        done = at_work.play(come)
        playing += time.monotonic() - started
        made[line.asset] = (done, perhaps + stage.judged)
        stages.append(stage)
    return Rehearsal(leads, len(rows), time.monotonic() - began - playing, playing, stages)


def _sampled(world: World, most: int) -> tuple[int, Rows]:
    """How many leads are accepted, and `most` of them in file order (reservoir sampling, one pass)."""
    chance = random.Random(world.partition.isoformat())
    chosen: list[tuple[int, dict[str, Any]]] = []
    count = 0
    for row in intake_rows(world.cohort, "rehearsal"):
        if row["disposition"] != "done":
            continue
        if len(chosen) < most:
            chosen.append((count, row))
        elif (place := chance.randrange(count + 1)) < most:
            chosen[place] = (count, row)
        count += 1
    return count, [row for _, row in sorted(chosen, key=lambda numbered: numbered[0])]


class _Stage:
    """One stage of a rehearsal. Its effect on the world is never called."""

    def __init__(
        self,
        world: World,
        workforce: Workforce,
        at: datetime,
        counts: StageRehearsal,
        journal: Journal | None,
    ) -> None:
        made_by = blueprint(counts.line.by)
        local = made_by.local_candidate() if counts.candidate == made_by.pin.candidate else None
        grants = world.grants(workforce, counts.line, at)
        self._specialist: Specialist = made_by.build(grants, local)
        self._route = workforce.card.route(counts.line.asset)
        self._setting = world.setting(at)
        self._counts, self._journal = counts, journal

    def play(self, rows: Rows) -> Rows:
        """The rows that come out done, as far as that is known without paying."""
        passed = [(row, *decided) for row in rows if (decided := self._by_rules(row))]
        waiting = [record for _, record, outcome in passed if isinstance(outcome.decision, NeedsJudgement)]
        keys = {record.record_id: journal_key(self._specialist.blueprint, record) for record in waiting}
        known = self._journal.find(keys.values()) if self._journal else {}
        done = []
        for row, record, outcome in passed:
            key = keys.get(record.record_id)
            final = self._judged(record, outcome, known.get(key)) if key else outcome
            if final is not None and isinstance(final.decision, Decided):
                done.append(output_row(self._specialist.blueprint, row, record, final, "rehearsal"))
        return done

    def _by_rules(self, row: dict[str, Any]) -> tuple[Record, Outcome] | None:
        if self._route(row) is not None:
            return None
        self._counts.seen += 1
        try:
            record = read_record(self._specialist, row, self._setting)
        except Exception:  # the run will hold this record, and say why; it costs nothing
            return None
        return record, decide_by_rules(self._specialist, record)

    def _judged(self, record: Record, outcome: Outcome, known: Judgement | None) -> Outcome | None:
        """The outcome where it is known for nothing, else None."""
        why = outcome.reason or ""
        if known is not None:
            self._counts.kept += 1
            return settled(self._specialist, record, why, known)
        if self._counts.is_paid:
            self._counts.judged += 1
            if len(self._counts.asked) < TEXTS:
                self._counts.asked.append(record.for_judgement())
            return None
        answer = ask_local(self._specialist, record)
        if not isinstance(answer, Answered | Refused):
            return None
        return settled(self._specialist, record, why, Judgement("model:local", answer))
