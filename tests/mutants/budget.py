"""Money and journal."""

from tests.mutants.mutant import Mutant

BUDGET = "resources/store/budget.py"
SPENDING = "resources/store/spending.py"
COMMITS = "resources/store/group_commit.py"
TESTS = "tests/test_budget.py"
CAMPAIGN = "tests/test_budget_campaign.py"
GROUPS = "tests/test_group_commit.py"

RESERVES = "            cap = await self._commits.commit(apply_changes, change)\n            if cap is None:"
CHECKS_FIRST = (
    "            from resources.store.spending import _Book\n"
    "            check = lambda c, asked: [_Book(c).enter(one) for one in asked]\n"
    "            cap = await self._commits.commit(check, change)\n"
    "            if cap is None:\n"
    "                await self._commits.commit(apply_changes, Change(account, reserved.counted))"
)

MUTANTS = (
    Mutant(
        "a check first, the spending in a transaction of its own",
        BUDGET,
        RESERVES,
        CHECKS_FIRST,
        f"{TESTS}::test_a_check_and_its_spending_are_one[postgresql]",
    ),
    Mutant(
        "a check first, the spending later: what the provider bills",
        BUDGET,
        RESERVES,
        CHECKS_FIRST,
        f"{CAMPAIGN}::test_a_rush_for_the_last_money_is_billed_within_the_cap[postgresql]",
    ),
    Mutant(
        "groups are decided without the lock",
        COMMITS,
        "with deciding(self._engine, SPENDING) as connection:",
        "from resources.store.engine import reading\n        with reading(self._engine) as connection:",
        f"{TESTS}::test_threads_and_tasks_cannot_break_the_cap",
    ),
    Mutant(
        "a group's own reservations are not added up",
        SPENDING,
        "return self._totals[scope] + sum(added)",
        "return self._totals[scope]",
        f"{TESTS}::test_no_interleaving_exceeds_any_cap[sqlite]",
    ),
    Mutant(
        "a run is capped by what its day has spent",
        BUDGET,
        '_cap(("run",), caps.per_run',
        '_cap(("workforce", "day"), caps.per_run',
        f"{TESTS}::test_caps_stop_nobody_else",
    ),
    Mutant(
        "a specialist has no cap of its own",
        BUDGET,
        "if specialist in caps.per_day_of:",
        "if False:",
        f"{TESTS}::test_each_cap_refuses_and_is_named",
    ),
    Mutant(
        "a reservation nobody settles is given back",
        BUDGET,
        "async def settle(self, usd: float) -> None:",
        "def __del__(self) -> None:\n"
        "        self._budget._settle(self, 0)\n\n"
        "    async def settle(self, usd: float) -> None:",
        f"{CAMPAIGN}::test_the_provider_never_bills_more_than_the_cap[sqlite]",
    ),
    Mutant(
        "what does not fit is refused while calls are in flight",
        BUDGET,
        "if not any(last.since > oldest",
        "if True or not any(last.since > oldest",
        f"{TESTS}::test_a_record_waits_for_money_that_is_about_to_come_back",
    ),
    Mutant(
        "a lost reservation is waited for",
        BUDGET,
        "self._open.pop(task, None)",
        "pass",
        f"{TESTS}::test_nobody_waits_for_a_reservation_that_was_lost",
    ),
    Mutant(
        "tasks are told before their group is durable",
        COMMITS,
        "            self._write(group)\n            _tell(group)",
        "            _tell(group)\n            self._write(group)",
        f"{GROUPS}::test_what_is_told_to_be_kept_is_on_the_disk",
    ),
    Mutant(
        "a commit each",
        COMMITS,
        "group, self._waiting = self._waiting, []",
        "group, self._waiting = self._waiting[:1], self._waiting[1:]",
        f"{GROUPS}::test_many_waiting_writes_are_few_transactions",
    ),
    Mutant(
        "one that cannot be written fails its whole group",
        COMMITS,
        "if len(group) > 1 and not isinstance(error, OperationalError):",
        "if False:",
        f"{GROUPS}::test_one_that_cannot_be_written_does_not_stop_the_others",
    ),
    Mutant(
        "a failed commit is not told",
        COMMITS,
        "        if self.error is not None:",
        "        if False:",
        f"{GROUPS}::test_a_store_that_cannot_be_written_is_told_to_everyone_who_waits",
    ),
    Mutant(
        "a paid judgement is told to be kept while it only waits",
        "resources/store/journal.py",
        "return self._commits.post(insert_judgements, judgement_values(key, judgement))",
        "import asyncio\n\n"
        "        self._commits.post(insert_judgements, judgement_values(key, judgement))\n"
        "        told = asyncio.get_running_loop().create_future()\n"
        "        told.set_result(None)\n"
        "        return told",
        f"{CAMPAIGN}::test_what_was_kept_is_never_paid_for_again[sqlite]",
    ),
    Mutant(
        "a settlement that cannot be written is forgotten",
        BUDGET,
        "            self._failure = error",
        "            pass",
        f"{TESTS}::test_a_settlement_that_cannot_be_written_is_told",
    ),
    Mutant(
        "a run's journal does not know what others were paid for",
        "resources/store/journal.py",
        '"ids": ids}',
        '"ids": ids[1:]}',
        f"{CAMPAIGN}::test_what_was_kept_is_never_paid_for_again[sqlite]",
    ),
)
