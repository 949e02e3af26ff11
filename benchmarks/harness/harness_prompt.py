"""The general harness's system prompt and tasks: the four specialists' prompts as skills, and little else."""

from collections.abc import Mapping
from typing import Any

from benchmarks.harness.sample import WORKFORCE, Day
from specialists.records import canonical_json
from specialists.specialist import blueprint

_LEAN = """\
You work sales leads, one after the other, by four skills: enrich, score, write, send. Take them in that
order. First call every READ tool you need at once; then record each skill's answer with its tool, and go by
what the tool says. Say nothing besides: when a tool says that the record ends, you are done. Where a skill
speaks of a record, it means the lead, what the READ tools say of it, and what the earlier skills made.
"""
# What stays the same when nobody thought about tokens: nothing is asked to be short.
_NAIVE = """\
You are a helpful sales development agent. You work sales leads from start to finish by four skills: enrich,
score, write, send. Take them in that order for each lead. Use the tools to look up what you need and to
record your work. Think about what each tool says before you go on. When a lead is done, tell the user in a
short report what you did.
"""
_LEAD = (
    "record_id", "company", "domain", "first_name", "last_name", "title",
    "city", "region", "country", "ticker",
)  # fmt: skip


def system_prompt(day: Day, *, naive: bool = False) -> str:
    skills = "\n\n".join(f"<skill>\n{blueprint(line.by).prompt}</skill>" for line in WORKFORCE.stages)
    brief = canonical_json(day.world.campaign.brief().model_dump(mode="json"))
    return f"{_NAIVE if naive else _LEAN}\nThe campaign's `brief`: {brief}\n\n{skills}"


def task(lead: Mapping[str, Any], day: Day) -> str:
    """The lead as its file has it; contact details stay with the tools."""
    known = {name: lead[name] for name in _LEAD if lead.get(name)}
    return f"Work this lead; today is {day.world.partition}.\n{canonical_json(known)}"
