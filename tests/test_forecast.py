"""The forecast: the real rules are run, nothing is spent, and what the run then costs lies inside it."""

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from resources.gateway.answers import Answered, Usage
from resources.gateway.prices import Counts, PriceError, price_of
from resources.home import Home
from resources.journal import JournalKey, Judgement
from resources.store.engine import open_engine
from resources.store.group_commit import GroupCommit
from resources.store.journal import StoredJournal
from resources.store.journal_history import used_by
from resources.tokens import count_tokens
from specialists.judgement import journal_key
from specialists.reading import read_record
from specialists.specialist import blueprint
from tests.outbound import LIMIT, SAMPLE, SAMPLE_DAY, Outbound
from tests.test_cli import workforce
from workforce_assets.forecast.estimate import StandIn, estimate, may_cost
from workforce_assets.forecast.forecast import Forecast
from workforce_assets.forecast.interval import Interval, mean_of, share
from workforce_assets.forecast.judgement_cost import from_prompt
from workforce_assets.outbound import OUTBOUND
from workforce_assets.prepare import prepare

pytest_plugins = ["tests.store_fixtures"]

HAIKU = "anthropic/claude-haiku-5-5"
AT = datetime(2026, 3, 2, 15, tzinfo=UTC)


def forecast(home: Outbound, days: Sequence[date] = (SAMPLE_DAY,), **more: Any) -> Forecast:
    chosen = {"writer": HAIKU, **more.pop("candidates", {})}
    return estimate(home.settings, OUTBOUND, days, AT, chosen, **more)


def calls(found: Forecast, specialist: str) -> Interval:
    return next(one.calls for one in found.specialists if one.specialist == specialist)


def held_for_judgement(home: Outbound) -> int:
    """What the run itself held at the Writer because no model is pinned: the calls a model would have had."""
    return sum("no model is pinned" in (row["reason"] or "") for row in home.rows("drafted_emails"))


def test_all_rows_rehearsed_give_the_run_s_own_count(ran: Outbound) -> None:
    """Over the whole cohort the Writer's calls are exactly the records that the real run held for a model."""
    counted = held_for_judgement(ran)
    assert counted > 0
    assert calls(forecast(ran), "writer") == Interval(counted, counted, counted)


def test_a_sample_s_interval_holds_the_run_s_own_count(ran: Outbound) -> None:
    """From 25 of the leads; the sample is the same each time."""
    found = calls(forecast(ran, sample=25), "writer")
    assert found.low <= held_for_judgement(ran) <= found.high
    assert found.low < found.high
    assert found == calls(forecast(ran, sample=25), "writer")


def test_what_waits_for_an_answer_may_go_on(ran: Outbound) -> None:
    """The Sender's calls depend on drafts that nobody has written yet: none of them to all of them."""
    found = calls(forecast(ran, candidates={"sender": HAIKU}), "sender")
    assert found.high >= found.low + held_for_judgement(ran)


def test_a_forecast_changes_nothing(ran: Outbound) -> None:
    """No mail, no file, no row: the home is the same byte for byte."""

    def content() -> dict[str, bytes]:
        files = (path for path in sorted(ran.root.rglob("*")) if path.is_file())
        return {str(path): path.read_bytes() for path in files if path.suffix not in (".sqlite-shm",)}

    before = content()
    forecast(ran, candidates={"sender": HAIKU})
    after = content()
    assert sorted(after) == sorted(before)
    assert [path for path in after if after[path] != before[path]] == []


def test_a_home_that_is_not_there_is_not_made(tmp_path: Path) -> None:
    """A file stands for days that have no cohort; it lies in a home of its own."""
    other, missing = Outbound(tmp_path / "other"), Outbound(tmp_path / "missing")
    other.hand_in()
    days = (SAMPLE_DAY, date(2031, 1, 1))
    found = forecast(missing, days, stand_in=StandIn(Home(other.root), SAMPLE_DAY))
    assert not missing.root.exists()
    assert found.leads.likely == 2 * sum(1 for row in _accepted(other))
    assert calls(found, "writer").low > 0


def _accepted(home: Outbound) -> list[dict[str, Any]]:
    from resources.cohort import load_cohort

    return [row for row in load_cohort(Home(home.root), SAMPLE_DAY).leads() if row["disposition"] == "done"]


def test_a_day_without_a_cohort_is_like_the_lakes(ran: Outbound) -> None:
    """The share that was judged, of as many leads as the lake's days had."""
    found = forecast(ran, [date(2026, 3, 9)])
    assert found.leads.likely == sum(row["disposition"] == "done" for row in ran.rows("leads"))
    judged = calls(found, "writer")
    assert judged.low < held_for_judgement(ran) < judged.high
    assert judged.likely == pytest.approx(held_for_judgement(ran))


def test_what_the_journal_holds_costs_nothing_again(outbound: Outbound) -> None:
    """A judgement of the pinned candidate that was paid for is no call any more."""
    outbound.hand_in(limit=30)
    outbound.run()
    waiting = held_for_judgement(outbound)
    assert waiting > 0
    pinned = replace(blueprint("writer"), pin=blueprint("writer").pin.model_copy(update={"candidate": HAIKU}))
    from workforce_assets.forecast import rehearsal

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(rehearsal, "blueprint", lambda name: pinned if name == "writer" else blueprint(name))
        found = estimate(outbound.settings, OUTBOUND, [SAMPLE_DAY], AT, {})
        assert calls(found, "writer").likely == waiting
        _pay_for_all(outbound, pinned)
        found = estimate(outbound.settings, OUTBOUND, [SAMPLE_DAY], AT, {})
    assert calls(found, "writer") == Interval(0, 0, 0)


def _pay_for_all(home: Outbound, writer: Any) -> None:
    from workforce_assets.world import World

    engine = open_engine(home.settings.operations_url)
    world = World(home.settings.home, home.settings.lake, engine, SAMPLE_DAY)
    line = OUTBOUND.stage("drafted_emails")
    built = writer.build(world.grants(OUTBOUND, line, AT), None)
    answer = Answered({"subject": "Hello", "body": "Hello {first_name}"}, Usage(900, 80, 0.002))
    rows = [row for row in home.rows("scored_leads") if row["disposition"] == "done"]
    keys = [journal_key(writer, read_record(built, row, world.setting(AT))) for row in rows]
    StoredJournal(engine, GroupCommit(engine)).keep_all(
        dict.fromkeys(keys, Judgement(f"model:{HAIKU}", answer))
    )
    engine.dispose()


def test_tokens_and_money_come_from_the_journal_where_it_knows(ran: Outbound, tmp_path: Path) -> None:
    """From 20 judgements of this candidate on: their means, with the money as it was billed."""
    home = Outbound(tmp_path / "home")
    home.hand_in(limit=30)
    prepare(home.settings)
    engine = open_engine(home.settings.operations_url)
    journal = StoredJournal(engine, GroupCommit(engine))
    for number in range(20):
        usage = Usage(1000 + number % 2, 100, 0.5)
        judgement = Judgement(f"model:{HAIKU}", Answered({}, usage))
        journal.keep_all({JournalKey("writer", "v0", f"lead-{number}", "c"): judgement})
    engine.dispose()
    (writer,) = [one for one in forecast(home).specialists if one.specialist == "writer"]
    assert writer.source.startswith("measured: 20 judgements")
    assert writer.usd == writer.calls * 0.5
    assert writer.tokens_in.likely == pytest.approx(writer.calls.likely * 1000.5)


def test_history_is_the_same_on_every_store(store: Any) -> None:
    """Counts and means over one candidate's judgements, large ones too; another's are not among them."""
    journal = StoredJournal(store, GroupCommit(store))
    for number, tokens in enumerate((60_000, 80_000)):
        key = JournalKey("writer", "v1", f"lead-{number}", "c")
        journal.keep_all({key: Judgement("model:a/b", Answered({}, Usage(tokens, 10, 0.25)))})
    found = used_by(store, "writer", "a/b")
    assert found is not None
    assert (found.judgements, found.tokens_in.mean, found.usd.mean) == (2, 70_000, 0.25)
    assert found.tokens_in.mean_square == pytest.approx((60_000**2 + 80_000**2) / 2)
    assert used_by(store, "writer", "a/c") is None and used_by(store, "scorer", "a/b") is None


@pytest.mark.parametrize("model", ["nobody/nothing", "openai/claude-haiku-5-5", "claude", ""])
def test_an_unknown_price_is_an_error_and_not_zero(model: str) -> None:
    """Also a model of another provider that happens to have the name."""
    with pytest.raises(PriceError, match="no price for it"):
        price_of(model)


def test_prices_are_litellms_own(monkeypatch: pytest.MonkeyPatch) -> None:
    """litellm itself is the oracle, for a model listed with and one listed without its provider's name."""
    monkeypatch.setenv("LITELLM_LOCAL_MODEL_COST_MAP", "True")
    import litellm

    for model in (HAIKU, "openai/gpt-4o-mini", "gpt-4o-mini", "groq/openai/gpt-oss-20b"):
        told = litellm.get_model_info(model)
        price = price_of(model).rates[0]
        assert (price.input, price.output) == (
            told["input_cost_per_token"],
            told["output_cost_per_token"],
        )


@example(sizes=(1.0, 1.0), written=1.0)
@given(sizes=st.tuples(st.floats(0, 1), st.floats(0, 1)), written=st.floats(0, 1))
def test_a_bill_lies_inside_its_forecast(sizes: tuple[float, float], written: float) -> None:
    """A forecast and a bill read one table: whatever of the input is written to the provider's cache."""
    price = price_of("anthropic/claude-haiku-4-5")
    told = from_prompt(blueprint("writer"), price, [{"company": "North"}, {"company": "South Mills"}])
    least, most = told.tokens_in.low, told.tokens_in.high
    tokens_in = round(least + (most - least) * sizes[0])
    tokens_out = round(told.tokens_out.low + (told.tokens_out.high - told.tokens_out.low) * sizes[1])
    billed = price.usage(Counts(tokens_in, tokens_out, cache_write=int(tokens_in * written))).usd
    assert told.usd.low <= billed <= told.usd.high


def test_tokens_are_counted_without_a_download() -> None:
    """Known counts of cl100k_base; the text of a special token is only text."""
    assert [count_tokens(text) for text in ("", "hello world", "<|endoftext|>")] == [0, 2, 7]


@given(st.integers(0, 200), st.integers(1, 200))
def test_a_share_is_inside_its_interval(of: int, among: int) -> None:
    found = share(min(of, among), among)
    assert 0 <= found.low <= found.likely <= found.high <= 1


def test_intervals_of_shares_are_clopper_and_pearsons() -> None:
    """0 of 59 and 59 of 59 two-sided at 95 %: the closed forms; nothing seen says nothing."""
    assert share(0, 59).high == pytest.approx(1 - 0.025 ** (1 / 59))
    assert share(59, 59).low == pytest.approx(0.025 ** (1 / 59))
    assert share(0, 0) == Interval(0, 0, 1)
    assert mean_of(10, 100, 5) == Interval(10, 10, 10)


def test_without_a_hosted_model_nothing_can_cost() -> None:
    """As shipped: a backfill does not even ask."""
    assert not may_cost(OUTBOUND)


def test_the_command_prints_exactly_one_json_object(tmp_path: Path) -> None:
    """For a file, before any home exists; every interval in order, and the caps beside it."""
    arguments = ("estimate", "outbound", "--from", "2026-03-02", "--to", "2026-03-03")
    lead_file = ("--leads", str(SAMPLE / "leads" / "2026-03-02.csv"))
    directory = ("--directory", str(SAMPLE / "directory.yaml"), "--candidate", f"writer={HAIKU}")
    code, out, err = workforce(
        tmp_path / "home", *arguments, *lead_file, *directory, "--sample", str(LIMIT), "--json"
    )
    assert code == 0, err
    told = json.loads(out)
    assert set(told["days"]) == {"2026-03-02", "2026-03-03"}
    for interval in (told["usd"], told["calls"], told["seconds"], told["specialists"]["writer"]["tokens_in"]):
        assert 0 < interval["low"] <= interval["likely"] <= interval["high"]
    assert told["caps"]["usd_per_day"] == 5.0
    assert not (tmp_path / "home").exists()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--to", "2026-03-01"), ("--to", "before")),
        (("--to", "2026-03-02"), ("no cohort", "--leads")),
        (("--to", "2026-03-02", "--candidate", "writer"), ("--candidate", "specialist=model-id")),
        (("--to", "2026-03-02", "--candidate", "poet=a/b"), ("poet", "writer")),
    ],
)
def test_bad_usage_is_one_line_and_exit_2(
    tmp_path: Path, arguments: Sequence[str], words: Sequence[str]
) -> None:
    code, out, err = workforce(tmp_path / "home", "estimate", "outbound", "--from", "2026-03-02", *arguments)
    assert (code, out) == (2, "")
    assert err.count("\n") == 1 and all(word in err for word in words), err
