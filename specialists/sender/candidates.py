"""The Sender's local candidates: they read the plain cases of free text, and are silent on the rest."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from resources.gateway.ports import Candidate
from specialists.cases import Case
from specialists.keyword_candidate import KeywordCandidate, load_words
from specialists.text_candidate import TextCandidate

# `python -m evals.text_candidates sender`: it answers 51 % and reads 0.6 % of objections as none; what it
# leaves goes to a person.
_THRESHOLD = 0.8


def _reply_intent(cases: Sequence[Case]) -> Candidate:
    return TextCandidate(cases, path=("message",), threshold=_THRESHOLD)


def _reply_keywords(cases: Sequence[Case]) -> Candidate:
    return KeywordCandidate(load_words(Path(__file__).with_name("candidates.yaml")), path=("message",))


CANDIDATES: Mapping[str, Callable[[Sequence[Case]], Candidate]] = {
    "local/reply-keywords": _reply_keywords,
    "local/reply-intent": _reply_intent,
}
