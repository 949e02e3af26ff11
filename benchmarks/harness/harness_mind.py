"""What a model would say to the general harness: the right next step, by the key. Simulated."""

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

from benchmarks.harness.answer_key import Key
from benchmarks.harness.harness_tools import READS, WRITES
from benchmarks.harness.sample import WORKFORCE

_RECORD = re.compile(r'"record_id":"([^"]+)"')
REPORT = (
    "This lead is done: I looked up the company and the person, scored the lead, and acted on the result."
)


def next_turn(body: Mapping[str, Any], key: Key, whole: Mapping[str, Mapping[str, Any]] | None = None) -> Any:
    """Content blocks. `whole`: by asset and record id, the hand-off written out instead of the answer."""
    record_id, done, ended = _so_far(body["messages"])
    if ended:
        return [{"type": "text", "text": REPORT}]
    waiting = [name for name in WRITES if name not in done]
    if not done:
        return _calls([(name, {"record_id": record_id}) for name in READS])
    name = waiting[0] if waiting else "send_email"
    answer = key[WORKFORCE.stage(WRITES[name]).by][record_id]
    if whole is not None and record_id in whole.get(WRITES[name], {}):
        answer = whole[WRITES[name]][record_id]
    return _calls([(name, {"record_id": record_id, **answer})])


def _so_far(messages: Sequence[Mapping[str, Any]]) -> tuple[str, set[str], bool]:
    """The record at hand, the tools that worked for it, and whether the last said that it ends."""
    record_id, done, ended = "", set[str](), False
    names: dict[str, str] = {}
    for message in messages:
        for block in message["content"]:
            if message["role"] == "user" and block["type"] == "text":
                record_id, done, ended = _RECORD.search(block["text"])[1], set(), False  # type: ignore[index]
            elif block["type"] == "tool_use":
                names[block["id"]] = block["name"]
            elif block["type"] == "tool_result" and not block.get("is_error"):
                done.add(names[block["tool_use_id"]])
                ended = names[block["tool_use_id"]] in WRITES and not block["content"].startswith("{")
    return record_id, done, ended


def _calls(wanted: Sequence[tuple[str, Mapping[str, Any]]]) -> list[dict[str, Any]]:
    return [
        {
            "type": "tool_use",
            "id": f"toolu_{number:024}",
            "name": name,
            "input": json.loads(json.dumps(arguments)),
        }
        for number, (name, arguments) in enumerate(wanted)
    ]
