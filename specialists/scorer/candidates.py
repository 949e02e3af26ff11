"""The Scorer's local candidates for the intent of a message: keywords; TF-IDF and logistic regression."""

from collections.abc import Callable, Sequence
from pathlib import Path

from resources.gateway.ports import Candidate
from specialists.cases import Case
from specialists.keyword_candidate import KeywordCandidate, load_words
from specialists.text_candidate import TextCandidate

_MESSAGE = ("profile", "message")
# `python -m evals.text_candidates scorer`: it answers 42 %, and 97 % of that is right; what it leaves goes to
# a person.
THRESHOLD = 0.65


def message_intent(cases: Sequence[Case]) -> Candidate:
    """Trained on the development cases that say how a message is to be read."""
    return TextCandidate(cases, path=_MESSAGE, threshold=THRESHOLD)


def message_keywords(cases: Sequence[Case]) -> Candidate:
    """Trained on nothing."""
    return KeywordCandidate(load_words(Path(__file__).with_name("candidates.yaml")), path=_MESSAGE)


CANDIDATES: dict[str, Callable[[Sequence[Case]], Candidate]] = {
    "local/message-keywords": message_keywords,
    "local/message-intent": message_intent,
}
