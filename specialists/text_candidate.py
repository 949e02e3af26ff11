"""A small local model for short texts: TF-IDF and logistic regression, trained on the development cases.

It says nothing rather than guess: below `threshold` it refuses, and a person looks.
"""

from collections.abc import Iterable, Sequence
from typing import Any

from resources.gateway.answers import Answer, Answered, Refused
from resources.gateway.ports import Question
from specialists.cases import Case


class TextCandidate:
    """Answers `{"label": ...}` for the text found under `path` in the record.

    `threshold` is the least probability (0..1) at which it answers.
    """

    def __init__(self, cases: Sequence[Case], path: tuple[str, ...], threshold: float) -> None:
        self._path, self._threshold = path, threshold
        self._model = _fit(
            (_text(case.record, path), case.expect.judged["label"])
            for case in cases
            if case.expect.judged is not None
        )

    def ask(self, question: Question) -> Answer:
        text = _text(question.record, self._path)
        # Words it never saw say nothing; without this the prior alone would answer.
        known = self._model[0].transform([text]).nnz
        probabilities = dict(zip(self._model.classes_, self._model.predict_proba([text])[0], strict=True))
        label, best = max(probabilities.items(), key=lambda item: item[1])
        if not known or best < self._threshold:
            return Refused("unsure what the text means")
        return Answered({"label": str(label)})


def _fit(examples: Iterable[tuple[str, str]]) -> Any:
    # scikit-learn takes over a second to import, so only where a candidate is really built.
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline

    texts, labels = zip(*examples, strict=True)
    vectorizer = TfidfVectorizer(lowercase=True, ngram_range=(1, 2), sublinear_tf=True)
    return make_pipeline(vectorizer, LogisticRegression(C=10.0, class_weight="balanced", max_iter=1000)).fit(
        texts, labels
    )


def _text(record: Any, path: tuple[str, ...]) -> str:
    for name in path:
        record = (record or {}).get(name)
    return str(record or "")
