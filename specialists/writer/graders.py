"""What a draft must be and must never hold, in what was written and in what the recipient will read.

Look-alike and invisible characters are undone before anything is looked for (resources/plain_text.py).
"""

import re
import unicodedata

from resources.contact_details import find
from resources.plain_text import one_line, plain, squashed
from specialists.grading import CohortGrader, Facts, RecordGrader
from specialists.placeholders import unknown, used
from specialists.readability import reading_grade
from specialists.writer.grading import wording
from specialists.writer.grading.people import gives_away, names_person
from specialists.writer.grading.texts import known_texts, rendered, voiced, written
from specialists.writer.grading.vocabulary import foreign_word
from specialists.writer.schema import Makes, Reads
from specialists.writer.template_text import template_segment

MAX_WORDS = 149
_URL = re.compile(r"https?://\S+")
_WORD = re.compile(r"https?://\S+|[^\W_]+(?:['’][^\W_]+)*")
# Scripts written without spaces: every character counts as a word.
_CHARACTER_WORD = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\u0e00-\u0e7f]")
_LINK = re.compile(r"\{link(?:_\d+)?\}")
_LINK_ALONE = re.compile(r"(?<![^\s(])\{link(?:_\d+)?\}(?=[.,;:!?)]*(?:\s|$))")
# A company may be called after the number in its register: "1234567 Canada Inc.", "9123-4567 Quebec Inc.".
_REGISTERED_AS = re.compile(r"^\s*(?:\d{6,8}|\d{4}-\d{4})(?=\s+[^\W\d])")


def tone(record: Reads, output: Makes, facts: Facts) -> str | None:
    """The campaign's voice: no banned words, no mixed alphabets, easy enough to read."""
    text, voice = voiced(output, facts.campaign), facts.campaign.voice
    if mixed := next((word for word in re.findall(r"[^\W\d_]+", text) if _mixes_alphabets(word)), None):
        return f"the word {mixed!r} mixes alphabets"
    for banned in voice.banned:
        spaced = r"[\s-]+".join(re.escape(part) for part in re.split(r"[\s-]+", plain(banned).text))
        if re.search(rf"(?<!\w){spaced}(?!\w)", text, re.IGNORECASE):
            return f"uses {banned!r}, which the campaign's voice bans"
    grade = reading_grade(_URL.sub("", text))
    if grade > voice.reading_grade_max:
        return (
            f"needs a reading grade of {grade:.1f}; the campaign's voice allows {voice.reading_grade_max:g}"
        )
    return None


def no_pii(record: Reads, output: Makes, facts: Facts) -> str | None:
    """No contact detail and no person's name in what was written."""
    text = written(output)
    if details := find(text):
        return f"holds a contact detail ({details[0].kind})"
    if names_person(text):
        return "names a person; use {first_name}"
    found = gives_away(facts.contact, text, known_texts(record)) if facts.contact else None
    return f"holds the contact's {found}" if found else None


def under_150_words(record: Reads, output: Makes, facts: Facts) -> str | None:
    body = plain(rendered(output.body, record, facts)).text
    words = len(_WORD.findall(body)) + len(_CHARACTER_WORD.findall(body))
    return None if words <= MAX_WORDS else f"the body has {words} words; at most {MAX_WORDS} are allowed"


def clear_call_to_action(record: Reads, output: Makes, facts: Facts) -> str | None:
    """The campaign's call to action once, and a link to follow it."""
    if not _LINK.search(output.body):
        return "the body has no {link}"
    body, asked = (" ".join(plain(t).text.casefold().split()) for t in _body_and_action(output, facts))
    times = body.count(asked)
    return None if times == 1 else f"the call to action stands {times} times in the body, not once"


def price(record: Reads, output: Makes, facts: Facts) -> str | None:
    """Prices only as {price:SKU} of the price book: no amount, no discount, nothing for free."""
    campaign = facts.campaign
    odd = [placeholder for placeholder in unknown(written(output), campaign) if "price" in placeholder]
    if odd:
        return f"{odd[0]} is not in the campaign's price book"
    text = _without_placeholders(written(output), " _ ")
    if found := wording.money(text):
        return f"names money ({found!r}); use {{price:SKU}}"
    if found := wording.price_promise(_without_offer(text, campaign.offer)):
        return f"promises a price ({found!r}) that is not in the price book"
    first_name = facts.contact.first_name if facts.contact else None
    if any(re.search(r"\d", value) and wording.money(value) for value in _plain(first_name, record.company)):
        return "the first name or the company's name holds an amount of money"
    return None


def segment(record: Reads, output: Makes, facts: Facts) -> str | None:
    """Written for the record's segment, which is the campaign's, and in no other segment's words."""
    own, addressed = record.segment, facts.campaign.segment
    if output.written_for != own:
        return f"written for {output.written_for}; the record's segment is {own}"
    if addressed not in ("any", own):
        return f"the campaign addresses {addressed}; the record's segment is {own}"
    expected = f"{template_segment(own)}.{record.tier}"
    if output.template not in (None, expected):
        return f"is template {output.template}; the record's is {expected}"
    known = " ".join([*known_texts(record), record.profile.title or ""])
    if found := foreign_word(written(output), own, known):
        return f"says {found[1]!r}, which is {found[0]}'s text; the record's segment is {own}"
    return None


def unsupported_claim(record: Reads, output: Makes, facts: Facts) -> str | None:
    """Numbers and names only from the brief or from what is cited of the company; no claim of results."""
    text, known = _without_placeholders(written(output), " _ "), list(known_texts(record))
    if found := wording.number(text, known):
        return f"the number {found!r} stands neither in the brief nor in what is cited of the company"
    if found := wording.claim(_without_offer(text, record.brief.offer)):
        return f"claims {found!r}, which nothing supports"
    if found := wording.named_company(text, [*known, record.profile.title or ""]):
        return f"names {found!r}, which stands neither in the brief nor in what is cited of the company"
    return None


def leaked_contact_detail(record: Reads, output: Makes, facts: Facts) -> str | None:
    """Nothing the recipient will read is a contact detail, but for what the campaign itself says."""
    campaign = facts.campaign
    own = (campaign.call_to_action, campaign.sender.name, *map(str, campaign.allowed_links))
    company = _REGISTERED_AS.sub("", record.company or "")
    known = record.model_copy(update={"company": company})
    text = rendered(f"{output.subject}\n\n{output.body}", known, facts)
    for detail in find(text):
        if not any(squashed(detail.text) in squashed(value) for value in own):
            return f"the rendered text holds a contact detail ({detail.kind})"
    return None


def allowed_links(record: Reads, output: Makes, facts: Facts) -> str | None:
    """Links only as {link} standing alone; none smuggled in by a name."""
    text = written(output)
    if len(_LINK.findall(text)) != len(_LINK_ALONE.findall(text)):
        return "a {link} touches other characters; put spaces around it"
    # A word in its place, so that "{company}.com" is seen as the domain it will be.
    if found := wording.link(_without_placeholders(text, "it")):
        return f"holds a link ({found!r}); use {{link}}"
    first_name = facts.contact.first_name if facts.contact else None
    if any(wording.link(value) for value in _plain(first_name)):
        return "the first name holds a link"
    # A company may be called after its domain, so only what is more than a domain counts.
    if any(re.search(r"://|\bwww\.|\]\(|<|\w\.\w+/", value) for value in _plain(record.company)):
        return "the company's name holds a link"
    return None


def only_known_placeholders(record: Reads, output: Makes, facts: Facts) -> str | None:
    text = f"{output.subject}\n\n{output.body}"
    if odd := unknown(text, facts.campaign):
        return f"{', '.join(odd)} cannot be filled in"
    found = wording.leftover(written(output))
    return f"{found!r} looks like a placeholder that nothing fills in" if found else None


RECORD_GRADERS: dict[str, RecordGrader] = {
    "tone": tone,
    "no_pii": no_pii,
    "under_150_words": under_150_words,
    "clear_call_to_action": clear_call_to_action,
    "price": price,
    "segment": segment,
    "unsupported_claim": unsupported_claim,
    "leaked_contact_detail": leaked_contact_detail,
    "allowed_links": allowed_links,
    "only_known_placeholders": only_known_placeholders,
}
COHORT_GRADERS: dict[str, CohortGrader] = {}


def _mixes_alphabets(word: str) -> bool:
    """Latin letters beside Cyrillic or Greek ones in one word: a disguise, as nobody writes so."""
    if word.isascii():
        return False
    scripts = {unicodedata.name(c, "").partition(" ")[0] for c in word}
    return "LATIN" in scripts and bool(scripts & {"CYRILLIC", "GREEK", "ARMENIAN", "CHEROKEE"})


def _body_and_action(output: Makes, facts: Facts) -> tuple[str, str]:
    action = facts.campaign.call_to_action
    return output.body.replace("{call_to_action}", action), action


def _without_placeholders(text: str, stand_in: str) -> str:
    for placeholder in used(text):
        text = text.replace(placeholder, stand_in)
    return text


def _without_offer(text: str, offer: str) -> str:
    """The campaign answers for its own words, but only where they stand as it wrote them."""
    return text.replace(plain(offer.strip()).text, " _ ")


def _plain(*values: str | None) -> list[str]:
    return [plain(one_line(value or "")).text for value in values]
