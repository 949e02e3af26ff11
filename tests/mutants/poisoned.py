"""One record must not touch another."""

from tests.mutants.mutant import Mutant

TEST = "tests/test_poisoned_record.py::test_the_others_are_those_of_a_clean_run"

MUTANTS = (
    Mutant(
        "an answer that does not fit gives the worker up",
        "specialists/judging.py",
        "            self._ended += 1\n",
        "            self._ended += 1\n"
        "            if type(answer).__name__ == 'Malformed':\n"
        '                raise RuntimeError("poisoned")\n',
        f"{TEST}[very long, no JSON]",
    ),
)
