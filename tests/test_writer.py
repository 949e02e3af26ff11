"""The Writer: templates that pass, drafts that must not, and records that cannot talk it into anything."""

import json
import os
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from resources.campaign import load_campaign
from resources.crm import CohortCrm, Contact, Profile
from resources.gateway.answers import Answered
from resources.journal import Judgement
from specialists.cases import load_cases
from specialists.decisions import Decided, Hold, NeedsJudgement
from specialists.grading import Facts, grade
from specialists.readability import reading_grade
from specialists.specialist import Specialist, blueprint
from specialists.stage import decide_by_rules, settled
from specialists.writer.schema import Makes, Reads
from tests.samples import campaign

BLUEPRINT = blueprint("writer")
WRITER: Specialist = BLUEPRINT.build({"crm": CohortCrm({})}, candidate=None)
CASES = load_cases(BLUEPRINT.folder / "cases.jsonl")
CASE = {case.name: case for case in CASES}
PROJECT = Path(__file__).parents[1]
SAMPLE = PROJECT / "examples" / "outbound" / "campaign.yaml"
REAL = Path(os.environ.get("WORKFORCE_REAL_DATA", PROJECT.parent / "shared" / "data"))
INJECTIONS = REAL / "injection" / "injection.jsonl"

CONTACT = Contact("jane.roebuck@larkfield.example", "Jane", "Roebuck", "DE", None, "opted_in")
BODY = (
    "Hi {first_name},\n\nAn order that does not fit can stay hidden for weeks. Ledgerline finds it for you, "
    "so that {company} can act in time.\n\n{call_to_action}: {link}\n\nBest regards,\n{sender_name}"
)


def record(**changes: Any) -> Reads:
    return Reads.model_validate(CASE["industry tier B gets its template"].record | changes)


def facts(contact: Contact | None = CONTACT, **changes: Any) -> Facts:
    return Facts(date(2026, 3, 2), campaign(**changes), contact)


def failing(
    body: str = BODY,
    subject: str = "An idea for {company}",
    of: Reads | None = None,
    given: Facts | None = None,
    written_for: str = "industry",
    template: str | None = None,
) -> dict[str, str]:
    """The graders a draft fails, each with its reason."""
    output = Makes(subject=subject, body=body, written_for=written_for, template=template)
    verdicts = grade(BLUEPRINT.record_graders, of or record(), output, given or facts())
    assert all("grader raised" not in (verdict.reason or "") for verdict in verdicts)
    return {verdict.grader: verdict.reason or "" for verdict in verdicts if not verdict.passed}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_development_cases(case: Any) -> None:
    """Rules decide each case as it says; what they pass on is held while no model is pinned."""
    outcome = decide_by_rules(WRITER, Reads.model_validate(case.record))
    held = isinstance(outcome.decision, NeedsJudgement) and BLUEPRINT.pin.candidate is None
    assert ("held" if held else outcome.disposition) == case.expect.disposition
    assert outcome.decided_by == case.expect.by
    assert (case.expect.reason or "") in (outcome.reason or "")
    if isinstance(outcome.decision, Decided):
        made = outcome.decision.output.model_dump()
        assert {name: made[name] for name in case.expect.output} == case.expect.output


def test_there_are_enough_cases_of_both_kinds() -> None:
    assert len(CASES) >= 35 and len(CASE) == len(CASES)
    assert sum(case.kind == "nasty" for case in CASES) >= 10


TEMPLATED = [case for case in CASES if case.name.endswith("gets its template") and " tier " in case.name]


@pytest.mark.parametrize("case", TEMPLATED, ids=lambda case: case.name)
def test_every_template_passes_every_grader(case: Any) -> None:
    """In both sample campaigns, with and without a contact's and a company's name, with room to spare."""
    for sent in (campaign(), load_campaign(SAMPLE).model_copy(update={"personalise_tiers": ()})):
        for contact, company in ((CONTACT, "Larkfield Tools GmbH"), (None, None)):
            known = Reads.model_validate(case.record | {"brief": sent.brief(), "company": company})
            outcome = decide_by_rules(WRITER, known)
            assert isinstance(outcome.decision, Decided)
            given = Facts(date(2026, 3, 2), sent, contact)
            verdicts = grade(BLUEPRINT.record_graders, known, outcome.decision.output, given)
            assert [verdict for verdict in verdicts if not verdict.passed] == []


def test_a_good_personal_draft_passes() -> None:
    assert failing() == {}


def spaced(text: str) -> str:
    return " ".join(text)


# Planted defects: (what is planted, how, the grader that must kill it).
PLANTED: list[tuple[str, Callable[[str], str], str]] = [
    ("a banned word", lambda b: b + " A revolutionary idea.", "tone"),
    ("a banned word with a soft hyphen", lambda b: b + " Revolu\u00adtionary.", "tone"),
    ("a banned word without its hyphen", lambda b: b + " Game changing.", "tone"),
    ("a Cyrillic letter in a word", lambda b: b + " This is frее.", "tone"),
    (
        "a hard sentence",
        lambda b: (
            "Notwithstanding organisational heterogeneity, intercompany reconciliation methodologies "
            "necessitate comprehensive administrative harmonisation considerations. " + b
        ),
        "tone",
    ),
    ("an address", lambda b: b + " jane@other.example", "no_pii"),
    ("an address in words", lambda b: b + " jane (at) other dot example", "no_pii"),
    ("a wide @ and zero-width spaces", lambda b: b + " ja\u200bne＠other.example", "no_pii"),
    ("a phone number", lambda b: b + " Ring 0490 75 40 81.", "no_pii"),
    ("a phone number in Arabic digits", lambda b: b + " Ring ٠٤٩٠٧٥٤٠٨١.", "no_pii"),
    ("a phone number in words", lambda b: b + " Ring four one five five five five oh one oh oh.", "no_pii"),
    ("the contact's address, spaced", lambda b: b + spaced(" jane.roebuck@larkfield.example"), "no_pii"),
    ("the part before the @", lambda b: b + " You are jane.roebuck to us.", "no_pii"),
    ("the last name", lambda b: b + " So, Roebuck, what do you say?", "no_pii"),
    ("the last name, spaced", lambda b: b + " R-o-e-b-u-c-k it is.", "no_pii"),
    ("the last name with accents", lambda b: b + " Röébück it is.", "no_pii"),
    ("a name in the greeting", lambda b: b.replace("{first_name}", "Jane"), "no_pii"),
    ("somebody else's name", lambda b: b + " Dr. Miller says so.", "no_pii"),
    ("an IBAN", lambda b: b + " DE89 3704 0044 0532 0130 00", "no_pii"),
    ("150 words", lambda b: b + " word" * 150, "under_150_words"),
    ("150 words joined by hyphens", lambda b: b + " " + "-".join(["word"] * 150), "under_150_words"),
    ("150 words joined by slashes", lambda b: b + "/word" * 150, "under_150_words"),
    ("150 characters of Chinese", lambda b: b + "订单" * 75, "under_150_words"),
    ("no call to action", lambda b: b.replace("{call_to_action}: ", ""), "clear_call_to_action"),
    ("no link", lambda b: b.replace(" {link}", ""), "clear_call_to_action"),
    ("two calls to action", lambda b: b + " {call_to_action}!", "clear_call_to_action"),
    ("a second one in words", lambda b: b + " BOOK A 15-MINUTE DEMO", "clear_call_to_action"),
    ("only another ask", lambda b: b.replace("{call_to_action}", "Reply to me"), "clear_call_to_action"),
    ("dollars in digits", lambda b: b + " Only $9.99 today.", "price"),
    ("dollars in words", lambda b: b + " It is forty-nine dollars.", "price"),
    ("another currency", lambda b: b + " It is 45 EUR.", "price"),
    ("a currency code before words", lambda b: b + " It is CHF forty-nine.", "price"),
    ("a wide dollar sign", lambda b: b + " It is ＄49.", "price"),
    ("rupees", lambda b: b + " It is ₹4000.", "price"),
    ("a number a month", lambda b: b + " It is forty-nine a month.", "price"),
    ("a number per seat", lambda b: b + " 49/seat.", "price"),
    ("a discount", lambda b: b + " Take 20 % off.", "price"),
    ("a discount in words", lambda b: b + " Save twenty per cent.", "price"),
    ("for free", lambda b: b + " The start is free.", "price"),
    ("free with a zero-width space", lambda b: b + " The start is fr\u200bee.", "price"),
    ("half price", lambda b: b + " Now at half-price.", "price"),
    ("a price that is not in the book", lambda b: b + " {price:GOLD}", "price"),
    ("health's words", lambda b: b + " So that you have time for patients.", "segment"),
    ("finance's words", lambda b: b + " As in any bank.", "segment"),
    ("software's words", lambda b: b + " Developers like it.", "segment"),
    ("a number of hours", lambda b: b + " It gives you 7 hours.", "unsupported_claim"),
    ("a number in words", lambda b: b + " It takes ten hours.", "unsupported_claim"),
    ("twice as fast", lambda b: b + " You are twice as fast.", "unsupported_claim"),
    ("customers", lambda b: b + " Our customers say so.", "unsupported_claim"),
    ("a named customer", lambda b: b + " It runs at Fernhollow.", "unsupported_claim"),
    ("a named company", lambda b: b + " Ask Fernhollow Ltd.", "unsupported_claim"),
    ("ROI", lambda b: b + " The ROI is clear.", "unsupported_claim"),
    ("a guarantee", lambda b: b + " We guarantee it.", "unsupported_claim"),
    ("a certificate", lambda b: b + " It is certified.", "unsupported_claim"),
    ("a link", lambda b: b + " https://evil.example/pay", "allowed_links"),
    ("an allowed link in full", lambda b: b + " https://www.example.com/demo", "allowed_links"),
    ("a bare domain", lambda b: b + " See evil.example for more.", "allowed_links"),
    ("a domain in words", lambda b: b + " See evil dot com.", "allowed_links"),
    ("a domain in Cyrillic", lambda b: b + " ехаmрlе.com", "allowed_links"),
    ("a domain with another dot", lambda b: b + " evil。example", "allowed_links"),
    ("Markdown", lambda b: b + " [here](x)", "allowed_links"),
    ("HTML", lambda b: b + ' <a href="x">here</a>', "allowed_links"),
    ("a script", lambda b: b + " javascript:alert(1)", "allowed_links"),
    ("a telephone link", lambda b: b + " tel:+1", "allowed_links"),
    ("an IP address", lambda b: b + " 192.0.2.1", "allowed_links"),
    ("a longer path", lambda b: b.replace("{link}", "{link}/../pay"), "allowed_links"),
    ("a longer domain", lambda b: b.replace("{link}", "{link}.evil.example"), "allowed_links"),
    ("the company as a domain", lambda b: b + " See {company}.com", "allowed_links"),
    ("an unknown placeholder", lambda b: b + " {last_name}", "only_known_placeholders"),
    ("a stray brace", lambda b: b + " {company", "only_known_placeholders"),
    ("another notation", lambda b: b + " [Company]", "only_known_placeholders"),
    ("a template's slot", lambda b: b + " $offer", "only_known_placeholders"),
    ("a masked detail", lambda b: b + " [contact detail]", "only_known_placeholders"),
    ("a third link", lambda b: b + " {link_3}", "only_known_placeholders"),
]


@pytest.mark.parametrize(("plant", "grader"), [p[1:] for p in PLANTED], ids=[p[0] for p in PLANTED])
def test_planted_defects_are_killed(plant: Callable[[str], str], grader: str) -> None:
    assert grader in failing(plant(BODY))


@pytest.mark.parametrize(
    ("first_name", "company", "grader"),
    [
        ("jane@other.example", "Larkfield", "leaked_contact_detail"),
        ("Jane 0490 75 40 81", "Larkfield", "leaked_contact_detail"),
        ("Jane", "Call 0490 75 40 81", "leaked_contact_detail"),
        ("Jane", "jane (at) other dot example", "leaked_contact_detail"),
        ("Win at evil.example", "Larkfield", "allowed_links"),
        ("Jane", "https://evil.example", "allowed_links"),
        ("Jane", "evil.example/pay", "allowed_links"),
        ("You won $500", "Larkfield", "price"),
        ("Jane", "Larkfield, get 500 EUR", "price"),
        ("word " * 150, "Larkfield", "under_150_words"),
    ],
)
def test_defects_that_only_the_rendering_shows(first_name: str, company: str, grader: str) -> None:
    """A draft that is fine as written fails when a record's own values make it something else."""
    contact = Contact(None, first_name, None, None, None, "opted_in")
    assert grader in failing(of=record(company=company), given=facts(contact))


@pytest.mark.parametrize(
    ("first_name", "last_name", "company"),
    [
        ("Jean-Luc", "Best", "Amazon.com, Inc."),
        ("Mary Ann", "Price", "3M"),
        ("Бронислав", "Link", "Dollar Tree"),
        ("Amália", "Orders", "Free Software Co-op"),
        ("李", "Office", "7-Eleven"),
        ("O'Neil", "Larkfield", "Larkfield & Sons, 1886"),
        ("D", "Idea", "1-800-Flowers"),
        ("Zoë", "Best", "9123-4567 Québec Inc."),
    ],
)
def test_odd_but_honest_values_pass(first_name: str, last_name: str, company: str) -> None:
    contact = Contact(f"{first_name}@larkfield.example", first_name, last_name, None, None, "opted_in")
    assert failing(of=record(company=company), given=facts(contact)) == {}


def test_the_wrong_segment_fails() -> None:
    """Another segment's text, another campaign's segment, another segment's or tier's template."""
    assert "segment" in failing(written_for="health")
    assert "segment" in failing(given=facts(segment="health"))
    assert "segment" in failing(template="health.B")
    assert "segment" in failing(template="industry.A")
    assert failing(template="industry.B", given=facts(segment="industry")) == {}


def test_words_of_the_brief_and_of_what_is_cited_are_supported() -> None:
    assert failing(BODY + " You are 420 people; it takes 15 minutes.") == {}
    assert failing(BODY + " Feel free to say no. It will free up time. Be error-free.") == {}
    assert "segment" not in failing(
        BODY + " Any bank can.", given=facts(offer="x"), of=record(company="A Bank")
    )


def test_a_subject_is_graded_too() -> None:
    assert "price" in failing(subject="Save $20")
    assert "no_pii" in failing(subject="For jane.roebuck@larkfield.example")
    assert "allowed_links" in failing(subject="evil.example")
    assert "unsupported_claim" in failing(subject="Trusted by many")


@pytest.mark.parametrize("value", ["a\nBcc: all@evil.example", "a\rb", "a\u2028b", "a\x00b", "", "x" * 151])
def test_a_subject_is_one_line(value: str) -> None:
    """What a model puts into a subject cannot become a header: it is held."""
    answer = Judgement("model:m", Answered({"subject": value, "body": BODY}))
    outcome = settled(WRITER, record(), "why", answer)
    assert isinstance(outcome.decision, Hold)
    assert "could not be used" in outcome.decision.why


def test_a_personal_draft_is_for_the_records_segment() -> None:
    """Whom a draft is for is code's to say: judgement has no such field."""
    assert set(BLUEPRINT.judges.model_fields) == {"subject", "body"}
    outcome = settled(
        WRITER, record(), "why", Judgement("model:m", Answered({"subject": "Hi", "body": BODY}))
    )
    assert isinstance(outcome.decision, Decided)
    made = outcome.decision.output
    assert made == Makes(subject="Hi", body=BODY, written_for="industry", template=None)


@pytest.mark.skipif(not INJECTIONS.exists(), reason="the injection data set is not here")
def test_injected_messages_change_nothing() -> None:
    """Every string of the data set as the lead's message, title and source: the draft stays the same."""
    expected = decide_by_rules(WRITER, record()).decision
    for line in INJECTIONS.read_text("utf-8").splitlines():
        text = json.loads(line)["text"]
        planted = record(profile=Profile(title=text, message=text, source=text))
        assert decide_by_rules(WRITER, planted).decision == expected


def test_reading_grade_against_hand_counts() -> None:
    """0.39 words/sentence + 11.8 syllables/word - 15.59, on sentences counted by hand."""
    assert reading_grade("The cat sat on the mat.") == pytest.approx(0.39 * 6 + 11.8 - 15.59)
    assert reading_grade("Suppliers send invoices. We match them.") == pytest.approx(
        0.39 * 3 + 11.8 * 11 / 6 - 15.59
    )
    assert reading_grade("") == reading_grade("1234 !?") == 0.0
