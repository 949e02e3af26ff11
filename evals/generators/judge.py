"""Drafts to be judged: those of `held_out/writer.drafts.yaml`, whose tone people have labelled by hand."""

from evals.agreement import Draft, load_drafts
from evals.generators.making import Made, made
from evals.held_out_cases import campaign


def judge_cases() -> list[Made]:
    """One case for each labelled draft; its provenance is who labelled it."""
    banned = list(campaign("campaign").voice.banned)
    return [_case(number, draft, banned) for number, draft in enumerate(load_drafts(), start=1)]


def _case(number: int, draft: Draft, banned: list[str]) -> Made:
    output = draft.output()
    record = {
        "record_id": f"HJ{number:03}",
        "subject": output.subject,
        "body": output.body,
        "banned": banned,
    }
    expect = {"disposition": "done", "judged": {"in_tone": draft.tone}}
    name = f"{number:03} {draft.body[:40]}"
    return made(name, record, expect, draft.by, "judgement")
