"""The codified head: which company it is, as far as exact evidence tells. Nothing here is ever guessed."""

from collections.abc import Callable, Sequence

from specialists.decisions import Decision, Hold, NeedsJudgement
from specialists.enricher.evidence import (
    Candidate,
    Weighed,
    candidates,
    contradiction,
    evidence,
    offered,
    weigh,
)
from specialists.enricher.making import MOST_SURE, matched, without_company
from specialists.enricher.policy import Evidence, policy
from specialists.enricher.schema import Judges, Reads
from specialists.enricher.tickers import former_holders

_IN_WORDS: dict[Evidence, str] = {
    "domain_and_name": "its domain and its name",
    "domain_and_ticker": "its domain and its ticker",
    "name_and_ticker": "its name and its ticker",
    "domain": "its domain; no company name was given",
    "domain_like_name": "its domain; the written name is similar",
    "domain_other_name": "its domain alone; the written name is quite another",
    "exact_name": "its name, letter by letter",
    "normalised_name": "its name, but for case, punctuation or legal form",
    "former_name": "a name it bears or bore besides its present one",
    "ticker": "its ticker alone",
    "ticker_like_name": "its ticker; the written name is similar",
}

_ONLY_ONE = {
    "place": "; of its namesakes only this one is at that place",
    "listing": "; a security is named, and of its namesakes only this one is listed",
}


def no_exact_match(record: Reads) -> Decision | None:
    """Nothing exact points at a company. Similar names are for judgement; without any there is no company."""
    if candidates(record):
        return None
    if record.similar:
        return NeedsJudgement("no exact match: the names are only similar")
    return without_company(
        record,
        "unmatched",
        0.0,
        ["unmatched"],
        "no company has this domain, name or ticker, or a similar name",
    )


def reassigned_ticker(record: Reads) -> Decision | None:
    """Only a ticker says so, and it belongs to a company of quite another name."""
    found = candidates(record)
    if not all(candidate.only_by_foreign_ticker() for candidate in found):
        return None
    if record.similar:
        return NeedsJudgement("no exact match: the ticker belongs to a company of quite another name")
    why = f"the ticker now belongs to {_names(found)}, a quite different name"
    return without_company(record, "unmatched", 0.0, ["unmatched", "ticker_disagrees"], why)


def several_companies(record: Reads) -> Decision | None:
    """Evidence that points at more than one company and does not single one out."""
    weighed = weigh(record)
    if weighed.winner is not None:
        return None
    flags = ["ambiguous"]
    if _ticker_disagrees(weighed):
        flags.append("ticker_disagrees")
    confidence = max(_confidence(candidate) for candidate in weighed.candidates) / len(weighed.candidates)
    why = f"the evidence fits {len(weighed.candidates)} companies: {_names(weighed.candidates)}"
    return without_company(record, "ambiguous", confidence, flags, why)


def first_word_only(record: Reads) -> Decision | None:
    """One word, a name that a company bears but does not write like that or bore once; others begin with
    it."""
    winner, sharing = weigh(record).winner, record.sharing_first_word
    if winner is None or winner.kinds != {"name"} or sharing < policy().shared_first_word:
        return None
    if "exact name" in winner.hows or winner.place == "agrees":
        return None
    why = f"{winner.hits[0].name} ({winner.same_as}) has this name, but {sharing} names begin with the word"
    return without_company(
        record, "ambiguous", _confidence(winner) / (1 + sharing), ["ambiguous", "first_word_only"], why
    )


def agreeing_evidence(record: Reads) -> Decision | None:
    return _if(record, lambda winner: len(winner.kinds) > 1)


def exact_domain(record: Reads) -> Decision | None:
    return _if(record, lambda winner: winner.kinds == {"domain"})


def exact_name(record: Reads) -> Decision | None:
    return _if(record, lambda winner: "exact name" in winner.hows)


def normalised_name(record: Reads) -> Decision | None:
    return _if(record, lambda winner: "normalised name" in winner.hows)


def former_name(record: Reads) -> Decision | None:
    return _if(record, lambda winner: "alias" in winner.hows)


def exact_ticker(record: Reads) -> Decision | None:
    return _if(record, lambda winner: winner.kinds == {"ticker"})


RULES = (
    no_exact_match,
    reassigned_ticker,
    several_companies,
    first_word_only,
    agreeing_evidence,
    exact_domain,
    exact_name,
    normalised_name,
    former_name,
    exact_ticker,
)


def settle(record: Reads, judged: Judges) -> Decision:
    """What a choice among the offered companies means, at the one threshold. One that was not offered is
    held."""
    if judged.choice is None:
        status = "ambiguous" if candidates(record) else "unmatched"
        return without_company(record, status, 0.0, [status, "judged"], f"judged: {judged.because}")
    rows = offered(record).get(judged.choice)
    if rows is None:
        return Hold(f"the judgement names {judged.choice!r}, which is not among the companies offered")
    why = f"judged {judged.probability:.2f} probable: {judged.because}"
    against = contradiction(record, rows)
    if against and not any(candidate.same_as == judged.choice for candidate in candidates(record)):
        below = min(judged.probability, policy().threshold / 2)
        return without_company(record, "ambiguous", below, ["ambiguous", "judged"], f"{why}; but {against}")
    if judged.probability < policy().threshold:
        status = "ambiguous" if judged.probability >= policy().worth_a_look else "unmatched"
        return without_company(record, status, judged.probability, [status, "judged"], why)
    return matched(record, rows, min(judged.probability, MOST_SURE), ["judged"], why)


def _if(record: Reads, fits: Callable[[Candidate], bool]) -> Decision | None:
    weighed = weigh(record)
    winner = weighed.winner
    if winner is None or not fits(winner):
        return None
    flags = ["ticker_disagrees"] if _ticker_disagrees(weighed) else []
    why = f"{winner.hits[0].name} ({winner.same_as}) has {_IN_WORDS[evidence(winner)]}"
    if weighed.by is not None:
        flags.append(f"settled_by_{weighed.by}")
        why += _ONLY_ONE[weighed.by]
    elif winner.place in ("differs", "abroad"):
        why += "; the place differs"
    if former := former_holders(record.companies, record.ticker, record.partition):
        flags.append("ticker_reassigned")
        why += f"; the ticker was once {former[0].name}'s ({former[0].cited_as})"
    return matched(record, winner.hits, _confidence(winner, weighed.by is not None), flags, why)


def _confidence(winner: Candidate, settled: bool = False) -> float:
    rules = policy()
    sure = rules.confidence[evidence(winner)]
    if winner.kinds in ({"name"}, {"ticker"}):
        sure += {
            "agrees": rules.place_agrees,
            "unknown": 0.0,
            "differs": rules.place_differs,
            "abroad": rules.country_differs,
        }[winner.place]
    if settled:
        sure += rules.settled_among_namesakes
    return round(min(max(sure, 0.0), MOST_SURE), 4)


def _ticker_disagrees(weighed: Weighed) -> bool:
    """A ticker alone points at one company, and something else at another."""
    by_ticker_alone = any(candidate.kinds == {"ticker"} for candidate in weighed.candidates)
    return by_ticker_alone and any("ticker" not in candidate.kinds for candidate in weighed.candidates)


def _names(found: Sequence[Candidate]) -> str:
    named = [f"{candidate.hits[0].name} ({candidate.same_as})" for candidate in found[:5]]
    return ", ".join(named) + (f" and {len(found) - 5} more" if len(found) > 5 else "")
