"""No cap is ever exceeded, whatever the interleaving; what was never settled counts as spent."""

import asyncio
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, delete, event

from resources.budget import Reservation, cap_named_in
from resources.store.budget import Caps, StoredBudget
from resources.store.engine import writing
from resources.store.group_commit import CommitFailed, GroupCommit
from resources.store.spending import spent_by_day, spent_in_run
from resources.store.tables import spending

pytest_plugins = ["tests.store_fixtures"]

DAY = date(2026, 3, 2)


def budget(
    store: Engine,
    cap: float = 1.0,
    *,
    of: Mapping[str, float] | None = None,
    per_run: float | None = None,
    workforce: str = "outbound",
    day: date = DAY,
    run: str = "run-1",
    patience: float = 0.0,
) -> StoredBudget:
    caps = Caps(cap, of or {}, per_run)
    return StoredBudget(GroupCommit(store), workforce, day, run, caps, patience_seconds=patience)


def reserve(asked: StoredBudget, usd: float, specialist: str = "writer") -> Reservation | None:
    return asyncio.run(asked.reserve(specialist, usd))


def spent(store: Engine, *asked: StoredBudget) -> float:
    """What the store counts, after all that these budgets have settled: a refusal is written behind it."""
    for one in asked:
        assert reserve(one, 1e6) is None
    return round(sum(sum(day.values()) for day in spent_by_day(store, "outbound").values()), 9)


def test_an_unsettled_reservation_counts_as_spent(store: Engine) -> None:
    """A killed run may have been billed."""
    assert reserve(budget(store), 0.6) is not None
    assert spent(store) == 0.6
    assert reserve(budget(store), 0.5, "scorer") is None


def test_settling_gives_back_what_was_not_spent(store: Engine) -> None:
    """To the billionth of a dollar; settling again with another bill counts the last one."""
    asked = budget(store)

    async def settle() -> None:
        reservation = await asked.reserve("writer", 0.6)
        assert reservation is not None
        await reservation.settle(0.3)
        await reservation.settle(0.0000001)

    asyncio.run(settle())
    assert spent(store, asked) == 0.0000001
    assert reserve(asked, 0.9999999) is not None


def test_a_bill_above_the_worst_case_is_counted_whole(store: Engine) -> None:
    """What the provider billed was spent, whatever had been reserved."""
    asked = budget(store)

    async def settle() -> None:
        reservation = await asked.reserve("writer", 0.6)
        assert reservation is not None
        await reservation.settle(1.5)

    asyncio.run(settle())
    assert spent(store, asked) == 1.5


def test_a_settlement_that_cannot_be_written_is_told(store: Engine) -> None:
    """It is not waited for, so whoever reserves next hears the reason; the worst case stays counted."""
    asked = budget(store)

    async def settle() -> None:
        reservation = await asked.reserve("writer", 0.6)
        assert reservation is not None
        with writing(store) as connection:
            connection.exec_driver_sql("ALTER TABLE spending RENAME TO elsewhere")
        await reservation.settle(0.1)
        with pytest.raises(CommitFailed, match="spending"):
            await asked.reserve("writer", 0.1)
        with writing(store) as connection:
            connection.exec_driver_sql("ALTER TABLE elsewhere RENAME TO spending")
        with pytest.raises(CommitFailed, match="spending"):
            await asked.reserve("writer", 0.1)
        assert await asked.reserve("writer", 0.1) is not None

    asyncio.run(settle())
    assert spent(store) == 0.7


@pytest.mark.parametrize(
    ("asked", "reason"),
    [
        ({"cap": 0.5}, "budget: the day's 0.50 USD for outbound are spent or reserved"),
        ({"of": {"writer": 0.5}}, "budget: the day's 0.50 USD for writer are spent or reserved"),
        ({"per_run": 0.5}, "budget: the run's 0.50 USD are spent or reserved"),
    ],
)
def test_each_cap_refuses_and_is_named(store: Engine, asked: dict[str, object], reason: str) -> None:
    """The reason is the one a record is held for, and can be found in a longer one."""
    capped = budget(store, **asked)  # type: ignore[arg-type]
    kept = reserve(capped, 0.4)
    assert kept is not None and reserve(capped, 0.2) is None
    assert capped.refusal("writer") == reason
    assert cap_named_in(f"odd numbers are judgement; {reason}") == reason


def test_caps_stop_nobody_else(store: Engine) -> None:
    """Another workforce, day, specialist or run has money of its own."""
    assert reserve(budget(store, of={"writer": 0.5}, per_run=0.5), 0.5) is not None
    assert reserve(budget(store, workforce="digest"), 1.0) is not None
    assert reserve(budget(store, day=date(2026, 3, 3)), 1.0) is not None
    assert reserve(budget(store, of={"writer": 0.5}), 0.5, "scorer") is not None
    assert reserve(budget(store, 2.0, per_run=0.5, run="run-2"), 0.5) is not None
    assert spent_in_run(store, "run-2") == 0.5


def test_what_costs_nothing_always_fits(store: Engine) -> None:
    """A local candidate needs no money, so no budget can stop it."""
    assert reserve(budget(store, 0.0), 0.0) is not None


@pytest.mark.parametrize("amount", [-1.0, float("nan"), float("inf")])
def test_an_amount_that_is_none_is_refused(store: Engine, amount: float) -> None:
    with pytest.raises(ValueError, match="not an amount"):
        reserve(budget(store), amount)


def test_threads_and_tasks_cannot_break_the_cap(store: Engine) -> None:
    """Eight committers of their own, five tasks each: 10 of 40 worst cases of 0.10 fit under 1.00."""

    async def five() -> int:
        asked = budget(store)
        held = await asyncio.gather(*(asked.reserve("writer", 0.1) for _ in range(5)))
        return sum(reservation is not None for reservation in held)

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(lambda _: asyncio.run(five()), range(8))) == 10
    assert spent(store) == 1.0


def test_a_check_and_its_spending_are_one(store: Engine) -> None:
    """Eight committers ask for the last of the money at the same moment, on a slow disk: one gets it."""
    event.listen(store, "commit", lambda connection: time.sleep(0.02))
    rivals = [budget(store) for _ in range(8)]

    async def all_of_them() -> list[Reservation | None]:
        return await asyncio.gather(*(rival.reserve("writer", 0.9) for rival in rivals))

    assert sum(reservation is not None for reservation in asyncio.run(all_of_them())) == 1
    assert spent(store) == 0.9


def test_a_record_waits_for_money_that_is_about_to_come_back(store: Engine) -> None:
    """Ten worst cases of 0.50 under a cap of 1.00, each billed 0.05: all ten fit, one after another."""
    asked = budget(store, patience=60)

    async def call() -> bool:
        reservation = await asked.reserve("writer", 0.5)
        if reservation is None:
            return False
        await asyncio.sleep(0)
        await reservation.settle(0.05)
        return True

    async def ten() -> list[bool]:
        return await asyncio.gather(*(call() for _ in range(10)))

    assert asyncio.run(ten()) == [True] * 10
    assert spent(store, asked) == 0.5


@pytest.mark.parametrize("ended", [True, False])
def test_nobody_waits_for_a_reservation_that_was_lost(store: Engine, ended: bool) -> None:
    """A call that died without settling keeps its money. The next record hears so at once, whether the task
    that lost it has ended or goes on to its next record."""
    asked = budget(store, patience=3600)

    async def lose_one() -> Reservation | None:
        lost = asked.reserve("writer", 0.6)
        assert await (asyncio.create_task(lost) if ended else lost)
        async with asyncio.timeout(60):
            return await asked.reserve("writer", 0.6)

    assert asyncio.run(lose_one()) is None


def test_a_store_that_cannot_be_written_lets_no_call_leave(store: Engine) -> None:
    """The reason is raised: nobody may take silence for a reservation."""
    with writing(store) as connection:
        connection.exec_driver_sql("DROP TABLE spending")
    with pytest.raises(CommitFailed, match="spending"):
        reserve(budget(store), 0.1)


AMOUNTS = st.integers(1, 60).map(lambda cents: cents / 100)
# One call: its specialist, its run, its worst case, what is billed of it (None: the answer is lost).
CALLS = st.lists(
    st.tuples(
        st.sampled_from(["writer", "scorer"]),
        st.sampled_from(["run-1", "run-2"]),
        AMOUNTS,
        st.one_of(st.none(), st.floats(0, 1, allow_nan=False)),
        st.integers(0, 3),
    ),
    max_size=25,
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(calls=CALLS)
def test_no_interleaving_exceeds_any_cap(
    store: Engine, calls: list[tuple[str, str, float, float | None, int]]
) -> None:
    """Two runs with a committer each; the sums are taken from the test's own log of what was let through."""
    with writing(store) as connection:
        connection.execute(delete(spending))
    open_now: dict[int, tuple[str, str, float]] = {}

    def check() -> None:
        def held(specialist: str | None = None, run: str | None = None) -> float:
            return sum(
                usd
                for who, where, usd in open_now.values()
                if specialist in (None, who) and run in (None, where)
            )

        assert held() <= 1.0 + 1e-9
        assert held(specialist="writer") <= 0.7 + 1e-9
        assert held(run="run-1") <= 0.6 + 1e-9

    async def call(number: int, one: tuple[str, str, float, float | None, int]) -> None:
        specialist, run, worst, share, pauses = one
        for _ in range(pauses):
            await asyncio.sleep(0)
        reservation = await runs[run].reserve(specialist, worst)
        if reservation is None:
            return
        open_now[number] = (specialist, run, worst)
        check()
        if share is not None:
            await asyncio.sleep(0)
            open_now[number] = (specialist, run, worst * share)
            await reservation.settle(worst * share)

    async def all_calls() -> None:
        await asyncio.gather(*(call(number, one) for number, one in enumerate(calls)))

    runs = {
        run: budget(store, of={"writer": 0.7}, per_run=0.6 if run == "run-1" else None, run=run)
        for run in ("run-1", "run-2")
    }
    asyncio.run(all_calls())
    assert spent(store, *runs.values()) == pytest.approx(
        sum(usd for _, _, usd in open_now.values()), abs=1e-6
    )
