"""The Writer's rules: whom the campaign addresses, what is marked for a personal draft, else a template."""

from specialists.decisions import Decided, Decision, Hold, NeedsJudgement, Rule, Skip
from specialists.writer.schema import Judges, Makes, Reads
from specialists.writer.template_text import draft


def campaign_segment(record: Reads) -> Decision | None:
    """Another segment's offer is no use to this company."""
    addressed = record.brief.segment
    if addressed in ("any", record.segment):
        return None
    return Skip(f"segment {record.segment} is not the campaign's {addressed}")


def campaign_has_link(record: Reads) -> Decision | None:
    """A call to action needs somewhere to go."""
    return None if record.brief.links else Hold("the campaign has no link; add one to its allowed_links")


def personal_draft(record: Reads) -> Decision | None:
    """What the campaign marks for a personal draft is a matter of judgement."""
    if record.tier not in record.brief.personalise_tiers:
        return None
    return NeedsJudgement(f"tier {record.tier} is marked for a personal draft")


def template(record: Reads) -> Decision:
    """The text kept for this segment and tier."""
    found = draft(record.segment, record.tier, record.brief)
    if found is None:
        return Hold(f"there is no template for tier {record.tier}; add templates/tier.{record.tier}.md")
    return Decided(
        Makes(
            subject=found.subject,
            body=found.body,
            written_for=record.segment,
            template=found.template,
        )
    )


RULES: tuple[Rule, ...] = (campaign_segment, campaign_has_link, personal_draft, template)


def settle(record: Reads, judged: Judges) -> Decision:
    """A personal draft, as it was written. A subject of several lines raises ValidationError."""
    return Decided(
        Makes(
            subject=judged.subject.strip(),
            body=judged.body.strip(),
            written_for=record.segment,
            template=None,
        )
    )
