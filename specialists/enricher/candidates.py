"""The Enricher's local candidates, the weaker first: names compared by fixed thresholds, a fitted pair
model."""

from collections.abc import Callable, Mapping, Sequence

from rapidfuzz import fuzz

from resources.company_names import name_words
from resources.directory.hits import Similar
from resources.directory.similarity import written_words
from resources.gateway.answers import Answer, Answered
from resources.gateway.ports import Candidate, Question
from specialists.cases import Case
from specialists.enricher.evidence import written_name
from specialists.enricher.pair_model import PairModel, pinned_model
from specialists.enricher.schema import Reads

# Ratios (0..100) of sorted words from which two names are one, and by which the next best must stay behind.
_SAME, _APART = 90.0, 6.0
# What such a comparison is worth, and the rest. Not calibrated: names alone do not tell more than this.
_SURE, _UNSURE = 0.9, 0.3


class NameSimilarityCandidate:
    """Chooses by the written name alone: nearly the same words, and no other company near it."""

    def ask(self, question: Question) -> Answer:
        record = Reads.model_validate(question.record)
        name = written_name(record.company, record.ticker)
        words = " ".join(written_words(name)) if name else ""
        scored = sorted(((_ratio(words, one), -at) for at, one in enumerate(record.similar)), reverse=True)
        if not words or not scored:
            return _answer(None, 0.0, "no name is written, or none is like it")
        best, runner_up = scored[0], scored[1][0] if len(scored) > 1 else 0.0
        one = record.similar[-best[1]]
        sure = best[0] >= _SAME and best[0] - runner_up >= _APART
        because = f"the written name is {best[0]:.0f} % like {one.compared}, the next best {runner_up:.0f} %"
        return _answer(one, _SURE if sure else _UNSURE, because)


class PairCandidate:
    """Chooses by all that speaks for and against each company offered, weighed by a fitted model."""

    def __init__(self, model: PairModel) -> None:
        self._model = model

    def ask(self, question: Question) -> Answer:
        record = Reads.model_validate(question.record)
        choice = self._model.choose(record)
        if choice is None:
            return _answer(None, 0.0, "no company has a similar name")
        one = record.similar[choice.best]
        rival = "" if choice.runner_up is None else f"; next best {_named(record.similar[choice.runner_up])}"
        return _answer(one, choice.probability, f"most like {_named(one)}{rival}")


def _ratio(words: str, one: Similar) -> float:
    return float(fuzz.token_sort_ratio(words, " ".join(name_words(one.compared))))


def _named(one: Similar) -> str:
    former = " (another or former name)" if one.former else ""
    return f"{one.compared}{former}, {one.same_as}"


def _answer(one: Similar | None, probability: float, because: str) -> Answer:
    choice = one.same_as if one else None
    return Answered({"choice": choice, "probability": round(probability, 4), "because": because[:300]})


def _name_similarity(cases: Sequence[Case]) -> Candidate:
    return NameSimilarityCandidate()


def _pair_model(cases: Sequence[Case]) -> Candidate:
    return PairCandidate(pinned_model())


CANDIDATES: Mapping[str, Callable[[Sequence[Case]], Candidate]] = {
    "local/name-similarity": _name_similarity,
    "local/pair-model": _pair_model,
}
