"""What a verdict must be, whatever it says."""

import re

from specialists.grading import CohortGrader, Facts, RecordGrader
from specialists.judge.schema import Makes, Reads

# The shortest reason that says something: "It flatters the reader."
FEWEST_WORDS = 4
_WORD = re.compile(r"[^\W\d_]{2,}")


def says_why(record: Reads, output: Makes, facts: Facts) -> str | None:
    """A reason in the judge's own words: those of a draft may have been put there to be repeated."""
    words = _words(output.because)
    if len(words) < FEWEST_WORDS:
        return "gives no reason in words"
    if " ".join(words) in " ".join(_words(f"{record.subject} {record.body}")):
        return "gives the draft's own words as the reason"
    return None


def _words(text: str) -> list[str]:
    return _WORD.findall(text.casefold())


RECORD_GRADERS: dict[str, RecordGrader] = {"says_why": says_why}
COHORT_GRADERS: dict[str, CohortGrader] = {}
