"""Defects of enriched leads."""

from datetime import timedelta
from typing import Any, cast

from evals.defect_kinds.defect import Defect, Plant, Sample
from specialists.enricher.schema import Firmographics, Makes
from specialists.records import Cited


def _value(field: str, **changes: Any) -> Plant:
    """One citation changed; dropped where no change is given."""

    def plant(sample: Sample) -> Sample | None:
        found = cast(Makes, sample.output).firmographics
        cited: Cited | None = getattr(found, field, None)
        if not isinstance(found, Firmographics) or cited is None:
            return None
        new = cited.model_copy(update=changes) if changes else None
        return sample.with_output(firmographics=found.model_copy(update={field: new}))

    return plant


def _matched(plant: Plant) -> Plant:
    return lambda sample: plant(sample) if cast(Makes, sample.output).match_status == "matched" else None


def _without_match(plant: Plant) -> Plant:
    return lambda sample: None if cast(Makes, sample.output).match_status == "matched" else plant(sample)


def _kept_too_long(sample: Sample) -> Sample | None:
    made = cast(Makes, sample.output)
    if made.firmographics is None or made.firmographics.employees is None:
        return None
    cited = made.firmographics.employees
    old = cited.model_copy(update={"as_of": sample.facts.partition - timedelta(days=366)})
    return sample.with_output(firmographics=made.firmographics.model_copy(update={"employees": old}))


def _to_come(sample: Sample) -> Sample | None:
    return _value("city", as_of=sample.facts.partition + timedelta(days=1))(sample)


DEFECTS = (
    Defect(
        "a match without a company",
        "fills_required_fields",
        _matched(lambda s: s.with_output(company_id=None)),
    ),
    Defect("the name dropped", "fills_required_fields", _value("name")),
    Defect("a city dropped in silence", "fills_required_fields", _value("city")),
    Defect(
        "an unsure match", "flags_low_confidence", _matched(lambda s: s.with_output(match_confidence=0.5))
    ),
    Defect("another company", "flags_low_confidence", _matched(lambda s: s.with_output(company_id="H9999"))),
    Defect("no match, no flag", "flags_low_confidence", _without_match(lambda s: s.with_output(flags=[]))),
    Defect(
        "no match, and a company",
        "flags_low_confidence",
        _without_match(lambda s: s.with_output(company_id="H0001")),
    ),
    Defect("a made-up headcount", "no_stale_or_guessed_values", _value("employees", value="31337")),
    Defect("a tidied city", "no_stale_or_guessed_values", _value("city", value="GREATER EXAMPLETON")),
    Defect("a stale headcount", "no_stale_or_guessed_values", _kept_too_long),
    Defect(
        "a citation that does not say it", "no_stale_or_guessed_values", _value("industry", value="Astrology")
    ),
    Defect("no source", "cites_sources", _value("industry", source="")),
    Defect("a source nobody read", "cites_sources", _value("website", source="memory:1")),
    Defect("a date to come", "cites_sources", _to_come),
    Defect("surer than its match", "cites_sources", _value("city", confidence=1.0)),
    Defect(
        "the same lead, another company",
        "consistent_identity",
        _matched(lambda s: s.with_row(company_id="H9999")),
    ),
)
