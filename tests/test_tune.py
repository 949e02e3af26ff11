"""Tuning: finds instructions a provider obeys, on development cases alone, within money, and proves them."""

import json
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from evals.held_out_cases import load_held_out
from evals.tuning.adapter import _REFLECT
from evals.tuning.development import CAMPAIGN, development
from evals.tuning.tune import Tuned, tune, write_proposal
from resources.campaign import load_campaign
from resources.errors import InputError
from resources.gateway.answers import Answer, Answered, OverBudget, Usage
from resources.gateway.ports import Question
from resources.gateway.purse import Purse
from specialists.specialist import blueprint
from tests.eval_fixtures import HOSTED, TODAY, judged_cases

SENDER = blueprint("sender")
HELD_OUT = judged_cases("sender")[0:288:8]
# What the scripted model obeys, and what only helps where the answer was seen before.
OBEYED, MEMORY = "Read the whole message.", "The answers are in the examples."
USD, WRITES = 0.001, "anthropic/claude-haiku-5-5"


def labels() -> dict[str, str]:
    cases = development(SENDER)
    known = {one.record.record_id: (one.right or {})["label"] for one in (*cases.reflected, *cases.chosen)}
    return known | {case.record_id: (case.expect.judged or {})["label"] for case in HELD_OUT}


@dataclass
class Obedient:
    """Right about half of the records; about all it knows with OBEYED in its prompt, and with MEMORY about
    those it saw when it was tuned. Asked to improve, it adds `adds`. `calls` and `billed`: its own log."""

    adds: str = OBEYED
    usd: float = USD
    calls: list[Question] = field(default_factory=list)
    billed: float = 0.0
    label_of: dict[str, str] = field(default_factory=labels)

    async def ask(self, question: Question, purse: Purse) -> Answer:
        reservation = await purse.reserve(3 * self.usd)
        if reservation is None:
            return OverBudget(purse.why)
        self.calls.append(question)
        self.billed += self.usd
        await reservation.settle(self.usd)
        cost = Usage(100, 10, self.usd)
        if question.prompt == _REFLECT:
            return Answered({"prompt": f"{question.record['instructions']}\n{self.adds}\n"}, cost)
        return Answered(self.says(question), cost)

    def says(self, question: Question) -> dict[str, str]:
        right = self.label_of[question.record["record_id"]]
        if self.knows(question):
            return {"label": right}
        return {"label": next(one for one in self.label_of.values() if one != right)}

    def knows(self, question: Question) -> bool:
        record_id = question.record["record_id"]
        seen = record_id not in {case.record_id for case in HELD_OUT}
        if MEMORY in question.prompt:
            return seen
        return OBEYED in question.prompt or sha256(record_id.encode()).digest()[0] % 2 == 0

    def stop(self) -> None:
        """Nobody waits."""

    async def close(self) -> None:
        """It holds no connections."""


@dataclass
class Drafting(Obedient):
    """The same for drafts: one that it does not know how to write names a price."""

    label_of: dict[str, str] = field(default_factory=dict)

    def says(self, question: Question) -> dict[str, str]:
        text = "This may help you." if self.knows(question) else "This costs 5 EUR."
        body = (
            f"Hi {{first_name}},\n\n{text}\n\n{{call_to_action}}: {{link}}\n\nBest regards,\n{{sender_name}}"
        )
        return {"subject": "A thought for {company}", "body": body}


def tuned(model: Obedient, usd: float = 5.0, **more: Any) -> Tuned:
    return tune(SENDER, HOSTED, usd, TODAY, gateway_of=lambda _: model, held_out=HELD_OUT, rounds=3, **more)


def test_the_held_out_cases_are_other_records() -> None:
    """Without that the tests below would show nothing."""
    cases = development(SENDER)
    names = {one.record.record_id for one in (*cases.reflected, *cases.chosen)}
    assert names and not names & {case.record_id for case in HELD_OUT}
    assert not {one.name for one in cases.reflected} & {one.name for one in cases.chosen}


def test_an_instruction_that_is_obeyed_is_found_and_proven(tmp_path: Path) -> None:
    """The diff adds it; the paired test on held-out cases is significant; the specialist is untouched."""
    before = {path: path.read_bytes() for path in SENDER.folder.iterdir() if path.is_file()}
    found = tuned(Obedient())
    assert found.verdict == "adopt" and OBEYED in found.new
    assert found.paired is not None and found.paired.only_second > 10 and found.paired.p_value < 0.001
    folder = write_proposal(found, tmp_path / "proposal")
    assert f"+{OBEYED}" in (folder / "prompt.diff").read_text().splitlines()
    assert (folder / "prompt.md").read_text() == found.new
    evidence = json.loads((folder / "evidence.json").read_text())
    assert evidence["verdict"] == "adopt" and evidence["held_out_cases"] == len(HELD_OUT)
    assert {path: path.read_bytes() for path in before} == before


def test_drafts_are_tuned_by_what_graders_say(tmp_path: Path) -> None:
    """The Writer's cases name no right answer: its graders score, and their reasons are the feedback."""
    model = Drafting()
    texts = judged_cases("writer")[:80:2]
    found = tune(
        blueprint("writer"), WRITES, 5.0, TODAY, gateway_of=lambda _: model, held_out=texts, rounds=3
    )
    assert found.verdict == "adopt" and OBEYED in found.new and model.billed <= 5.0
    shown = [call.record for call in model.calls if call.prompt == _REFLECT]
    assert any("price: names money" in one["feedback"] for one in shown[0]["examples"])
    assert found.as_json()["graders_that_differ_from_people"] == ["tone"]


def test_a_draft_that_is_wrong_by_its_graders() -> None:
    """Every reason of every grader; a draft that the schema or the rules would hold is wrong too."""
    cases = development(blueprint("writer"))
    one, good = cases.chosen[0], Drafting(adds=OBEYED)
    asked = Question(OBEYED, {"record_id": "r"}, {}, 1, 1.0)
    draft = good.says(asked)
    assert one.right is None and one.wrong(blueprint("writer"), draft) is None
    assert "no_pii" in str(one.wrong(blueprint("writer"), {**draft, "body": draft["body"] + " Askew"}))
    assert "could not be used" in str(one.wrong(blueprint("writer"), {**draft, "subject": "two\nlines"}))


def test_the_development_campaign_is_the_one_in_the_cases() -> None:
    """What graders hold a draft against is what its brief was made of."""
    brief = load_campaign(CAMPAIGN).brief().model_dump(mode="json")
    cases = development(blueprint("writer"))
    found = [one.record.for_judgement()["brief"] for one in (*cases.reflected, *cases.chosen)]
    assert len(found) >= 20 and sum(one == brief for one in found) >= 20


def test_the_proof_asks_every_text_once() -> None:
    """A text in other company is no second draw of chance, and costs money."""
    joined = [case for case in judged_cases("sender") if case.repeats][:5]
    model = Obedient()
    found = tune(
        SENDER, HOSTED, 5.0, TODAY, gateway_of=lambda _: model, held_out=[*HELD_OUT, *joined], rounds=3
    )
    asked = {call.record.get("record_id") for call in model.calls}
    assert found.held_out == len(HELD_OUT) and not asked & {case.record_id for case in joined}


def test_an_overfitted_prompt_is_refused() -> None:
    """It is better on every development case and no better on the held-out ones."""
    found = tuned(Obedient(adds=MEMORY))
    assert MEMORY in found.new and found.verdict == "refused"
    assert found.paired is not None and found.paired.only_second <= found.paired.only_first


def test_what_helps_nothing_is_not_proposed() -> None:
    """No proposal is better on the development cases: nothing is measured on held-out ones."""
    model = Obedient(adds="Be polite.")
    found = tuned(model)
    assert found.verdict == "nothing found" and found.new == SENDER.prompt and found.diff() == ""
    assert found.proof_usd == 0


def test_held_out_cases_never_reach_the_tuner() -> None:
    """By the provider's own log: until the last proposal was tried, no held-out record was in any call."""
    model = Obedient()
    tuned(model)
    held_out = {case.record_id for case in load_held_out("sender")}
    last = max(number for number, call in enumerate(model.calls) if call.prompt == _REFLECT)
    shown = [str(call.record) for call in model.calls[: last + 1]]
    assert not any(record_id in text for text in shown for record_id in held_out)
    first = next(n for n, call in enumerate(model.calls) if call.record.get("record_id") in held_out)
    assert first > last and len(model.calls) - first == 2 * len(HELD_OUT)


@pytest.mark.parametrize("usd", [0.0, 0.3, 0.5])
def test_the_budget_is_not_exceeded(usd: float) -> None:
    """By the provider's own bill, however little there is; what could not be paid is never adopted."""
    model = Obedient()
    found = tuned(model, usd)
    assert model.billed <= usd + 1e-9
    assert model.billed == pytest.approx(found.tuning_usd + found.proof_usd)
    assert found.verdict != "adopt" or found.paired is not None


def test_a_budget_that_ends_in_the_proof_proves_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Found, but the held-out cases could not all be asked: no verdict, no adoption."""
    monkeypatch.setattr("evals.tuning.tune.FOR_TUNING", 0.95)
    cases = development(SENDER)
    found = tuned(Obedient(), USD * (3 * len(cases.chosen) + 30))
    assert found.verdict == "not proven: over budget" and found.paired is None


@pytest.mark.parametrize(
    ("name", "candidate", "words"),
    [
        ("sender", "local/reply-intent", "reads no prompt"),
        ("judge", WRITES, "cases are for judgement"),
    ],
)
def test_what_cannot_be_tuned(name: str, candidate: str, words: str) -> None:
    with pytest.raises(InputError, match=words):
        tune(blueprint(name), candidate, 1.0, TODAY, gateway_of=lambda _: Obedient())
