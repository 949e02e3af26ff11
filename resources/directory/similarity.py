"""Companies whose present or former names are like a written name or a web domain's label, best first."""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from datetime import date
from functools import lru_cache
from typing import NamedTuple

from resources.company_names import name_words, web_host
from resources.directory.likeness import comparable, shared, spelled
from resources.directory.similarity_index import SimilarityIndex
from resources.security_names import issuer_name

# Names that are compared word by word for each text, and companies that are offered. On 3,100 hard leads the
# company was among the first 6 as often as among the first 30, but for 2 in 1,000.
_COMPARED = 24
_OFFERED = 6
# Names are compared by so many words of so many letters, domains by the most that DNS allows: fields hold
# anything.
_WORDS, _LETTERS, _LABEL = 24, 40, 63
_SECOND_LEVEL = frozenset({"co", "com", "net", "org", "gov", "ac", "edu"})
# What companies put around their name to find a domain that is free.
_AROUND = re.compile(
    r"^(?:the|get|use|try|join|my|go)(?=.{3})|(?<=.{2})(?:inc|corp|company|co|ltd|llc|plc|lp|hq|app)$"
)


class Name(NamedTuple):
    """One name of one company: the number of its row, and when another name than the present was in use."""

    row: int
    text: str
    former: bool = False
    start: date | None = None
    end: date | None = None


class Likeness(NamedTuple):
    """How alike a company's closest name is. Shares and rarities are 0..1.

    `cosine` of the name's parts; `covered`: share of the written words that the name has, `unfound`: rarity
    of the most telling one it lacks; `covering`: share of the name's words that were written, `unsaid`:
    rarity of the most telling one that was not; `spelled`: share of the domain label's letters that a name
    spells; `spelling`: share of that name's words it uses.
    """

    name: Name
    cosine: float
    covered: float
    unfound: float
    covering: float
    unsaid: float
    spelled: float = 0.0
    spelling: float = 0.0


MEASURES = tuple(name for name in Likeness._fields if name != "name")


class NameSimilarity:
    """Built once over all names of a directory."""

    def __init__(
        self, names: Iterable[Name], company_of: Callable[[int], int], region_of: Callable[[int], str | None]
    ) -> None:
        distinct = {(company_of(name.row), name_words(name.text)): name for name in reversed(list(names))}
        self._names = [(company, _bounded(words), name) for (company, words), name in distinct.items()]
        self._index = SimilarityIndex([words for _, words, _ in self._names])
        self._present = {company: at for at, (company, _, name) in enumerate(self._names) if not name.former}
        self._rarity = lru_cache(1 << 16)(self._index.rarity)
        self._region_of = region_of

    def like(
        self, written: str | None, labels: Sequence[str], also: Iterable[int]
    ) -> list[tuple[int, Likeness]]:
        """(number of the company, likeness) of those worth a look, the most alike first. Empty: none is.

        `also`: companies to compare whatever their names.
        """
        words = written_words(written) if written else ()
        sure = [company for company in also if company in self._present]
        found = {
            company: self._closest(words, labels, names)
            for company, names in self._retrieved(words, labels, sure).items()
        }
        best = sorted(found.items(), key=lambda item: (item[0] in sure, _rank(item[1])), reverse=True)
        return best[:_OFFERED]

    def _retrieved(
        self, words: tuple[str, ...], labels: Sequence[str], sure: Iterable[int]
    ) -> dict[int, dict[int, float]]:
        """Company -> its retrieved names -> cosine."""
        found: dict[int, dict[int, float]] = defaultdict(dict)
        for company in sure:
            found[company][self._present[company]] = 0.0
        bare = dict.fromkeys((text,) for label in labels for text in (label, bare_label(label)))
        for text in (words, *bare):
            for number, cosine in self._index.most_alike(text, _COMPARED) if text else ():
                names = found[self._names[number][0]]
                names[number] = max(cosine, names.get(number, 0.0))
        return found

    def _closest(self, words: tuple[str, ...], labels: Sequence[str], names: dict[int, float]) -> Likeness:
        """The likeness of the company's closest name; the domain may be spelled by another one of its
        names."""
        found = [self._measure(words, labels, number, cosine) for number, cosine in names.items()]
        closest = max(found, key=_rank if not words else _by_name)
        spells = max(found, key=_by_label)
        return closest._replace(spelled=spells.spelled, spelling=spells.spelling)

    def _measure(self, words: tuple[str, ...], labels: Sequence[str], number: int, cosine: float) -> Likeness:
        _, theirs, name = self._names[number]
        ours, others = shared(words, theirs, self._rarity), shared(theirs, words, self._rarity)
        region = self._region_of(name.row)
        readings = [reading for label in labels for reading in _readings(label, region)]
        return Likeness(name, cosine, *ours, *others, *spelled(readings, theirs, self._rarity))


def _by_name(one: Likeness) -> float:
    return one.cosine + one.covered + one.covering


def _by_label(one: Likeness) -> float:
    return one.cosine + one.spelled + one.spelling


def _rank(one: Likeness) -> float:
    return max(_by_name(one), _by_label(one))


def written_words(company: str) -> tuple[str, ...]:
    """The words of a name as somebody wrote or listed it, without what a securities list appends."""
    return _bounded(name_words(issuer_name(company)))


def _bounded(words: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(word[:_LETTERS] for word in comparable(words[:_WORDS]))


def domain_label(domain: str) -> str | None:
    """The letters and digits of the part of a domain that somebody chose: `metrobank` of mail.metro-
    bank.co.uk."""
    host = web_host(domain)
    if host is None:
        return None
    parts = host.split(".")[:-1]
    if len(parts) > 1 and parts[-1] in _SECOND_LEVEL:
        parts.pop()
    return re.sub(r"[^a-z0-9]", "", parts[-1][:_LABEL]) or None


def bare_label(label: str) -> str:
    """Without an article, a verb or a legal form that was put around the name: `toro` of thetorocompany."""
    return _AROUND.sub("", label)


@lru_cache(1 << 14)
def _readings(label: str, region: str | None) -> tuple[tuple[str, int], ...]:
    """The label, also without what stands around the name and without the company's region behind it, each
    with the number of letters left out."""
    bare = bare_label(label)
    code = region.casefold() if region and len(region) <= 3 else ""
    local = [text.removesuffix(code) for text in (label, bare) if code and len(text) - len(code) >= 4]
    return tuple((text, len(label) - len(text)) for text in dict.fromkeys((label, bare, *local)))
