"""What a run will cost, and what it is held for when it may not cost more."""

from tests.mutants.mutant import Mutant

REHEARSAL = "workforce_assets/forecast/rehearsal.py"
CALLS = "workforce_assets/forecast/calls.py"
TESTS = "tests/test_forecast.py"
BILL = "tests/test_forecast_and_bill.py"
OVER = "tests/test_over_budget.py"

MUTANTS = (
    Mutant(
        "rejected rows are forecast as leads",
        REHEARSAL,
        'if row["disposition"] != "done":',
        "if False:",
        f"{TESTS}::test_a_home_that_is_not_there_is_not_made",
    ),
    Mutant(
        "the forecast asks no journal",
        REHEARSAL,
        "if self._journal else {}",
        "if False else {}",
        f"{TESTS}::test_what_the_journal_holds_costs_nothing_again",
    ),
    Mutant(
        "records whose drafts are not written yet are left out",
        CALLS,
        "most = min(stage.judged + stage.perhaps, played.sample)",
        "most = stage.judged",
        f"{TESTS}::test_what_waits_for_an_answer_may_go_on",
    ),
    Mutant(
        "a price is taken from another provider",
        "resources/gateway/prices.py",
        'if entry is None and bare and table.get(bare, {}).get("litellm_provider") == provider:',
        "if entry is None and bare in table:",
        f"{TESTS}::test_an_unknown_price_is_an_error_and_not_zero",
    ),
    Mutant(
        "what is written to a cache is forecast as read",
        "workforce_assets/forecast/judgement_cost.py",
        "price.worst_case(ceil(tokens_in.high), ceil(tokens_out.high), batch=batch),",
        "price.usage(Counts(ceil(tokens_in.high), ceil(tokens_out.high))).usd,",
        f"{TESTS}::test_a_bill_lies_inside_its_forecast",
    ),
    Mutant(
        "what is stale is made again for nothing",
        "workforce_assets/forecast/again.py",
        "told[day] = {one.specialist: one.usd for one in found.specialists}",
        "told[day] = {}",
        "tests/test_stale.py::test_making_it_again_costs_what_the_forecast_says",
    ),
    Mutant(
        "each run of a backfill may spend the whole cap",
        "workforce_assets/cli/backfill.py",
        "max_usd - at_work.spent(reports)",
        "max_usd",
        f"{OVER}::test_a_backfill_s_cap_is_for_all_its_runs",
    ),
    Mutant(
        "the run's own cap does not reach its stages",
        "workforce_assets/stage_asset.py",
        "float(tagged) if tagged else None",
        "None",
        f"{OVER}::test_a_run_stops_paying_at_its_cap_and_goes_on",
    ),
    Mutant(
        "a batch is forecast at the price of calls",
        "workforce_assets/forecast/judgement_cost.py",
        'batch=made_by.card.execution == "batch"',
        "batch=False",
        f"{BILL}::test_a_batch_is_forecast_at_batch_prices",
    ),
    Mutant(
        "what batches have cost is what calls will cost",
        "resources/store/journal_history.py",
        "batched if batch else ~batched,",
        "batched | ~batched,",
        f"{BILL}::test_what_batches_cost_says_nothing_of_calls",
    ),
    Mutant(
        "a record that waits is forecast never to go on",
        CALLS,
        "most = min(stage.judged + stage.perhaps, played.sample)",
        "most = min(stage.judged, played.sample)",
        f"{BILL}::test_the_bill_lies_inside_its_forecast",
    ),
)
