"""The harness benchmark's accounting."""

from tests.mutants.mutant import Mutant

CACHE = "benchmarks/harness/prefix_cache.py"
TESTS = "tests/test_harness_accounting.py"

MUTANTS = (
    Mutant(
        "a cached prefix is there before its response has begun",
        CACHE,
        "readable <= now < expires",
        "now < expires",
        f"{TESTS}::test_calls_that_leave_together_all_write",
    ),
    Mutant(
        "a cached prefix lives for ever",
        CACHE,
        "readable <= now < expires",
        "readable <= now",
        f"{TESTS}::test_an_entry_lives_five_minutes_from_its_last_use",
    ),
    Mutant(
        "prefixes below the minimum are cached",
        CACHE,
        "if block.marked and ends[at] >= self.minimum",
        "if block.marked",
        f"{TESTS}::test_a_short_prefix_is_not_cached",
    ),
    Mutant(
        "what is read from the cache is written again",
        CACHE,
        "cache_write=ends[marks[-1]] - read",
        "cache_write=ends[marks[-1]]",
        f"{TESTS}::test_a_prefix_is_written_once_and_read_after",
    ),
    Mutant(
        "a batch costs as much as real time",
        "benchmarks/harness/generations.py",
        "usage(counts, batch=batch)",
        "usage(counts)",
        f"{TESTS}::test_money_by_list_prices",
    ),
)
