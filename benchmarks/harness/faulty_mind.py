"""The mock provider's model for the fault runs: right by the key, and now and then wrong in what it says.

The wire's faults (429, 500, 529, timeouts, resets, cut bodies) are the provider's own plan; these are the
answers': the same kinds, equally often, for the harness's tool calls and for the specialists' JSON.
"""

import json
import random
import re
from collections.abc import Iterator, Mapping
from itertools import count
from typing import TYPE_CHECKING, Any

from benchmarks.harness.answer_key import Key
from benchmarks.harness.harness_mind import next_turn
from benchmarks.harness.sample import WORKFORCE
from specialists.specialist import blueprint

if TYPE_CHECKING:
    from tests.provider import Reply

WIRE_FAULTS = ("429", "500", "529", "timeout", "reset", "truncated")
ANSWER_FAULTS = ("refusal", "cut off", "malformed", "wrong schema", "wrong value")
_RECORD = re.compile(r'\\?"record_id\\?": ?\\?"([^"\\]+)')
# Fitting the schema and wrong: a company nobody offered, an intent nobody wrote, a link nobody allowed.
_WRONG: Mapping[str, Mapping[str, str]] = {
    "enricher": {"choice": "nobody:0"},
    "scorer": {"label": "not_interested"},
    "writer": {
        "body": "Hi {first_name},\n\n{call_to_action} {link}\n\nOr at https://prizes.example/win\n\n{sender_name}"
    },
    "sender": {},
}


class FaultyMind:
    """A script for `tests.provider.Mind`. `share` of its answers (0..1) get each of ANSWER_FAULTS."""

    def __init__(self, key: Key, share: float, seed: int) -> None:
        self._key, self._share, self._seed = key, share, seed
        self._numbers: Iterator[int] = count()

    def __call__(self, body: Mapping[str, Any]) -> "Reply":
        from tests.provider import Reply

        fault = self._fault()
        if fault == "refusal":
            return Reply("", stop="refusal")
        if any(tool["name"] == "write_enrichment" for tool in body.get("tools", ())):
            return self._to_harness(body, fault)
        return self._to_specialist(body, fault)

    def _fault(self) -> str | None:
        drawn = random.Random(f"answers/{self._seed}/{next(self._numbers)}").random()
        at = int(drawn / self._share) if self._share else len(ANSWER_FAULTS)
        return ANSWER_FAULTS[at] if at < len(ANSWER_FAULTS) else None

    def _to_harness(self, body: Mapping[str, Any], fault: str | None) -> "Reply":
        from tests.provider import Reply

        calls = []
        for block in next_turn(body, self._key):
            arguments = dict(block["input"])
            if fault in ("cut off", "malformed"):
                arguments = {"record_id": arguments["record_id"]}
            elif fault == "wrong schema":
                arguments = {"record_id": arguments["record_id"], "something": "else"}
            elif fault == "wrong value":
                arguments |= _wrong_for(block["name"])
            calls.append((block["name"], arguments))
        return Reply(calls=tuple(calls), stop="max_tokens" if fault == "cut off" else None)

    def _to_specialist(self, body: Mapping[str, Any], fault: str | None) -> "Reply":
        from tests.provider import Reply

        name = next(
            line.by for line in WORKFORCE.stages if blueprint(line.by).prompt == body["system"][0]["text"]
        )
        shown = body["messages"][0]["content"]
        if body.get("tools") and len(body["messages"]) == 1 and '"companies": []' in shown:
            return Reply(calls=tuple((tool["name"], {}) for tool in body["tools"]))
        answer = self._key[name][_RECORD.search(shown)[1]]  # type: ignore[index]
        if fault == "wrong schema":
            return Reply('{"something": "else"}')
        if fault == "wrong value":
            answer = {**answer, **_WRONG[name]}
        text = json.dumps(answer)
        if fault in ("cut off", "malformed"):
            return Reply(text[: len(text) // 2], stop="max_tokens" if fault == "cut off" else None)
        return Reply(text)


def _wrong_for(tool: str) -> Mapping[str, str]:
    by = {"write_enrichment": "enricher", "write_score": "scorer", "write_draft": "writer"}
    return _WRONG[by[tool]] if tool in by else {}
