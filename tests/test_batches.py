"""Judgements in batches: nothing is paid twice, none is forgotten; the oracle is the provider's own log."""

import asyncio
import json
import os
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from threading import Event
from typing import Any

import pytest
from sqlalchemy import Engine

from resources.batches.ports import MadeAfterAll
from resources.batches.tending import BatchError, find_batch
from resources.gateway.failures import ProviderDown
from resources.store.spending import spent_in_run
from specialists import batch_reading
from specialists.specialist import _cross_check, blueprint
from specialists.strict_yaml import CardError
from tests.batch_kit import ODD, Office
from tests.gateway_kit import at_provider
from tests.provider import Mind, Provider, Reply, running

pytest_plugins = ["tests.store_fixtures"]


@pytest.fixture
def provider(monkeypatch: pytest.MonkeyPatch) -> Iterator[Provider]:
    mind = Mind(lambda body: Reply('{"word": "one"}'))
    with running(Provider(mind)) as provider:
        at_provider(monkeypatch, provider)
        yield provider


@pytest.fixture
def office(store: Engine, provider: Provider) -> Office:
    office = Office(store)
    provider.batches.now = office.clock.now
    return office


def held(rows: list[dict[str, Any]]) -> Counter[str]:
    return Counter(row["reason"].rpartition("; ")[2] for row in rows if row["disposition"] == "held")


def number_of(item: Mapping[str, Any]) -> int:
    """The record's number, as the request shows it."""
    text: str = item["params"]["messages"][0]["content"]
    return int(json.loads(text.partition("<record>\n")[2].partition("\n")[0])["number"])


def test_a_whole_round(provider: Provider, office: Office) -> None:
    """Sent in one batch and held; answered later, in any order; then done from the journal, and a third time
    for nothing. What is booked is the provider's bill."""
    provider.batches.lasts_seconds = 0.5
    first = office.run((2, *ODD))
    assert [row["record_id"] for row in first] == [f"r{number}" for number in (2, *ODD)]
    assert held(first) == {"waiting for batch b0": len(ODD)} and office.sent == ["r2"]
    assert spent_in_run(office.engine, "run-1") > 0 == provider.bill
    provider.batches.made["msgbatch_1"].ends_at = 0.0
    second = office.run((2, *ODD), follows=True)
    assert {row["disposition"] for row in second} == {"done"}
    assert provider.bill == pytest.approx(sum(row["cost_usd"] for row in second))
    assert spent_in_run(office.engine, "run-1") == pytest.approx(provider.bill, abs=1e-7)
    assert provider.batches.creates == 1 and not provider.calls
    assert office.book.batches("ended")[0].followed
    before = list(provider.batches.log)
    assert office.run((2, *ODD)) == second and provider.batches.log == before


def test_every_flush_of_a_run_is_a_batch(
    provider: Provider, office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A partition too large for one flush: the provider gets each batch once, and every one is known."""
    monkeypatch.setattr("specialists.stage.AHEAD", 2)
    monkeypatch.setattr("specialists.batch_judging.BatchJudging.together", 2)
    provider.batches.lasts_seconds = 1e6
    rows = office.run()
    assert held(rows) == {f"waiting for batch b{number}": 2 for number in range(3)}
    assert [batch.provider_id for batch in office.book.batches("waiting")] == list(provider.batches.made)
    assert provider.batches.creates == len(provider.batches.made) == 3
    for batch in provider.batches.made.values():
        batch.ends_at = 0.0
    assert not held(office.run(follows=True)) and provider.batches.creates == 3
    assert spent_in_run(office.engine, "run-1") == pytest.approx(provider.bill, abs=1e-7)


def test_a_batch_costs_half(provider: Provider, office: Office) -> None:
    """By the provider's own price list: half of what the same tokens cost in a call."""
    office.run((1,))
    (row,) = office.run((1,))
    item, *_ = provider.batches.asked()
    tokens = provider._counter.count(
        [item["params"]["model"], None, item["params"]["system"], item["params"]["output_config"]],
        item["params"]["messages"],
        '{"word": "one"}',
        cached=True,
    )
    written = replace(tokens, written=tokens.cached, cached=0)
    assert row["cost_usd"] == pytest.approx(written.usd("claude-haiku-4-5") / 2)


def test_every_end_of_a_request(provider: Provider, office: Office) -> None:
    """Answered, refused, malformed, errored and expired ones in one batch: each record has its own end, only
    what was answered or refused is kept, and only what may come right is asked again by itself."""
    ends = {3: "errored", 5: "expired"}
    said = {7: '{"word": 7}', 9: "not json"}

    def says(body: Mapping[str, Any]) -> Reply:
        number = number_of({"params": body})
        if number == 11:
            return Reply("", stop="refusal")
        return Reply(said.get(number, '{"word": "one"}'))

    provider.mind.script = says
    provider.batches.fate = lambda item: ends.get(number_of(item), "succeeded")
    office.run()
    rows = {row["record_id"]: row for row in office.run(follows=True)}
    assert rows["r1"]["disposition"] == "done"
    assert "declined" in rows["r11"]["reason"] and rows["r11"]["cost_usd"] > 0
    assert "bad request" in rows["r3"]["reason"]
    again = [number_of(item) for item in provider.batches.asked()[len(ODD) :]]
    assert sorted(again) == [5, 7, 9]
    assert all("waiting for batch b1" in rows[f"r{number}"]["reason"] for number in again)
    rows = {row["record_id"]: row for row in office.run(follows=True)}
    assert "expired" in rows["r5"]["reason"] and "schema" in rows["r7"]["reason"]
    assert "not JSON" in rows["r9"]["reason"]
    assert provider.batches.creates == 2, "what fails time and again is not asked for ever"
    assert spent_in_run(office.engine, "run-1") == pytest.approx(provider.bill, abs=1e-7)
    office.run()
    assert provider.batches.creates == 3, "a run that somebody starts asks anew"


def test_a_row_costs_what_all_its_attempts_did(provider: Provider, office: Office) -> None:
    """Malformed first; then answered, declined, malformed again or expired. Each is booked once."""
    second = {1: Reply('{"word": "one"}'), 3: Reply("", stop="refusal"), 5: Reply("still not json")}
    provider.mind.script = lambda body: Reply("not json")
    office.run((1, 3, 5, 7))
    provider.mind.script = lambda body: second[number_of({"params": body})]
    provider.batches.fate = lambda item: "expired" if number_of(item) == 7 else "succeeded"
    office.run((1, 3, 5, 7), follows=True)
    rows = office.run((1, 3, 5, 7), follows=True)
    assert provider.batches.creates == 2
    assert Counter(row["disposition"] for row in rows) == {"done": 1, "held": 3}
    assert sum(row["cost_usd"] for row in rows) == pytest.approx(provider.bill, abs=1e-7)
    assert min(row["cost_usd"] for row in rows) == rows[3]["cost_usd"] > 0
    assert spent_in_run(office.engine, "run-1") == pytest.approx(provider.bill, abs=1e-7)
    assert [row["cost_usd"] for row in office.run((1, 3))] == [row["cost_usd"] for row in rows[:2]]


def test_results_that_do_not_all_arrive(provider: Provider, office: Office) -> None:
    """A line torn off or unreadable leaves its record waiting; the next look reads it, and nothing is paid
    twice. A line that belongs to nobody is nobody's."""
    stranger = json.dumps({"custom_id": "b9-0", "result": {"type": "expired"}}) + "\n"
    provider.batches.sent_as = lambda lines: [stranger, *lines[:3], lines[3][:-20]]
    office.run()
    rows = office.run()
    assert held(rows) == {"waiting for batch b0": 3}
    assert "3 of 6 requests have no readable result" in office.book.batches("waiting")[0].detail
    provider.batches.sent_as = lambda lines: lines
    assert not held(office.run()) and provider.batches.creates == 1


@pytest.mark.parametrize(
    "usage",
    [
        {"output_tokens": None},
        {"output_tokens": "12"},
        {"output_tokens": True},
        {"output_tokens": 10**19},
        {"input_tokens": -100_000},
    ],
    ids=["null", "text", "bool", "huge", "negative"],
)
def test_an_odd_bill_is_one_records(provider: Provider, office: Office, usage: dict[str, Any]) -> None:
    """A result that says no number of tokens is malformed and counts as its worst case; the batch ends."""

    def odd(lines: list[str]) -> list[str]:
        body = json.loads(lines[0])
        body["result"]["message"]["usage"].update(usage)
        return [json.dumps(body) + "\n", *lines[1:]]

    provider.batches.sent_as = odd
    office.run()
    assert asyncio.run(office.tending().tick()).problems == []
    (batch,) = office.book.batches("ended")
    assert office.book.fates(batch.id) == {"answered": len(ODD) - 1, "malformed": 1}
    assert spent_in_run(office.engine, "run-1") > provider.bill
    rows = office.run()
    assert sum(row["cost_usd"] for row in rows) < provider.bill
    assert Counter(row["disposition"] for row in rows) == {"done": len(ODD) - 1, "held": 1}


def test_a_result_that_breaks_its_reader_is_one_records(
    provider: Provider, office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is malformed with what broke; the batch, and those after it, are read."""
    provider.mind.script = lambda body: Reply(f'{{"word": "one", "odd": {number_of({"params": body})}}}')
    real = batch_reading.misfit

    def misfit(blueprint: Any, output: Mapping[str, Any]) -> str | None:
        if output.pop("odd") == 7:  # type: ignore[attr-defined]
            raise RuntimeError("a hole in the schema")
        return real(blueprint, output)

    monkeypatch.setattr(batch_reading, "misfit", misfit)
    provider.batches.lasts_seconds = 1e6
    office.run()
    office.run((21, 23))
    for batch in provider.batches.made.values():
        batch.ends_at = 0.0
    assert asyncio.run(office.tending().tick()).problems == []
    fates = [office.book.fates(batch.id) for batch in office.book.batches("ended")]
    assert fates == [{"answered": len(ODD) - 1, "malformed": 1}, {"answered": 2}]
    provider.batches.lasts_seconds = 0.0
    office.run(follows=True)
    (row,) = [row for row in office.run(follows=True) if row["disposition"] == "held"]
    assert "cannot be read: RuntimeError: a hole in the schema" in row["reason"]


def test_a_process_of_another_version_reads_nothing(provider: Provider, office: Office) -> None:
    """It says why, and leaves the batch to a run of the version that asked: nothing is paid twice."""
    office.run()
    older = replace(office, version="0lder")
    ticked = asyncio.run(older.tending().tick())
    (batch,) = office.book.batches("waiting")
    assert [left.id for left in ticked.left] == ["b0"] and office.book.fates("b0") == {"open": len(ODD)}
    assert f"asked in version {office.version} of counter, and this process has 0lder" in batch.detail
    assert "settle b0 --by YOU --gone" in batch.detail and batch.detail in ticked.problems[0]
    rows = office.run(follows=True)
    assert not held(rows) and provider.batches.creates == 1
    assert sum(row["cost_usd"] for row in rows) == pytest.approx(provider.bill)
    assert [(batch.state, batch.detail) for batch in office.book.batches()] == [("ended", "")]


def test_what_another_version_asked_is_in_nobodys_way(provider: Provider, office: Office) -> None:
    """A newer version asks for itself; what waits in the older one is read once that is back."""
    office.run((1, 3))
    newer = replace(office, version="newer")
    newer.run((1, 3))
    assert not held(newer.run((1, 3), follows=True)) and provider.batches.creates == 2
    assert not held(office.run((1, 3), follows=True)) and provider.batches.creates == 2
    assert spent_in_run(office.engine, "run-1") == pytest.approx(provider.bill, abs=1e-7)


def test_over_budget_is_held_as_in_calls(provider: Provider, store: Engine) -> None:
    """The worst case at batch prices is reserved before anything is sent: what does not fit is held with the
    cap's name and not sent, and the bill stays under the cap."""
    office = Office(store, cap=0.006)
    rows = office.run()
    reasons = held(rows)
    sent = reasons.pop("waiting for batch b0")
    assert list(reasons) == ["budget: the day's 0.01 USD for outbound are spent or reserved"]
    assert 0 < sent == len(provider.batches.asked()) < len(ODD)
    assert spent_in_run(store, "run-1") <= 0.006
    assert held(office.run())["waiting for batch b1"], "what was settled made room"
    nothing = Office(store, cap=0.0, ids=iter(["none"])).run((21,))
    assert "budget" in nothing[0]["reason"]


def test_what_a_person_cancels(provider: Provider, office: Office) -> None:
    """Answered ones are billed and kept, the others cost nothing and are not asked again by themselves."""
    provider.batches.lasts_seconds = 1e6
    provider.batches.before_cancel = lambda item: number_of(item) < 6
    office.run()
    batch = find_batch(office.book, "msgbatch_1")
    asyncio.run(office.tending().cancel(batch))
    rows = office.run(follows=True)
    assert held(rows) == {"batch msgbatch_1 was canceled before it was answered": 3}
    assert spent_in_run(office.engine, "run-1") == pytest.approx(provider.bill, abs=1e-7)
    assert provider.batches.creates == 1
    with pytest.raises(BatchError, match="only one that the provider works on"):
        asyncio.run(office.tending().cancel(find_batch(office.book, "b0")))


@pytest.mark.parametrize("fault", ["lost", "500"])
def test_a_create_whose_answer_was_lost(provider: Provider, office: Office, fault: str) -> None:
    """It is looked for before anything is sent again. Found by its custom ids: nothing is paid twice. Never
    made: its money is free, and it is sent again."""
    provider.batches.create_fault = lambda number: fault if number == 0 else None
    office.run((21, 23))  # somebody else's, of another size
    assert held(office.run()) == {"waiting for batch b1": len(ODD)}
    provider.batches.create_fault = lambda number: None
    office.run()
    assert provider.batches.creates == 2, "nothing is sent again before it was looked for"


def test_lost_batches_are_told_apart(provider: Provider, office: Office) -> None:
    """One that was made is recognised among others of its size, one that was not is sent again."""
    provider.batches.create_fault = lambda number: {1: "lost", 2: "500"}.get(number)
    office.run((1, 3))
    office.run((5, 7))
    office.run((9, 11))
    stranger = replace(provider.batches.made["msgbatch_1"], id="msgbatch_stranger")
    stranger.requests = [{**item, "custom_id": f"x-{n}"} for n, item in enumerate(stranger.requests)]
    stranger.results = None
    provider.batches.made["msgbatch_stranger"] = stranger
    assert set(held(office.run())) == {"waiting for batch b1", "waiting for batch b2"}
    office.later(16)
    office.run(follows=True)
    rows = office.run(follows=True)
    assert not held(rows) and provider.batches.creates == 4
    ours = [item for item in provider.batches.asked() if item["custom_id"].startswith("b")]
    assert Counter(map(number_of, ours)) == Counter(ODD)


def _keeps(inner: Any, bodies: list[tuple[str, bytes]]) -> Any:
    """What is sent is kept."""
    create = inner.create

    async def kept(requests: Any) -> Any:
        bodies.extend(requests)
        return await create(requests)

    inner.create = kept
    return inner


class Meanwhile:
    """Stands before the provider: something else happens after its list was shown, or a batch was made."""

    def __init__(self, inner: Any, *, listed: Any = None, made: Any = None) -> None:
        self._inner, self._listed, self._made = inner, listed, made

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)

    async def create(self, requests: Any) -> Any:
        seen = await self._inner.create(requests)
        if self._made is not None:
            self._made()
        return seen

    async def newest(self) -> AsyncIterator[Any]:
        async for seen in self._inner.newest():
            yield seen
        self._listed()


def test_what_is_sent_while_it_is_looked_for_is_not_given_up(provider: Provider, office: Office) -> None:
    """A sender that had waited tries again once the list was read, and has no answer yet when the look ends:
    its batch is known, and paid once."""
    provider.batches.create_fault = lambda number: "500" if number == 0 else None
    bodies: list[tuple[str, bytes]] = []
    _at_provider(office, lambda inner: _keeps(inner, bodies)).run()
    made, looked = Event(), Event()

    def answered_late() -> None:
        made.set()
        assert looked.wait(30)

    async def send() -> None:
        sender = _at_provider(office, lambda inner: Meanwhile(inner, made=answered_late)).batching()
        await sender.sending.send("b0", bodies)
        await sender.tending.provider.close()

    with ThreadPoolExecutor(1) as aside:
        sent: list[Future[None]] = []

        def sends() -> None:
            sent.append(aside.submit(asyncio.run, send()))
            assert made.wait(30)

        office.later(16)
        asyncio.run(_at_provider(office, lambda inner: Meanwhile(inner, listed=sends)).tending().tick())
        looked.set()
        sent[0].result()
    assert [(batch.state, batch.provider_id) for batch in office.book.batches()] == [
        ("waiting", "msgbatch_1")
    ]
    assert not held(office.run(follows=True))
    assert len(provider.batches.asked()) == len(ODD) and len(provider.batches.made) == 1
    assert spent_in_run(office.engine, "run-1") == pytest.approx(provider.bill, abs=1e-7)


def _at_provider(office: Office, stands_before: Callable[[Any], Any]) -> Office:
    return replace(office, wrap=lambda inner, name: stands_before(inner) if name == "provider" else inner)


def test_a_batch_that_was_made_after_all_stops_the_run(provider: Provider, office: Office) -> None:
    """Given up while the provider made it (a machine that slept): said aloud, with the id to cancel."""
    gives_up = _at_provider(
        office, lambda inner: Meanwhile(inner, made=lambda: office.book.never_sent("b0", ""))
    )
    with pytest.raises(MadeAfterAll, match="made batch b0 as msgbatch_1, but it is void here"):
        gives_up.run()


def test_what_nobody_can_recognise_is_a_persons(provider: Provider, office: Office) -> None:
    """Not sent again by itself: the provider keeps no results by which it could be known."""
    provider.batches.create_fault = lambda number: "lost"
    office.run()
    provider.batches.made["msgbatch_1"].ends_at = 0.0
    seen = provider.batches._seen
    provider.batches._seen = lambda *a: {**seen(*a), "results_url": None}  # type: ignore[method-assign]
    office.later(16)
    assert set(held(office.run())) == {"waiting for batch b0"}
    (unclear,) = office.book.batches("unclear")
    assert "msgbatch_1" in unclear.detail and provider.batches.creates == 1


def test_refused_creates_follow_the_gateways_classes(provider: Provider, office: Office) -> None:
    """A rate limit is waited out, a bad request holds the records, a refused key stops the run; none of them
    leaves money reserved."""
    provider.batches.create_fault = {0: "429", 1: "529"}.get
    assert set(held(office.run((1,)))) == {"waiting for batch b0"} and provider.batches.creates == 3
    provider.batches.create_fault = lambda number: "400"
    before = spent_in_run(office.engine, "run-1")
    assert "bad request" in office.run((3,))[0]["reason"]
    provider.batches.create_fault = lambda number: "401"
    with pytest.raises(ProviderDown):
        office.run((3,))
    assert spent_in_run(office.engine, "run-1") <= before


class Killed:
    """Stands before a port, and ends the process as a power cut would: before or after its Nth use."""

    def __init__(self, at: int) -> None:
        self.left = at

    def wrap(self, inner: Any, name: str) -> Any:
        return _Mortal(inner, self)

    def step(self) -> None:
        self.left -= 1
        if self.left == 0:
            os._exit(9)


class _Mortal:
    def __init__(self, inner: Any, killed: Killed) -> None:
        self._inner, self._killed = inner, killed

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._inner, name)
        if name in ("create", "look", "results"):

            async def awaited(*args: Any) -> Any:
                self._killed.step()
                answer = await method(*args)
                self._killed.step()
                return answer

            return awaited
        if name not in ("intend", "sent", "settle", "ended", "about_to_send", "followed"):
            return method

        def called(*args: Any, **named: Any) -> Any:
            self._killed.step()
            answer = method(*args, **named)
            self._killed.step()
            return answer

        return called


def test_killed_anywhere(provider: Provider, office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    """Before or after any step of a round: every record is answered once, paid once, and booked as billed."""
    monkeypatch.setattr("resources.batches.tending.TOGETHER", 2)
    office.run((1,))  # what is slow to import is imported before the fork
    office.run((1,))
    step, ended = 0, False
    while not ended:
        step += 1
        records = [100 * step + 1, 100 * step + 3, 100 * step + 5]
        office.engine.dispose()
        ended = _ends(office, step, records)
        for _ in range(3):
            rows = office.run(records, follows=True)
            office.later(16)
        assert {row["disposition"] for row in rows} == {"done"}, step
        asked = Counter(map(number_of, provider.batches.asked()))
        assert {asked[record] for record in records} == {1}, step
        assert spent_in_run(office.engine, "run-1") == pytest.approx(provider.bill, abs=1e-6)
    assert step > 15


def _ends(office: Office, step: int, records: list[int]) -> bool:
    """Whether a process that is killed at this step has ended before it."""
    child = os.fork()
    if child == 0:
        mortal = replace(office, wrap=Killed(step).wrap, ids=iter([f"k{step}", f"l{step}"]))
        mortal.run(records)
        mortal.run(records, follows=True)
        os._exit(0)
    _, status = os.waitpid(child, 0)
    code = os.waitstatus_to_exitcode(status)
    assert code in (0, 9)
    return code == 0


def test_two_runs_at_once_ask_once(provider: Provider, office: Office) -> None:
    """What another run has written down since this one looked is not asked by this one."""
    real, other = office.book.intend, replace(office, ids=iter(["other"]))

    class Late:
        def __getattr__(self, name: str) -> Any:
            return getattr(office.book, name)

        def intend(self, *args: Any) -> Any:
            with ThreadPoolExecutor(1) as aside:
                aside.submit(other.run).result()
            return real(*args)

    rows = replace(office, wrap=lambda inner, name: Late() if name == "book" else inner).run()
    assert held(rows) == {"waiting for batch other": len(ODD)}
    assert len(provider.batches.asked()) == len(ODD)


def test_a_card_that_cannot_be_batched_is_refused() -> None:
    """Tool turns, or a model of another provider: an error on loading. A local candidate is simply live."""
    enricher, scorer = blueprint("enricher"), blueprint("scorer")
    with pytest.raises(CardError, match="one answer to each request"):
        _cross_check(_batch(enricher))
    with pytest.raises(CardError, match="Anthropic"):
        _cross_check(_batch(scorer, candidate="openai/gpt-5.4-mini"))
    _cross_check(_batch(scorer))
    _cross_check(_batch(scorer, candidate="anthropic/claude-haiku-4-5"))


def _batch(made_by: Any, candidate: str | None = None) -> Any:
    pin = made_by.pin if candidate is None else made_by.pin.model_copy(update={"candidate": candidate})
    return replace(made_by, card=made_by.card.model_copy(update={"execution": "batch"}), pin=pin)
