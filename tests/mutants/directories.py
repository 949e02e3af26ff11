"""Several directories: joining, the same in other words, who wins, and tickers that passed on."""

from tests.mutants.mutant import Mutant

JOINING = "resources/directory/joining.py"
RESOLUTION = "specialists/enricher/resolution.py"
HERE = "tests/test_directories.py::"

MUTANTS = (
    Mutant(
        "an id without its zeros is another company",
        JOINING,
        'return _LEADING_ZEROS.sub(r"\\1", identifier)',
        "return identifier",
        HERE + "test_a_declared_same_as_joins_two_rows",
    ),
    Mutant(
        "a row is joined within its own directory",
        JOINING,
        "if self._specs[row] is not self._specs[number]]",
        "if True]",
        HERE + "test_an_unknown_same_as_is_told_once_and_joins_nothing",
    ),
    Mutant(
        "an unknown same_as is not told",
        JOINING,
        "unknown[self._specs[number].source] += 1",
        "pass",
        HERE + "test_an_unknown_same_as_is_told_once_and_joins_nothing",
    ),
    Mutant(
        "a shared site joins what a directory tells apart",
        JOINING,
        "if len(firsts) > 1 and len(set(specs)) == len(specs):",
        "if len(firsts) > 1:",
        HERE + "test_a_shared_site_does_not_overrule_what_is_declared",
    ),
    Mutant(
        "of two claims of one date the first is thought older",
        "resources/directory/reassigned.py",
        "bisect_right(ordered, latest[companies.first(row)], key=as_of)",
        "ordered.index(row) + 1",
        HERE + "test_a_ticker_that_a_fresher_directory_gives_to_another_has_passed_on",
    ),
    Mutant(
        "a ticker that passed on is used all the same",
        "specialists/enricher/firmographics.py",
        'if field == "tickers" and passed_on(hit, partition):',
        "if False:",
        "tests/test_enricher.py::test_case",
    ),
    Mutant(
        "a ticker that passed on points at its former holder",
        "specialists/enricher/evidence.py",
        'if hows == {"ticker"} and _only_formerly(record, hits):',
        "if False:",
        "tests/test_enricher.py::test_case",
    ),
    Mutant(
        "what passes on tomorrow has passed on today",
        "specialists/enricher/tickers.py",
        "if told.as_of <= partition\n        and",
        "if",
        "tests/test_enricher.py::test_case",
    ),
    Mutant(
        "a day fresher wins",
        RESOLUTION,
        "if abs(days) > policy().fresher_by_days:",
        "if days:",
        HERE + "test_who_wins_whatever_the_order",
    ),
    Mutant(
        "trust goes before freshness",
        RESOLUTION,
        "if abs(days) > policy().fresher_by_days:",
        "if one.trust == other.trust and abs(days) > policy().fresher_by_days:",
        HERE + "test_who_wins_whatever_the_order",
    ),
    Mutant(
        "what nothing settles is guessed",
        RESOLUTION,
        "if field in policy().required:",
        "if True:",
        HERE + "test_who_wins_whatever_the_order",
    ),
    Mutant(
        "two editions of one source are two voices",
        RESOLUTION,
        "sources = {row.source: 0.0 for row in self.rows}",
        "return 1 - prod(1 - row.trust for row in self.rows)\n        sources = dict[str, float]()",
        HERE + "test_agreement_of_independent_sources_raises_confidence",
    ),
    Mutant(
        "agreement raises nothing",
        RESOLUTION,
        "return round(1 - prod(1 - trust for trust in sources.values()), 6)",
        "return max(sources.values())",
        HERE + "test_agreement_of_independent_sources_raises_confidence",
    ),
    Mutant(
        "cities are compared letter by letter",
        "specialists/enricher/same_value.py",
        "return ours == theirs if ours or theirs else one.strip() == other.strip()",
        "return one == other",
        HERE + "test_what_is_the_same_in_other_words",
    ),
    Mutant(
        "the grader lets an unsettled value through",
        "specialists/enricher/graders.py",
        "if found.taken is None:\n        return",
        "if found.taken is None:\n        return None and",
        "tests/test_enricher.py::test_a_planted_defect_is_caught",
    ),
    Mutant(
        "the grader lets a dispute be hidden",
        "specialists/enricher/graders.py",
        "if found.disputed and not any(",
        "if False and not any(",
        "tests/test_enricher.py::test_a_planted_defect_is_caught",
    ),
    Mutant(
        "the grader believes every reason for an empty field",
        "specialists/enricher/graders.py",
        "if set(said) == true:",
        "if said:",
        "tests/test_enricher.py::test_a_planted_defect_is_caught",
    ),
)
