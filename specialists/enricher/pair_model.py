"""Which offered company is meant, and how probable that is: two small logistic regressions, one after the
other.

The first weighs each company by itself (`pair_features`). The second looks at the best one beside the others
(`choice_features`) and gives the probability that it is the one meant. Weights: pair_model.json, which names
what they were fitted on and the command that fits them again.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from math import exp, log
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict

from specialists.enricher.pairs import pair_features
from specialists.enricher.schema import Reads

# Beyond this a runner-up is no rival, whatever it is exactly; a company that stands alone has one that far
# behind.
_FAR = 8.0
_CLOSE = 3.0


class Regression(BaseModel):
    """log odds = intercept + sum of weight x value; a feature without a weight counts nothing."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    intercept: float
    weights: dict[str, float]

    def log_odds(self, features: Mapping[str, float]) -> float:
        weights = self.weights
        return self.intercept + sum(weights.get(name, 0.0) * value for name, value in features.items())


class PairModel(BaseModel):
    """Both regressions and where they come from."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    schema_version: int
    provenance: dict[str, Any]
    pair: Regression
    choice: Regression

    def choose(self, record: Reads) -> "Choice | None":
        """The most probable of `record.similar`; None where none is offered."""
        features = pair_features(record)
        if not features:
            return None
        odds = [self.pair.log_odds(one) for one in features]
        order = sorted(range(len(odds)), key=lambda at: (-odds[at], at))
        beside = choice_features([odds[at] for at in order], features[order[0]])
        # Only one can be meant, so the best is at most as probable as its share of the best two's odds.
        probability = min(_share(self.choice.log_odds(beside)), _share(beside["lead"]))
        return Choice(order[0], order[1] if len(order) > 1 else None, probability)


def _share(log_odds: float) -> float:
    return 1 / (1 + exp(-log_odds))


@dataclass(frozen=True, slots=True)
class Choice:
    """Places in `record.similar` of the best and the next best, and the probability (0..1) of the best."""

    best: int
    runner_up: int | None
    probability: float


def choice_features(odds: Sequence[float], best: Mapping[str, float]) -> dict[str, float]:
    """From the pairs' log odds, the highest first, and the features of the best pair."""
    lead = min(odds[0] - odds[1], _FAR) if len(odds) > 1 else _FAR
    others = log(sum(map(exp, odds[1:]), exp(odds[0] - _FAR)))
    about = {name: best.get(name, 0.0) for name in ("alone", "one_word", "one_word_of_many")}
    return {
        "log_odds": odds[0],
        "log_odds_squared": odds[0] * abs(odds[0]) / 10,
        "lead": lead,
        "close": min(lead, _CLOSE),
        "others": others,
        **about,
    }


@cache
def pinned_model() -> PairModel:
    """The weights beside this module. Raises ValidationError if the file does not fit."""
    return PairModel.model_validate(
        json.loads(Path(__file__).with_name("pair_model.json").read_text("utf-8"))
    )
