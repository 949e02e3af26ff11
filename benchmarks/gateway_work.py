"""The work of the gateway's benchmark: four stages, each asking the model about every record."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from functools import cache
from itertools import islice
from pathlib import Path
from typing import Any

from evals.trial_ports import TrialJournal
from resources.campaign import load_campaign
from resources.crm import CohortContacts
from resources.gateway.opening import GatewaySettings, hosted_gateway
from resources.journal import Journal
from resources.store.budget import Caps, StoredBudget
from resources.store.engine import open_engine
from resources.store.group_commit import GroupCommit
from resources.store.journal import StoredJournal
from resources.store.migrate import migrate
from specialists.decisions import Decided, Decision, NeedsJudgement
from specialists.grading import Facts
from specialists.reading import Setting
from specialists.records import Output, Record, canonical_json
from specialists.specialist import Blueprint, Specialist, blueprint
from specialists.stage import Stage
from specialists.tools import Toolbox

# Records that go through all stages before the next begin, so that memory does not grow with their number.
CHUNK = 5_000
STEPS = ("enricher", "scorer", "writer", "sender")
_CAMPAIGN = Path(__file__).resolve().parents[1] / "examples" / "outbound" / "campaign.yaml"
_NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
_MESSAGE = (
    "We process about nine thousand supplier invoices a month by hand, in three countries and two systems. "
    "A colleague saw your talk and says that matching can be automated. What would a pilot look like? "
) * 3


class Reads(Record):
    company: str
    message: str
    earlier: str


class Makes(Output):
    said: str


class Tools(Toolbox):
    """Nothing is in reach."""


@dataclass(frozen=True)
class Step:
    """What one step asks: a specialist's own prompt and schema."""

    name: str
    prompt: str
    schema: dict[str, Any]


@cache
def steps() -> tuple[Step, ...]:
    return tuple(Step(name, blueprint(name).prompt, dict(blueprint(name).answer_schema)) for name in STEPS)


def records(n: int) -> Iterator[dict[str, Any]]:
    for number in range(n):
        yield {
            "record_id": f"r{number:07}",
            "company": f"Quilmara Software {number}",
            "message": _MESSAGE,
            "earlier": "",
        }


class Work:
    """The stages over one SQLite store, made in `folder`. Without `journal` nothing judged is kept."""

    def __init__(self, folder: Path, model: str, in_flight: int, *, journal: bool = True) -> None:
        engine = open_engine(f"sqlite:///{folder / 'operations.sqlite'}")
        migrate(engine)
        commits = GroupCommit(engine)
        self._journal: Journal = StoredJournal(engine, commits) if journal else TrialJournal()
        self._budget = StoredBudget(commits, "benchmark", date(2026, 3, 2), "run", Caps(per_day=1e6))
        self._setting = Setting(date(2026, 3, 2), _NOON, load_campaign(_CAMPAIGN), CohortContacts({}))
        self._blueprints = {name: _blueprint(name, model) for name in STEPS}
        self._model, self._in_flight = model, in_flight

    def run(self, rows: Iterable[dict[str, Any]]) -> dict[str, Any]:
        """Every record through the four stages, CHUNK at a time; how many were done by each."""
        done: Counter[str] = Counter()
        source = iter(rows)
        while chunk := list(islice(source, CHUNK)):
            for name in STEPS:
                chunk = list(self._stage(name, chunk, done))
        return {"done": dict(done)}

    def _stage(
        self, name: str, rows: Iterable[dict[str, Any]], done: Counter[str]
    ) -> Iterator[dict[str, Any]]:
        settings = GatewaySettings(in_flight=self._in_flight)
        gateway = hosted_gateway(self._model, settings, _no_limit)
        specialist = Specialist(self._blueprints[name], Tools(), gateway)
        stage = Stage(
            specialist, lambda row: None, self._journal, self._budget, self._setting, "run", self._in_flight
        )
        for row in stage.run(rows):
            done[name] += row["disposition"] == "done"
            yield {**row, "earlier": (row.get("said") or "")[:200]}


def _blueprint(name: str, model: str) -> Blueprint:
    """The specialist's prompt, schema and limits; every record is passed on to judgement."""
    own = blueprint(name)

    def judge(record: Reads) -> Decision:
        return NeedsJudgement("the benchmark asks about every record")

    def settle(record: Reads, judged: Output) -> Decision:
        return Decided(Makes(said=canonical_json(judged.model_dump(mode="json"))))

    graders = {"says_something": _says_something, "is_short": _is_short}
    card = own.card.model_copy(
        update={"graders": dict.fromkeys(graders, next(iter(own.card.graders.values())))}
    )
    return replace(
        own,
        card=card,
        pin=own.pin.model_copy(update={"candidate": model}),
        reads=Reads,
        makes=Makes,
        rules=(judge,),
        settle=settle,
        record_graders=graders,
        cohort_graders={},
        toolbox=Tools,
    )


def _says_something(record: Reads, output: Makes, facts: Facts) -> str | None:
    return None if output.said else "it is empty"


def _is_short(record: Reads, output: Makes, facts: Facts) -> str | None:
    return None if len(output.said) < 10_000 else "it is longer than 10,000 characters"


def _no_limit(provider: str, requests_per_minute: int) -> Any:
    raise AssertionError("the benchmark shares no limit")
