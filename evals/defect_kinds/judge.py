"""Defects of verdicts: words that stand where the reason should."""

from collections.abc import Callable
from typing import Any, cast

from evals.defect_kinds.defect import Defect, Plant, Sample
from evals.held_out_cases import HeldOutCase
from specialists.judge.schema import Reads


def right_answer(case: HeldOutCase) -> dict[str, Any]:
    """What somebody who agrees with the label would answer: no rule makes verdicts to plant into."""
    fits = bool((case.expect.judged or {})["in_tone"])
    return {"in_tone": fits, "because": f"It {'is' if fits else 'is not'} how a considerate person writes."}


def _because(text: str) -> Plant:
    return lambda sample: sample.with_output(because=text)


def _out_of_the_draft(part: Callable[[Reads], str]) -> Plant:
    def plant(sample: Sample) -> Sample:
        return sample.with_output(because=part(cast(Reads, sample.record)))

    return plant


DEFECTS = (
    Defect("nothing", "says_why", _because("")),
    Defect("white space", "says_why", _because(" \t\n ")),
    Defect("characters without width", "says_why", _because("\u200b\u200c\u2060\ufeff")),
    Defect("signs alone", "says_why", _because("... !!! --- ***")),
    Defect("a number", "says_why", _because("0.97 of 1.00, 97 %")),
    Defect("one word", "says_why", _because("Fine.")),
    Defect("the verdict once more", "says_why", _because('{"in_tone": true}')),
    Defect("letters that are no words", "says_why", _because("a b c d e f g h")),
    Defect("the draft's own body", "says_why", _out_of_the_draft(lambda draft: draft.body)),
    Defect(
        "a line out of the draft",
        "says_why",
        _out_of_the_draft(lambda draft: max(draft.body.upper().splitlines(), key=len)),
    ),
)
