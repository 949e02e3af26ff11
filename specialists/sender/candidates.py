"""The Sender's local candidate: reads the plain cases of free text, and is silent on the rest."""

from collections.abc import Callable, Mapping, Sequence

from resources.gateway.ports import Candidate
from specialists.cases import Case
from specialists.text_candidate import TextCandidate

# `python -m evals.text_candidates sender`: it answers 51 % and reads 0.6 % of objections as none; what it
# leaves goes to a person.
_THRESHOLD = 0.8


def _reply_intent(cases: Sequence[Case]) -> Candidate:
    return TextCandidate(cases, path=("message",), threshold=_THRESHOLD)


CANDIDATES: Mapping[str, Callable[[Sequence[Case]], Candidate]] = {"local/reply-intent": _reply_intent}
