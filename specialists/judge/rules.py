"""The judge has no rules: those of tone are the Writer's own grader. All it is asked is judgement."""

from specialists.decisions import Decided, Decision, Rule
from specialists.judge.schema import Judges, Makes, Reads

RULES: tuple[Rule, ...] = ()


def settle(record: Reads, judged: Judges) -> Decision:
    """The verdict as it was answered; one that is too long raises ValidationError."""
    return Decided(Makes(in_tone=judged.in_tone, because=judged.because.strip()))
