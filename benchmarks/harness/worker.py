"""One system over the sample's first records, as a process that can be killed and started again.

    python -m benchmarks.harness.worker harness|workforce FOLDER RECORDS

Asks the provider at ANTHROPIC_BASE_URL. Prints what became of each record, as JSON. What a run leaves in
FOLDER is what the next goes on from: the workforce's journal and ledger, the harness's finished records.
"""

import json
import sys
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from threading import Lock
from typing import Any

from benchmarks.harness.generations import NEWEST, RIGHT_SIZED
from benchmarks.harness.harness_prompt import system_prompt, task
from benchmarks.harness.harness_tools import HarnessTools
from benchmarks.harness.recorder import all_judged, pinned, with_candidate
from benchmarks.harness.sample import WORKFORCE, Day, days
from benchmarks.harness_agent import Agent, by_sdk
from specialists.specialist import Blueprint
from specialists.stage import Stage
from workforce_assets.manager import StageLine

IN_FLIGHT = 8
# Shorter than either would wait in earnest, and the same for both, so that a stalled call ends soon.
TIMEOUT_SECONDS = 2.0

End = Mapping[str, Any]
_TOLD = {
    "enriched_leads": ("company_id",),
    "scored_leads": ("tier",),
    "drafted_emails": ("subject", "body"),
}


def run_workforce(folder: Path, records: int) -> dict[str, End]:
    """The last row of each record, over all stages."""
    ends: dict[str, End] = {}
    for day in days(folder, records):
        told: dict[str, dict[str, Any]] = {}
        for asset, rows in day.run(_hosted(day)).items():
            for row in rows if asset != WORKFORCE.intake else ():
                known = told.setdefault(row["record_id"], {})
                known |= {
                    name: row.get(name) for name in _TOLD.get(asset, ()) if row["disposition"] == "done"
                }
                ends[row["record_id"]] = {"asset": asset, "disposition": row["disposition"], **known}
    return ends


def _hosted(day: Day) -> Callable[[StageLine, Stage], Stage]:
    """Every stage's judgements asked of its right-sized model, rules deciding nothing by themselves."""
    from resources.gateway.opening import GatewaySettings, hosted_gateway

    def change(line: StageLine, stage: Stage) -> Stage:
        model = f"anthropic/{NEWEST.model(RIGHT_SIZED[line.by])}"
        gateway = hosted_gateway(model, GatewaySettings(in_flight=IN_FLIGHT), day.world.provider_limit)
        return with_candidate(
            stage, all_judged(_impatient(pinned(stage.specialist.blueprint, model))), gateway
        )

    return change


def _impatient(blueprint: Blueprint) -> Blueprint:
    limits = blueprint.card.limits.model_copy(update={"timeout_seconds": TIMEOUT_SECONDS})
    return replace(blueprint, card=blueprint.card.model_copy(update={"limits": limits}))


def run_harness(folder: Path, records: int) -> dict[str, End]:
    """The end of each record that came to one, in this run or an earlier one."""
    import anthropic

    done = folder / "finished.jsonl"
    folder.mkdir(parents=True, exist_ok=True)
    ends: dict[str, End] = {}
    for line in done.read_text("utf-8").splitlines() if done.exists() else ():
        ends |= json.loads(line)
    writing, send = Lock(), by_sdk(TIMEOUT_SECONDS)
    for day in days(folder, records):
        tools = HarnessTools(day)
        agent = Agent(NEWEST.frontier, system_prompt(day), tools.definitions(), cached=True)

        def one(lead: Mapping[str, Any], agent: Agent = agent, tools: HarnessTools = tools) -> None:
            tools.begin(lead)
            try:
                agent.work(task(lead, tools.day), [], send, tools.do)
            except anthropic.APIError:
                return  # the SDK gave up; the record is left for the next run
            if lead["record_id"] in tools.ends:
                end = {lead["record_id"]: _told(tools.ends[lead["record_id"]])}
                with writing, done.open("a", encoding="utf-8") as stream:
                    stream.write(json.dumps(end) + "\n")
                ends.update(end)

        with ThreadPoolExecutor(IN_FLIGHT) as pool:
            list(pool.map(one, [lead for lead in day.world.leads if lead["record_id"] not in ends]))
    return ends


def _told(end: Mapping[str, Any]) -> End:
    made = {name: end["made"].get(asset, {}).get(name) for asset, names in _TOLD.items() for name in names}
    return {
        "asset": end["asset"],
        "disposition": end["disposition"],
        **{name: value for name, value in made.items() if value is not None},
    }


def main() -> None:
    system, folder, records = sys.argv[1], Path(sys.argv[2]), int(sys.argv[3])
    run = run_harness if system == "harness" else run_workforce
    sys.stdout.write(json.dumps(run(folder, records)))


if __name__ == "__main__":
    main()
