"""The Scorer's local candidate: the intent of a message, by TF-IDF and logistic regression."""

from collections.abc import Callable, Sequence

from resources.gateway.ports import Candidate
from specialists.cases import Case
from specialists.text_candidate import TextCandidate

# `python -m evals.text_candidates scorer`: it answers 42 %, and 97 % of that is right; what it leaves goes to
# a person.
THRESHOLD = 0.65


def message_intent(cases: Sequence[Case]) -> Candidate:
    """Trained on the development cases that say how a message is to be read."""
    return TextCandidate(cases, path=("profile", "message"), threshold=THRESHOLD)


CANDIDATES: dict[str, Callable[[Sequence[Case]], Candidate]] = {"local/message-intent": message_intent}
