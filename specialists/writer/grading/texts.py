"""One draft in the readings that graders need."""

from collections.abc import Iterator

from resources.campaign import Campaign
from resources.plain_text import plain
from specialists.grading import Facts
from specialists.placeholders import fill
from specialists.writer.schema import Makes, Reads


def written(output: Makes) -> str:
    """Subject and body as they were written, in plain characters."""
    return plain(f"{output.subject}\n\n{output.body}").text


def voiced(output: Makes, campaign: Campaign) -> str:
    """What is said to everybody: the campaign's values filled in, nothing of the record."""
    return plain(fill(f"{output.subject}\n\n{output.body}", campaign, None, None)).text


def rendered(text: str, record: Reads, facts: Facts) -> str:
    """What the recipient will read."""
    return fill(text, facts.campaign, facts.contact.first_name if facts.contact else None, record.company)


def known_texts(record: Reads) -> Iterator[str]:
    """All that a draft may take words and numbers from: the brief and what is cited of the company."""
    brief = record.brief
    yield from (brief.offer, brief.call_to_action, *brief.skus, record.company or "")
    for cited in dict(record.firmographics or ()).values():
        if cited is not None:
            yield cited.value
