"""What the general harness can call: the same code that the specialists' tools and rules run on.

The harness is given more than it would have of itself: the directory, the rubric, consent, business hours
and the ledger of sends stand behind its tools. What it lacks is what the workforce adds around a judgement:
graders and the send gate, the journal, and a schema that the provider holds an answer to.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from pydantic import BaseModel, ValidationError

from benchmarks.harness.recorder import all_judged
from benchmarks.harness.sample import WORKFORCE, Day
from benchmarks.harness_agent import Result
from specialists.decisions import Decided, Decision, Hold, NeedsJudgement, Provenance
from specialists.reading import read_record
from specialists.records import canonical_json
from specialists.specialist import Specialist
from specialists.stage import decide_by_rules
from specialists.tools import Act
from workforce_assets.manager import StageLine

READS = ("look_up_contact", "read_company", "find_similar", "read_crm")
WRITES = {
    "write_enrichment": "enriched_leads",
    "write_score": "scored_leads",
    "write_draft": "drafted_emails",
    "send_email": "sent_emails",
}
_OWN = {"record_id", "disposition"}


@dataclass
class HarnessTools:
    """One day's. `whole`: the model writes out the whole hand-off, as it does where no code completes it.

    `ends` has what became of each record: asset, disposition, and the rows its outputs make.
    """

    day: Day
    whole: bool = False
    ends: dict[str, dict[str, Any]] = field(default_factory=dict)
    _rows: dict[str, dict[str, Any]] = field(default_factory=dict)
    _made: dict[str, dict[str, Any]] = field(default_factory=dict)

    @cached_property
    def specialists(self) -> dict[str, Specialist]:
        return {line.asset: _without_gate(self.day.stage(line).specialist) for line in WORKFORCE.stages}

    def definitions(self) -> list[dict[str, Any]]:
        """In the provider's form."""
        docs = {
            tool.name: tool.description for one in self.specialists.values() for tool in one.tools.tools()
        }
        reads = [{"name": name, "description": docs[name], "input_schema": _schema(None)} for name in READS]
        writes = [
            {
                "name": name,
                "description": f"Records what you decided as {self.specialists[asset].blueprint.name}; "
                "answers with what came of it.",
                "input_schema": _schema(self.answer_model(asset)),
            }
            for name, asset in WRITES.items()
        ]
        return reads + writes

    def answer_model(self, asset: str) -> type[BaseModel]:
        blueprint = self.specialists[asset].blueprint
        # Message-IDs are never a model's to write.
        return blueprint.makes if self.whole and asset != "sent_emails" else blueprint.judges

    def begin(self, lead: Mapping[str, Any]) -> None:
        """A record that is started over begins with nothing made."""
        self._rows[lead["record_id"]] = {**lead, "disposition": "done"}
        self._made[lead["record_id"]] = {}

    def do(self, name: str, arguments: Mapping[str, Any]) -> Result:
        record_id = arguments.get("record_id")
        if record_id not in self._rows:
            return Result("there is no such record", is_error=True)
        if name in READS:
            return Result(self._read(name, self._rows[record_id]))
        if name not in WRITES:
            return Result("there is no such tool", is_error=True)
        return self._write(WRITES[name], record_id, {k: v for k, v in arguments.items() if k != "record_id"})

    def _read(self, name: str, row: Mapping[str, Any]) -> str:
        tool = next(t for one in self.specialists.values() for t in one.tools.tools() if t.name == name)
        known = {**row, **self.day.world.setting(self.day.at).known}
        return canonical_json(_plain(tool.call(known)))

    def _write(self, asset: str, record_id: str, answer: Mapping[str, Any]) -> Result:
        try:
            judged = self.answer_model(asset).model_validate(answer)
        except ValidationError as error:
            first = error.errors(include_url=False)[0]
            return Result(f"{'.'.join(map(str, first['loc']))}: {first['msg']}", is_error=True)
        line, row = WORKFORCE.stage(asset), self._rows[record_id]
        try:
            decision = self._decide(line, row, judged)
        except (ValidationError, KeyError) as error:
            return Result(f"not now: {error}"[:300], is_error=True)
        return self._settled(line, row, decision)

    def _decide(self, line: StageLine, row: dict[str, Any], judged: Any) -> Decision:
        specialist = self.specialists[line.asset]
        record = read_record(specialist, row, self.day.world.setting(self.day.at))
        decision = decide_by_rules(specialist, record).decision
        if isinstance(decision, NeedsJudgement):
            decision = self._answered(specialist, record, judged)
        act = specialist.tools.act_all()
        if act is not None and isinstance(decision, Decided):
            (decision,) = act([Act(record, decision.output, Provenance("model:harness"))])
        return decision

    def _answered(self, specialist: Specialist, record: Any, judged: Any) -> Decision:
        if isinstance(judged, specialist.blueprint.makes):
            return Decided(judged)
        return specialist.blueprint.settle(record, judged)

    def _settled(self, line: StageLine, row: dict[str, Any], decision: Decision) -> Result:
        record_id = row["record_id"]
        if not isinstance(decision, Decided):
            disposition = "held" if isinstance(decision, Hold | NeedsJudgement) else "skipped"
            return self._end(record_id, line.asset, disposition, f"the record ends here: {decision.why}")
        made = decision.output.model_dump(mode="json")
        self._made[record_id][line.asset] = made
        row.update(decision.output.model_dump())
        following = next((stage for stage in WORKFORCE.stages if stage.of == line.asset), None)
        if following is None:
            return self._end(record_id, line.asset, "done", "sent")
        stopped = self._stopped(following, row)
        if stopped is not None:
            return self._settled(following, row, stopped)
        return Result(canonical_json(made))

    def _stopped(self, line: StageLine, row: Mapping[str, Any]) -> Decision | None:
        """Where routing or rules stop a record before a stage, nobody is asked: told now, it saves a turn."""
        routed = WORKFORCE.card.route(line.asset)(row)
        if routed is not None:
            return routed
        specialist = self.specialists[line.asset]
        record = read_record(specialist, row, self.day.world.setting(self.day.at))
        decision = decide_by_rules(specialist, record).decision
        return None if isinstance(decision, NeedsJudgement | Decided) else decision

    def _end(self, record_id: str, asset: str, disposition: str, why: str) -> Result:
        self.ends[record_id] = {"asset": asset, "disposition": disposition, "made": self._made[record_id]}
        return Result(why, ended=True)


def _without_gate(specialist: Specialist) -> Specialist:
    """The send gate is the workforce's own: a general harness has no graders to run again."""
    rules = tuple(rule for rule in specialist.blueprint.rules if getattr(rule, "__name__", "") != "send_gate")
    return replace(specialist, blueprint=all_judged(replace(specialist.blueprint, rules=rules)))


def _schema(answer: type[BaseModel] | None) -> dict[str, Any]:
    schema: dict[str, Any] = (
        answer.model_json_schema() if answer else {"type": "object", "properties": {}, "required": []}
    )
    named = {"record_id": {"type": "string"}, **schema["properties"]}
    return {**schema, "properties": named, "required": ["record_id", *schema.get("required", [])]}


def _plain(value: Any) -> Any:
    if isinstance(value, BaseModel):
        return value.model_dump(mode="json", exclude_none=True)
    if isinstance(value, list):
        return [_plain(one) for one in value]
    return json.loads(canonical_json(value)) if value is not None else None
