"""What speaks for and against one offered company, as numbers: the features of the pair model.

Each has a reason that holds for any lead file; whether a field is filled at all, ids and the order of rows
are none.
"""

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache

from rapidfuzz import fuzz
from rapidfuzz.distance import JaroWinkler

from resources.company_names import name_words, ticker_key, web_host
from resources.directory.hits import Similar
from resources.directory.likeness import comparable, same_word
from resources.directory.similarity import bare_label, domain_label, written_words
from resources.security_names import names_security
from specialists.enricher.evidence import written_name
from specialists.enricher.place import place_of
from specialists.enricher.policy import policy
from specialists.enricher.schema import Reads

_ROMAN = frozenset({"i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix", "x", "xi", "xii"})


def pair_features(record: Reads) -> list[dict[str, float]]:
    """Name -> value, one mapping for each company in `record.similar`; a feature that is 0 is left out."""
    name = written_name(record.company, record.ticker)
    words = written_words(name) if name else ()
    domains = [text for text in (record.domain, record.email_domain) if text]
    return [
        {k: float(v) for k, v in _features(record, one, words, domains).items() if v}
        for one in record.similar
    ]


def _features(
    record: Reads, one: Similar, words: tuple[str, ...], domains: Sequence[str]
) -> Mapping[str, float]:
    theirs = comparable(name_words(one.compared))
    by_name = _by_name(one, words, theirs) if words else {}
    return {**by_name, **_by_domain(one, domains, theirs, bool(words)), **_beside(record, one, words)}


def _by_name(one: Similar, words: tuple[str, ...], theirs: tuple[str, ...]) -> dict[str, float]:
    ours_key, theirs_key = "".join(words), "".join(theirs)
    short, long = sorted((ours_key, theirs_key), key=len)
    first = same_word(words[0], theirs[0]) if theirs else 0.0
    return {
        "cosine": one.cosine,
        "covered": one.covered,
        "covering": one.covering,
        "unfound": one.unfound,
        "unsaid": one.unsaid,
        "both": one.covered * one.covering,
        "covered_fully": one.covered > 0.98,
        "covering_fully": one.covering > 0.98,
        "less_covered": min(one.covered, one.covering),
        "ratio": fuzz.ratio(ours_key, theirs_key) / 100,
        "sorted_ratio": fuzz.token_sort_ratio(" ".join(words), " ".join(theirs)) / 100,
        "jaro_winkler": JaroWinkler.similarity(ours_key, theirs_key),
        "same_letters": ours_key == theirs_key,
        "begins": len(short) >= 4 and long.startswith(short),
        "begins_long": len(short) >= 10 and long.startswith(short),
        "first_word": first,
        "first_word_same": first == 1.0,
        "in_order": _in_order(words, theirs),
        "one_word": len(words) == 1,
        "one_word_of_many": len(words) == 1 and len(theirs) > 1,
        "words_more": min(max(0, len(words) - len(theirs)), 3) / 3,
        "words_less": min(max(0, len(theirs) - len(words)), 3) / 3,
        "numerals_differ": _numerals(words) != _numerals(theirs),
        "former": one.former,
    }


def _by_domain(
    one: Similar, domains: Sequence[str], theirs: tuple[str, ...], named: bool
) -> dict[str, float]:
    labels = [label for label in map(domain_label, domains) if label]
    bare = list(dict.fromkeys([*labels, *map(bare_label, labels)]))
    hosts = {host for host in map(web_host, domains) if host}
    websites = {web_host(row.website) for row in one.rows if row.website}
    tickers = {ticker_key(text) for row in one.rows for text in (row.tickers or "").split("|")}
    begun = {"".join(theirs[:count]) for count in range(1, len(theirs) + 1)}
    initials = "".join(word[0] for word in theirs)
    features = {
        "another_website": bool(hosts) and bool(websites) and not hosts & websites,
        "spelled": one.spelled,
        "spelling": one.spelling,
        "spelled_both": one.spelled * one.spelling,
        "spelled_fully": one.spelled > 0.99,
        "spelling_fully": one.spelled > 0.99 and one.spelling > 0.98,
        "label_is_ticker": any(label.upper() in tickers for label in labels),
        "label_is_initials": any(label == initials for label in bare) and len(theirs) > 1,
        "label_is_first_words": any(label in begun for label in bare),
        "label_rest_generic": any(_rest_is_generic(label, begun) for label in bare),
        "label_ratio": max((fuzz.ratio(label, "".join(theirs)) / 100 for label in labels), default=0.0),
    }
    if named:
        return {k: v for k, v in features.items() if v}
    short = any(len(label) <= 4 for label in labels)
    alone = {f"alone_{k}": v for k, v in features.items()}
    return {
        **alone,
        "alone": True,
        "alone_short": short,
        "alone_former": one.former,
        "alone_cosine": one.cosine,
    }


def _beside(record: Reads, one: Similar, words: tuple[str, ...]) -> dict[str, float]:
    """The place and the ticker."""
    place = place_of(record, one.rows)
    tickers = {ticker_key(text) for row in one.rows for text in (row.tickers or "").split("|") if text}
    ours = ticker_key(record.ticker) if record.ticker else None
    security = names_security(record.company) if record.company else False
    return {
        "listed_security": security and bool(tickers),
        "unlisted_security": security and not tickers,
        "place_agrees": place == "agrees",
        "place_and_word": place == "agrees" and len(words) == 1 and one.covered > 0.98,
        "name_is_ticker": len(words) == 1 and words[0].upper() in tickers,
        "place_differs": place == "differs",
        "ticker_agrees": ours is not None and ours in tickers,
        "ticker_differs": ours is not None and bool(tickers) and ours not in tickers,
    }


def _rest_is_generic(label: str, begun: Iterable[str]) -> bool:
    """`acmebank` of Acme Corp: the name's first words, then one that any company might add."""
    return any(label.startswith(start) and label[len(start) :] in policy().generic_words for start in begun)


def _in_order(words: tuple[str, ...], theirs: tuple[str, ...]) -> float:
    """The share of our words that stand where theirs do."""
    return sum(same_word(a, b) for a, b in zip(words, theirs, strict=False)) / len(words)


@lru_cache(1 << 16)
def _numerals(words: tuple[str, ...]) -> frozenset[str]:
    """Numbers and Roman numerals: two funds or shell companies often differ in nothing else."""
    return frozenset(word for word in words[1:] if word.isdecimal() or word in _ROMAN)
