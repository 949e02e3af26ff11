"""What is told while a stage is at work."""

from tests.mutants.mutant import Mutant

TESTS = "tests/test_progress.py::"

MUTANTS = (
    Mutant(
        "calls in flight are those of the limit",
        "specialists/judging.py",
        "return min(self._begun - self._ended, self._in_flight)",
        "return self._in_flight",
        f"{TESTS}test_calls_under_way_are_seen_and_money_is_projected",
    ),
    Mutant(
        "a slow stage is silent until its ten thousandth row",
        "workforce_assets/world_resource.py",
        "if late or rows % LOG_EVERY_ROWS == 0:",
        "if rows % LOG_EVERY_ROWS == 0:",
        f"{TESTS}test_step_logs_tell_it_after_rows_and_after_time",
    ),
    Mutant(
        "the asset's page is told of money as if no row were to come",
        "workforce_assets/live.py",
        "return usd / rows * self.of if self.of and rows else None",
        "return usd",
        f"{TESTS}test_what_is_seen_while_a_step_runs_stands_in_the_event_log",
    ),
    Mutant(
        "the asset's page is told nothing while a step runs",
        "workforce_assets/world_resource.py",
        "                context.log_event(seen)",
        "                pass",
        f"{TESTS}test_what_is_seen_while_a_step_runs_stands_in_the_event_log",
    ),
)
