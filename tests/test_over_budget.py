"""Over budget: records are held with the cap's name, the rest goes on, and people are told."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
import typer

from resources.gateway.answers import Answer, Answered, OverBudget, Usage
from resources.gateway.ports import Question
from resources.gateway.purse import Purse
from specialists.specialist import Blueprint, blueprint
from specialists.strict_yaml import CardError
from tests.outbound import SAMPLE_DAY, Outbound
from tests.test_cli import workforce
from workforce_assets import manager, specialist_resource
from workforce_assets.cli.backfill import _agree, _run
from workforce_assets.cli.spent import spent_days
from workforce_assets.forecast import rehearsal
from workforce_assets.outbound import OUTBOUND
from workforce_assets.prepare import prepare
from workforce_assets.runner import runner
from workforce_assets.world import World

AT = datetime(2026, 3, 2, 15, tzinfo=UTC)
NEXT_DAY = date(2026, 3, 3)
# One call's worst case and its bill, in US dollars.
RESERVED, BILLED = 0.03, 0.01
RUNS_CAP = "budget: the run's 0.05 USD are spent or reserved"


@dataclass
class PaidWriter:
    """A hosted model that writes drafts; `asked` is the provider's own log."""

    asked: list[str] = field(default_factory=list)

    async def ask(self, question: Question, purse: Purse) -> Answer:
        reservation = await purse.reserve(RESERVED)
        if reservation is None:
            return OverBudget(purse.why)
        await reservation.settle(BILLED)
        self.asked.append(question.record["record_id"])
        draft = {
            "subject": "Invoices at {company}",
            "body": "Hello {first_name},\n{call_to_action}: {link}",
        }
        return Answered(draft, Usage(900, 40, BILLED))

    def stop(self) -> None:
        """Nobody waits."""

    async def close(self) -> None:
        """It holds no connections."""

    @property
    def bill(self) -> float:
        return round(len(self.asked) * BILLED, 9)


@pytest.fixture
def writer(monkeypatch: pytest.MonkeyPatch) -> Iterator[PaidWriter]:
    """The Writer judged by a model that costs money; the other specialists as they are pinned."""
    paid, pinned = PaidWriter(), specialist_resource._candidate

    def candidate(made_by: Blueprint, world: World) -> Any:
        return paid if made_by.name == "writer" else pinned(made_by, world)

    monkeypatch.setattr(specialist_resource, "_candidate", candidate)
    yield paid


def run(home: Outbound, max_usd: float | None) -> Any:
    prepare(home.settings)
    with runner(home.settings, OUTBOUND) as at_work:
        return at_work.run(SAMPLE_DAY.isoformat(), AT, max_usd)


def test_a_run_stops_paying_at_its_cap_and_goes_on(outbound: Outbound, writer: PaidWriter) -> None:
    """Nothing is billed above it, every other record is held for it, templates are sent all the same. With
    money again only those are asked for."""
    outbound.hand_in()
    report = run(outbound, 0.05)
    drafts = outbound.rows("drafted_emails")
    held = [row["record_id"] for row in drafts if RUNS_CAP in (row["reason"] or "")]
    assert 0 < writer.bill <= 0.05 and held
    assert report.over_budget == {RUNS_CAP: len(held)}
    assert report.as_json()["assets"]["drafted_emails"]["over_budget"] == {RUNS_CAP: len(held)}
    assert outbound.mails()
    paid = list(writer.asked)
    assert run(outbound, None).over_budget == {}
    assert writer.asked[: len(paid)] == paid
    assert sorted(writer.asked[len(paid) :]) == sorted(held)


def test_status_says_what_is_spent_of_which_cap(outbound: Outbound, writer: PaidWriter) -> None:
    """The store's sum is the provider's bill."""
    outbound.hand_in(limit=30)
    run(outbound, None)
    (day,) = spent_days(outbound.settings, OUTBOUND)
    assert (day.day, day.usd, day.by_specialist) == ("2026-03-02", writer.bill, {"writer": writer.bill})
    _, out, _ = workforce(outbound.root, "status", "--json")
    budget = json.loads(out)["budget"]
    assert budget["usd_per_day"] == 5.0 and budget["spent"]["2026-03-02"]["usd"] == writer.bill
    _, out, _ = workforce(outbound.root, "status")
    assert f"{writer.bill:.4f} / 5.00" in out


def test_a_backfill_s_cap_is_for_all_its_runs(outbound: Outbound, writer: PaidWriter) -> None:
    """The second day may spend what the first has left."""
    for day in (SAMPLE_DAY, NEXT_DAY):
        outbound.hand_in(day=day)
    prepare(outbound.settings)
    with runner(outbound.settings, OUTBOUND) as at_work:
        first, second = _run(at_work, [SAMPLE_DAY, NEXT_DAY], AT, 0.10)
    assert first.cost_usd > 0 and second.over_budget
    assert 0 < writer.bill <= 0.10


def test_a_backfill_that_may_cost_asks_or_says_how(
    outbound: Outbound, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Where nobody can be asked, the way out is named; with consent it goes on, and says what it may cost."""
    original = blueprint("writer")
    hosted = replace(original, pin=original.pin.model_copy(update={"candidate": "openai/gpt-4o-mini"}))
    monkeypatch.setattr(rehearsal, "blueprint", lambda name: hosted if name == "writer" else blueprint(name))
    outbound.hand_in(limit=30)
    with pytest.raises(typer.Exit) as stopped:
        _agree(outbound.settings, OUTBOUND, [SAMPLE_DAY], AT, quiet=True, agreed=False)
    assert stopped.value.exit_code == 2
    error = capsys.readouterr().err
    assert "may cost" in error and "--yes" in error and "--max-usd" in error
    _agree(outbound.settings, OUTBOUND, [SAMPLE_DAY], AT, quiet=False, agreed=True)
    assert "openai/gpt-4o-mini" in capsys.readouterr().out


def test_a_cap_for_nobody_is_a_card_error(tmp_path: Path) -> None:
    """A misspelt specialist would have no cap and say nothing."""
    card = tmp_path / "outbound.yaml"
    shipped = Path(manager.__file__).with_name("outbound.yaml").read_text("utf-8")
    card.write_text(f"{shipped}budget_usd_per_day_of: {{writter: 1.0}}\n", "utf-8")
    with pytest.raises(CardError, match="writter works in no stage"):
        manager.workforce(card, OUTBOUND.intake, *OUTBOUND.stages)


def test_the_lower_of_two_run_caps_holds() -> None:
    """The card's is the owner's word; a run can only ask for less."""
    card = OUTBOUND.card.model_copy(update={"budget_usd_per_run": 1.0})
    assert [card.caps(asked).per_run for asked in (None, 0.5, 2.0)] == [1.0, 0.5, 1.0]
    assert [OUTBOUND.card.caps(asked).per_run for asked in (None, 2.0)] == [None, 2.0]
