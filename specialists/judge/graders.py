"""What a verdict must be, whatever it says."""

from specialists.grading import CohortGrader, Facts, RecordGrader
from specialists.judge.schema import Makes, Reads


def says_why(record: Reads, output: Makes, facts: Facts) -> str | None:
    return None if output.because.strip() else "gives no reason"


RECORD_GRADERS: dict[str, RecordGrader] = {"says_why": says_why}
COHORT_GRADERS: dict[str, CohortGrader] = {}
