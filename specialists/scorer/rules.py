"""The Scorer's rules, asked in order. All but the intent of a written message is theirs."""

from specialists.decisions import Decided, Decision, Hold, NeedsJudgement
from specialists.scorer.disqualify import disqualifier
from specialists.scorer.rubric import rubric
from specialists.scorer.schema import Judges, Reads
from specialists.scorer.scoring import intent_by_rule, score_lead


def hold_without_firmographics(record: Reads) -> Decision | None:
    """There is no score without a matched company and something known about it."""
    if record.match_status == "matched" and record.company_id and record.known is not None:
        return None
    return Hold("no firmographics")


def disqualify(record: Reads) -> Decision | None:
    """No points, whatever else is known."""
    return Decided(score_lead(record, None)) if disqualifier(record) else None


def score_without_message(record: Reads) -> Decision | None:
    """No message, or one of courtesies and links only: nothing is left to judge."""
    return Decided(score_lead(record, None)) if intent_by_rule(record) else None


def hold_overlong_message(record: Reads) -> Decision | None:
    """A judgement's worst-case cost is reserved, so what it reads has a limit."""
    most = rubric().message.most_characters
    if len(record.profile.message or "") <= most:
        return None
    return Hold(f"the message is longer than {most:,} characters; a person must read it")


def pass_on_message(record: Reads) -> Decision:
    """What a message means is not a rule's to say."""
    return NeedsJudgement("the lead wrote a message: its intent is judgement")


RULES = (
    hold_without_firmographics,
    disqualify,
    score_without_message,
    hold_overlong_message,
    pass_on_message,
)


def settle(record: Reads, judged: Judges) -> Decision:
    """The rubric's points for the intent that was read; every other criterion as the rules have it."""
    return Decided(score_lead(record, judged.label))
