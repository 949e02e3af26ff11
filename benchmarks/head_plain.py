"""The plain loop that the head is measured against: no Dagster, no checks, no lake, everything in memory.

    python -m benchmarks.head_plain HOME DAY INSTANT STORE_FOLDER

Reads the cohort of a home; every lead goes through each specialist's tools, rules, local model and graders.
"""

import json
import sys
from collections import Counter
from datetime import date, datetime
from pathlib import Path

from upath import UPath

from benchmarks.in_memory import InMemory, Lead
from resources.cohort import load_cohort
from resources.gateway.answers import Answered, Refused
from resources.home import Home
from resources.journal import Judgement
from resources.lake import Lake
from resources.store.engine import open_engine
from resources.store.migrate import migrate
from specialists.decisions import Decided, Hold, NeedsJudgement
from specialists.grading import grade
from specialists.judgement import ask_local
from specialists.reading import Setting, read_record
from specialists.records import Record
from specialists.rows import Outcome
from specialists.specialist import Specialist, blueprint
from specialists.stage import decide_by_rules, settled
from workforce_assets.manager import StageLine
from workforce_assets.outbound import OUTBOUND


def one_lead(
    lead: Lead, stages: list[tuple[StageLine, Specialist]], setting: Setting, counts: Counter[str]
) -> None:
    """As far as its dispositions carry it."""
    row = lead
    for line, specialist in stages:
        if OUTBOUND.card.route(line.asset)(row) is not None:
            counts[f"{line.asset} skipped"] += 1
            return
        record = read_record(specialist, row, setting)
        outcome = decide_by_rules(specialist, record)
        if isinstance(outcome.decision, NeedsJudgement):
            outcome = _judged(specialist, record, outcome.decision.why)
        if not isinstance(outcome.decision, Decided):
            counts[f"{line.asset} stopped"] += 1
            return
        output = outcome.decision.output
        facts = setting.facts(record.record_id)
        verdicts = list(grade(specialist.blueprint.record_graders, record, output, facts))
        if any(not v.passed and v.grader in specialist.blueprint.blocking_graders for v in verdicts):
            counts[f"{line.asset} stopped"] += 1
            return
        counts[f"{line.asset} done"] += 1
        carried = {name: row.get(name) for name in specialist.blueprint.carried}
        row = {**carried, **output.model_dump(), "record_id": row["record_id"], "disposition": "done"}


def _judged(specialist: Specialist, record: Record, why: str) -> Outcome:
    """What the stage makes of a local answer, without the journal."""
    answer = ask_local(specialist, record)
    if not isinstance(answer, Answered | Refused):
        return Outcome(Hold(answer.why), None)
    return settled(specialist, record, why, Judgement(f"model:{specialist.blueprint.pin.candidate}", answer))


def main(home: Path, day: date, at: datetime, folder: Path) -> dict[str, int]:
    leads = [lead for lead in load_cohort(Home(home), day).leads() if lead["disposition"] == "done"]
    folder.mkdir(parents=True, exist_ok=True)
    engine = open_engine(f"sqlite:///{folder / 'operations.sqlite'}")
    migrate(engine)
    world = InMemory(Home(home), Lake(UPath(folder)), engine, day, leads=leads)
    setting = world.setting(at)
    stages = []
    for line in OUTBOUND.stages:
        made = blueprint(line.by)
        stages.append((line, made.build(world.grants(OUTBOUND, line, at), made.local_candidate())))
    counts: Counter[str] = Counter()
    for lead in leads:
        one_lead(lead, stages, setting, counts)
    return dict(sorted(counts.items()))


if __name__ == "__main__":
    made = main(
        Path(sys.argv[1]),
        date.fromisoformat(sys.argv[2]),
        datetime.fromisoformat(sys.argv[3]),
        Path(sys.argv[4]),
    )
    sys.stdout.write(json.dumps({"rows": made}))
