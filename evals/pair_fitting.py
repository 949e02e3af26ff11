"""How the Enricher's pair model is fitted: examples from labelled leads, folds by company, two
regressions."""

import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from sklearn.feature_extraction import DictVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import StandardScaler

from evals.matching_data import Labelled
from specialists.enricher.pair_model import PairModel, Regression, choice_features
from specialists.enricher.pairs import pair_features
from specialists.enricher.schema import Reads

FOLDS = 5
# Inverse strength of the L2 penalty on standardised features; 0.1, 0.3 and 1 differ by less than chance.
_STRENGTH = 0.3


@dataclass(frozen=True)
class Example:
    """One lead that judgement is asked about: its offered companies' features, and which one is right."""

    features: Sequence[dict[str, float]]
    right: int | None
    fold: int


def example(lead: Labelled, record: Reads) -> Example:
    ids = [one.rows[0].id for one in record.similar]
    right = ids.index(lead.company_id) if lead.expected == "match" and lead.company_id in ids else None
    return Example(pair_features(record), right, fold_of(lead))


def fold_of(lead: Labelled) -> int:
    """The same for all leads of one company, on every machine."""
    return zlib.crc32(lead.entity.encode()) % FOLDS


def fit(examples: Sequence[Example], provenance: dict[str, Any]) -> PairModel:
    """Both regressions. The second learns from log odds that the first gave to leads it had not seen."""
    pairs = _fit_pairs(examples)
    choices: list[tuple[dict[str, float], bool]] = []
    for fold in sorted({one.fold for one in examples}):
        unseen = _fit_pairs([one for one in examples if one.fold != fold])
        choices.extend(_choice(one, unseen) for one in examples if one.fold == fold)
    choice = _regression([features for features, _ in choices], [right for _, right in choices], 1.0)
    return PairModel(schema_version=1, provenance=provenance, pair=pairs, choice=choice)


def _fit_pairs(examples: Sequence[Example]) -> Regression:
    features = [one for example in examples for one in example.features]
    right = [at == example.right for example in examples for at in range(len(example.features))]
    return _regression(features, right, _STRENGTH)


def _choice(one: Example, pairs: Regression) -> tuple[dict[str, float], bool]:
    odds = [pairs.log_odds(features) for features in one.features]
    order = sorted(range(len(odds)), key=lambda at: (-odds[at], at))
    best = order[0]
    return choice_features([odds[at] for at in order], one.features[best]), best == one.right


def _regression(features: Sequence[dict[str, float]], right: Sequence[bool], strength: float) -> Regression:
    """Weights for the features as they are; the scaling is folded in."""
    vectorizer, scaler = DictVectorizer(sparse=False), StandardScaler()
    scaled = scaler.fit_transform(vectorizer.fit_transform(features))
    model = LogisticRegression(C=strength, max_iter=3000).fit(scaled, np.array(right))
    weights = model.coef_[0] / scaler.scale_
    intercept = float(model.intercept_[0] - (weights * scaler.mean_).sum())
    names = vectorizer.get_feature_names_out()
    return Regression(
        intercept=round(intercept, 5),
        weights={str(name): round(float(weight), 5) for name, weight in zip(names, weights, strict=True)},
    )
