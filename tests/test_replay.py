"""`workforce replay`: yesterday's records by another candidate, with nothing of yesterday changed."""

import json
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from typer.testing import CliRunner

from evals.paired_rows import Comparison, Done
from resources.errors import InputError
from resources.gateway.answers import Answer, Answered, OverBudget, Usage
from resources.gateway.ports import Question
from resources.gateway.purse import Purse
from specialists.grading import Verdict
from tests.outbound import SAMPLE_DAY, Outbound
from workforce_assets.cli.app import app
from workforce_assets.outbound import OUTBOUND
from workforce_assets.replay.replay import WithoutEffect, replay_of

HOSTED = "anthropic/claude-haiku-5-5"
COST = Usage(1000, 100, 0.01)
GOOD = (
    "Hi {first_name},\n\nLedgerline matches supplier invoices to purchase orders.\n\n"
    "{call_to_action}: {link}\n\nBest regards,\n{sender_name}"
)


class Model:
    """A hosted model by script, with its own log."""

    def __init__(self, body: str = GOOD) -> None:
        self.body, self.calls = body, list[Question]()

    async def ask(self, question: Question, purse: Purse) -> Answer:
        reservation = await purse.reserve(COST.usd)
        if reservation is None:
            return OverBudget(purse.why)
        self.calls.append(question)
        await reservation.settle(COST.usd)
        return Answered({"subject": "Fewer manual steps at {company}", "body": self.body}, COST)

    def stop(self) -> None:
        """Nobody waits."""

    async def close(self) -> None:
        """It holds no connections."""


def replayed(home: Outbound, name: str, candidate: str, model: Model | None = None, usd: float = 10.0) -> Any:
    gateway: Callable[[str], Any] | None = None if model is None else lambda _: model
    with replay_of(home.settings, OUTBOUND, SAMPLE_DAY, name, candidate, gateway_of=gateway) as ready:
        return ready.compare(usd)


def state(home: Outbound) -> tuple[Any, ...]:
    """All that a run could leave behind: lake, outbox, and every row of the operations store."""
    with sqlite3.connect(home.settings.home.operations_url.removeprefix("sqlite:///")) as store:
        tables = [name for (name,) in store.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        rows = {table: store.execute(f"SELECT * FROM {table}").fetchall() for table in sorted(tables)}
    return home.lake_digests(), len(home.mails()), rows


@pytest.mark.parametrize("name", ["enricher", "scorer", "writer"])
def test_the_same_again_differs_in_nothing(ran: Outbound, name: str) -> None:
    """A/A by the pinned candidate on a real day: every record, no output changed, no alarm."""
    pinned = {"enricher": "local/pair-model", "scorer": "local/message-intent", "writer": "rules"}[name]
    found = replayed(ran, name, pinned)
    asset = next(line for line in OUTBOUND.stages if line.by == name).asset
    assert found.records == len(ran.rows(asset)) > 0
    assert (found.changed_outputs, found.only_then, found.only_now, found.alarm) == (0, 0, 0, False)


def test_nothing_of_the_day_is_changed_and_nothing_is_sent(ran: Outbound) -> None:
    """Lake, outbox, journal, ledger and budget are as they were, though a model judged and was paid."""
    before = state(ran)
    model = Model()
    found = replayed(ran, "writer", HOSTED, model)
    assert len(model.calls) > 0 and found.usd == pytest.approx(COST.usd * len(model.calls))
    replayed(ran, "sender", "rules")
    assert state(ran) == before


def test_the_senders_effect_is_off(ran: Outbound) -> None:
    """What a replay works with has no effect to have, for any specialist."""
    for line in OUTBOUND.stages:
        with replay_of(ran.settings, OUTBOUND, SAMPLE_DAY, line.by, "rules") as ready:
            assert isinstance(ready.specialist.tools, WithoutEffect)
            assert ready.specialist.tools.act_all() is None


def test_a_better_and_a_worse_candidate(ran: Outbound) -> None:
    """A model that drafts what was held passes more; one that names a price fails by name, and is held."""
    better, worse = Model(), Model(GOOD.replace("orders.", "orders for 5 EUR."))
    good, bad = replayed(ran, "writer", HOSTED, better), replayed(ran, "writer", HOSTED, worse)
    assert good.only_now == 5 and good.only_then == 0
    assert not good.alarm  # 5 of 5 happen by chance one time in sixteen
    assert good.became["held", "done"] == good.only_now == len(better.calls) == good.changed_outputs
    assert bad.only_now == 0 and bad.failed_now["price"] == len(worse.calls)


def test_the_purse_has_a_bottom(ran: Outbound) -> None:
    """Never more calls than --max-usd pays; what is over budget has not passed."""
    model = Model()
    found = replayed(ran, "writer", HOSTED, model, usd=COST.usd * 3.5)
    assert len(model.calls) == 3 and found.usd == pytest.approx(COST.usd * 3) and found.only_now == 3


def test_replays_of_two_that_are_alike_alarm_at_most_one_time_in_twenty() -> None:
    """Simulated, seed 5: two draws of one candidate, 300 records, for three true pass rates."""
    chance = np.random.default_rng(5)
    for rate in (0.5, 0.9, 0.98):
        alarms = 0
        for _ in range(400):
            then, now = chance.random((2, 300)) < rate
            found = Comparison(only_then=int((then & ~now).sum()), only_now=int((now & ~then).sum()))
            alarms += found.alarm
        assert alarms <= 0.05 * 400, rate


def test_what_is_held_or_fails_a_grader_has_not_passed() -> None:
    """Closed denominators, on either side."""
    row = {"disposition": "done"}
    assert Done(row, None, ()).passed and Done({"disposition": "skipped"}, None, ()).passed
    assert not Done({"disposition": "held"}, None, ()).passed
    assert not Done(row, None, (Verdict("price", False, "names money"),)).passed


def test_the_command(ran: Outbound) -> None:
    """The forecast stands first; a hosted model is not asked without --max-usd; JSON is one object."""
    run = CliRunner(env={"COLUMNS": "120", "WORKFORCE_HOME": str(ran.root)})
    asked = ["replay", "outbound", "--date", str(SAMPLE_DAY), "--specialist", "writer", "--candidate"]
    shown = run.invoke(app, [*asked, HOSTED])
    assert shown.exit_code == 0 and "forecast" in shown.output and "give --max-usd" in shown.output
    found = json.loads(run.invoke(app, [*asked, "rules", "--json"]).stdout)
    assert found["forecast"]["judgements"] > 0 and found["replay"]["changed_outputs"] == 0
    text = run.invoke(app, [*asked, "rules"]).output
    assert text.index("forecast") < text.index("passed every grader") and "no difference is shown" in text
    for wrong, words in (
        (["replay", "outbound", "--date", "2026-03-09", *asked[4:], "rules"], "is not in the lake"),
        ([*asked, "vendor/none"], "is no candidate"),
        ([*asked[:5], "greeter", "--candidate", "rules"], "works in no stage"),
    ):
        refused = run.invoke(app, wrong)
        assert refused.exit_code == 2 and words in " ".join(refused.output.split())


def test_a_file_of_other_records_is_refused(ran: Outbound, tmp_path: Path) -> None:
    """Pairs are by record: no row is compared with another record's."""
    with replay_of(ran.settings, OUTBOUND, SAMPLE_DAY, "writer", "rules") as ready:
        other = ran.settings.lake.file("sent_emails", str(SAMPLE_DAY))
        object.__setattr__(ready, "then", other)
        with pytest.raises(InputError, match="was not made of the rows"):
            ready.compare(0.0)
