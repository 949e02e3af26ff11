"""What somebody wrote themselves in a reply: the text above what they quote."""

import re

from resources.inbox.wordings import wording

_ATTRIBUTION = re.compile(r"\s*(?:on|am|le|el|il|op|em|den)\b", re.IGNORECASE)


def new_text(text: str) -> str:
    """The lines above the first quoted one, without a marked signature."""
    lines = text.split("\n")
    for number, line in enumerate(lines):
        # Mail programs break the attribution line ("On Monday ... Ada\n<ada@...> wrote:") in two.
        broken = " ".join(lines[number : number + 2]) if _ATTRIBUTION.match(line) else line
        quotes = wording("a quote begins")
        if quotes.search(line) or quotes.search(broken) or wording("a signature begins").match(line.strip()):
            return "\n".join(lines[:number]).strip()
    return text.strip()
