"""The Enricher: every case, its tools, its settling of judgements, and graders that catch planted defects."""

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any, cast

import pytest

from resources.campaign import Campaign
from resources.crm import CohortEmailDomains, Contact
from resources.directory import Directory, load_directory
from resources.gateway.answers import Answered
from resources.journal import Judgement
from specialists.cases import Case, load_cases
from specialists.decisions import Decided, Hold, NeedsJudgement
from specialists.enricher.candidates import CANDIDATES
from specialists.enricher.pair_model import pinned_model
from specialists.enricher.pairs import pair_features
from specialists.enricher.schema import Judges, Makes, Reads
from specialists.enricher.tools import Tools
from specialists.grading import Facts, grade
from specialists.judgement import ask_local
from specialists.rows import stage_schema
from specialists.specialist import Specialist, blueprint
from specialists.stage import decide_by_rules, settled

ENRICHER = blueprint("enricher")
CASES = {case.name: case for case in load_cases(ENRICHER.folder / "cases.jsonl")}
DAY = date(2026, 3, 2)


def facts(day: date = DAY, email: str | None = None) -> Facts:
    contact = Contact(email, None, None, None, None, "unknown")
    return Facts(day, cast(Campaign, None), contact)


def decided(case: Case, candidate: str = "local/pair-model") -> tuple[Reads, Makes, str | None]:
    """By the rules, and where they pass the record on by the candidate, as the stage does it."""
    record = Reads.model_validate(case.record)
    specialist = Specialist(ENRICHER, cast(Any, None), CANDIDATES[candidate](()))
    outcome = decide_by_rules(specialist, record)
    if isinstance(outcome.decision, NeedsJudgement):
        answer = ask_local(specialist, record)
        assert isinstance(answer, Answered), answer
        outcome = settled(specialist, record, outcome.decision.why, Judgement(f"model:{candidate}", answer))
    assert isinstance(outcome.decision, Decided), outcome.reason
    return record, cast(Makes, outcome.decision.output), outcome.decided_by


def failed(record: Reads, output: Makes) -> set[str]:
    verdicts = grade(ENRICHER.record_graders, record, output, facts(record.partition))
    return {verdict.grader for verdict in verdicts if not verdict.passed}


def test_there_are_enough_cases_of_both_kinds() -> None:
    kinds = [case.kind for case in CASES.values()]
    assert kinds.count("ordinary") >= 15 and kinds.count("nasty") >= 20


@pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())
def test_case(case: Case) -> None:
    """The rules or the pinned candidate decide it as expected, and all graders agree."""
    record, output, decided_by = decided(case)
    made = output.model_dump(mode="json")
    assert decided_by == case.expect.by
    assert {name: made[name] for name in case.expect.output} == case.expect.output
    assert failed(record, output) == set()


def changed(output: Makes, **changes: Any) -> Makes:
    return Makes.model_validate(output.model_dump() | changes)


def with_value(output: Makes, field: str, **changes: Any) -> Makes:
    """The output with one citation changed, or dropped where nothing is given."""
    values = output.model_dump()["firmographics"]
    return changed(
        output, firmographics=values | {field: (values[field] or {}) | changes if changes else None}
    )


def cited(value: str, source: str, confidence: float, as_of: date = date(2026, 2, 1)) -> dict[str, Any]:
    return {"value": value, "source": source, "as_of": as_of, "confidence": confidence}


def as_if_matched(output: Makes, record: Reads, **changes: Any) -> Makes:
    """An output that takes the first company offered, with a name cited as it should be."""
    hit = record.companies[0]
    name = {"value": hit.name, "source": hit.cited_as, "as_of": hit.as_of, "confidence": 0.9}
    made = {"company_id": hit.id, "match_status": "matched", "match_confidence": 0.9}
    return changed(output, **made, firmographics={"name": name}, flags=[], **changes)


def judged_other(output: Makes, record: Reads) -> Makes:
    """A judgement for another company than the one that domain and name single out."""
    other = record.companies[0].model_copy(update={"id": "r2", "same_as": "registry:r2", "how": ["ticker"]})
    record.companies.append(other)
    return as_if_matched(output, record).model_copy(update={"company_id": "r2", "flags": ["judged"]})


SIMILAR = "two letters swapped"
MATCH = "domain and exact name"
DISPUTE = "two directories disagree, the fresher wins"
TRUSTED = "two directories of one date disagree, the more trusted wins"
UNSETTLED = "two directories of one date and trust disagree, none is used"
PASSED_ON = "a ticker that passed on is explained by the name beside it"
DEFECTS: dict[str, tuple[str, str, Callable[[Makes, Reads], Makes]]] = {
    "no id": (MATCH, "fills_required_fields", lambda o, r: changed(o, company_id=None)),
    "no firmographics": (MATCH, "fills_required_fields", lambda o, r: changed(o, firmographics=None)),
    "no name": (MATCH, "fills_required_fields", lambda o, r: with_value(o, "name")),
    "a value dropped in silence": (MATCH, "fills_required_fields", lambda o, r: with_value(o, "city")),
    "a value dropped with a false flag": (
        MATCH,
        "fills_required_fields",
        lambda o, r: changed(with_value(o, "city"), flags=["missing:city"]),
    ),
    "a missing value unflagged": (
        "employees unknown to the directory",
        "fills_required_fields",
        lambda o, r: changed(o, flags=[]),
    ),
    "matched below the threshold": (
        MATCH,
        "flags_low_confidence",
        lambda o, r: changed(o, match_confidence=0.79),
    ),
    "matched and flagged ambiguous": (
        MATCH,
        "flags_low_confidence",
        lambda o, r: changed(o, flags=["ambiguous"]),
    ),
    "a company that was not offered": (
        MATCH,
        "flags_low_confidence",
        lambda o, r: changed(o, company_id="r999"),
    ),
    "homonyms guessed": ("homonyms, name only", "flags_low_confidence", as_if_matched),
    "the loser of a domain match": (
        "homonyms told apart by domain",
        "flags_low_confidence",
        as_if_matched,
    ),
    "confidently ambiguous": (
        "homonyms, name only",
        "flags_low_confidence",
        lambda o, r: changed(o, match_confidence=0.95),
    ),
    "ambiguous, and names a company": (
        "homonyms, name only",
        "flags_low_confidence",
        lambda o, r: changed(o, company_id="r1"),
    ),
    "ambiguous and unflagged": (
        "homonyms, name only",
        "flags_low_confidence",
        lambda o, r: changed(o, flags=[]),
    ),
    "unmatched and unflagged": (
        "nobody in the directory",
        "flags_low_confidence",
        lambda o, r: changed(o, flags=["ambiguous"]),
    ),
    "a made-up value": (
        MATCH,
        "no_stale_or_guessed_values",
        lambda o, r: with_value(o, "employees", value="250"),
    ),
    "a corrected value": (
        MATCH,
        "no_stale_or_guessed_values",
        lambda o, r: with_value(o, "city", value="SPRINGFIELD"),
    ),
    "another row's citation": (
        "homonyms told apart by domain",
        "no_stale_or_guessed_values",
        lambda o, r: with_value(o, "city", source="registry:r1", value="Springfield"),
    ),
    "a younger date than the directory's": (
        MATCH,
        "no_stale_or_guessed_values",
        lambda o, r: with_value(o, "city", as_of=date(2026, 2, 28)),
    ),
    "a stale value kept": (
        "a stale headcount is left out",
        "no_stale_or_guessed_values",
        lambda o, r: changed(
            o,
            firmographics=o.model_dump()["firmographics"]
            | {
                "employees": {
                    "value": "240",
                    "source": "registry:r1",
                    "as_of": date(2025, 1, 1),
                    "confidence": 0.9,
                }
            },
        ),
    ),
    "the older of two values": (
        DISPUTE,
        "no_stale_or_guessed_values",
        lambda o, r: with_value(
            o, "industry", value="Industrial machinery", source="registry:r1", as_of=date(2026, 1, 1)
        ),
    ),
    "the less trusted of two values": (
        TRUSTED,
        "no_stale_or_guessed_values",
        lambda o, r: with_value(o, "employees", value="240", source="registry:r1"),
    ),
    "one of two values that nothing settles": (
        UNSETTLED,
        "no_stale_or_guessed_values",
        lambda o, r: changed(
            with_value(o, "employees", **cited("240", "registry:r1", 0.7)), flags=["conflict:employees"]
        ),
    ),
    "a settled value left empty": (
        TRUSTED,
        "fills_required_fields",
        lambda o, r: changed(with_value(o, "employees"), flags=["unresolved:employees"]),
    ),
    "a dispute flagged as a gap": (
        UNSETTLED,
        "fills_required_fields",
        lambda o, r: changed(o, flags=["missing:employees"]),
    ),
    "an unsettled dispute unflagged": (
        UNSETTLED,
        "fills_required_fields",
        lambda o, r: changed(o, flags=[]),
    ),
    "a dispute hidden": (DISPUTE, "no_stale_or_guessed_values", lambda o, r: changed(o, flags=[])),
    "a dispute without who says what": (
        DISPUTE,
        "no_stale_or_guessed_values",
        lambda o, r: changed(o, disagreements=[]),
    ),
    "one source as sure as two": (
        DISPUTE,
        "no_stale_or_guessed_values",
        lambda o, r: with_value(o, "employees", confidence=0.95),
    ),
    "a ticker that passed on unflagged": (
        PASSED_ON,
        "no_stale_or_guessed_values",
        lambda o, r: changed(o, flags=["missing:tickers"]),
    ),
    "a ticker that passed on kept": (
        PASSED_ON,
        "no_stale_or_guessed_values",
        lambda o, r: with_value(o, "tickers", **cited("ZZQX", "registry:r1", 0.8, date(2025, 9, 1))),
    ),
    "a similar company that was not offered": (
        SIMILAR,
        "flags_low_confidence",
        lambda o, r: changed(o, company_id="q1"),
    ),
    "a similar company's value from another row": (
        "the numeral tells two funds apart",
        "no_stale_or_guessed_values",
        lambda o, r: with_value(o, "name", source=r.similar[1].same_as),
    ),
    "a judgement against the evidence": (
        MATCH,
        "flags_low_confidence",
        lambda o, r: judged_other(o, r),
    ),
    "no source": (MATCH, "cites_sources", lambda o, r: with_value(o, "city", source="")),
    "a source that was not read": (
        MATCH,
        "cites_sources",
        lambda o, r: with_value(o, "city", source="memory:r1"),
    ),
    "a blank value": (MATCH, "cites_sources", lambda o, r: with_value(o, "city", value=" ")),
    "a date to come": (
        MATCH,
        "cites_sources",
        lambda o, r: with_value(o, "city", as_of=date(2026, 3, 3)),
    ),
    "no confidence": (MATCH, "cites_sources", lambda o, r: with_value(o, "city", confidence=0)),
    "a value surer than its match": (
        MATCH,
        "cites_sources",
        lambda o, r: with_value(o, "city", confidence=1),
    ),
    "a disputed value quite sure": (
        DISPUTE,
        "cites_sources",
        lambda o, r: with_value(o, "industry", confidence=0.95),
    ),
}


@pytest.mark.parametrize("defect", DEFECTS.values(), ids=DEFECTS.keys())
def test_a_planted_defect_is_caught(defect: tuple[str, str, Callable[[Makes, Reads], Makes]]) -> None:
    """The grader it belongs to fails, on an output that passed before it was planted."""
    name, grader, plant = defect
    record, output, _ = decided(CASES[name])
    assert failed(record, output) == set()
    assert grader in failed(record, plant(output, record))


def row(
    record_id: str, company_id: str | None, company: str = "Lantern", city: str | None = None
) -> dict[str, Any]:
    where = {"domain": None, "city": city, "region": None, "country": None, "ticker": None}
    status = "matched" if company_id else "ambiguous"
    return {
        "record_id": record_id,
        "company": company,
        "company_id": company_id,
        "match_status": status,
        **where,
    }


def test_the_same_lead_data_must_be_the_same_company() -> None:
    grader = ENRICHER.cohort_graders["consistent_identity"]
    one, other = row("a", "r1"), row("b", "r2", " Lantern ")
    alone = row("c", "r2", city="Lakeside")
    by_id = {record_id: facts() for record_id in "abc"}
    assert set(grader([one, other, alone], by_id)) == {"a", "b"}
    assert set(grader([one, row("b", None), alone], by_id)) == {"a", "b"}
    assert grader([one, row("b", "r1"), alone], by_id) == {}
    assert grader([one, other], {"a": facts(email="x@one.example"), "b": facts(email="x@two.example")}) == {}


@pytest.fixture
def directory(tmp_path: Path) -> Directory:
    (tmp_path / "c.csv").write_text(
        "id,name,site\nr1,Bright Anvil,brightanvil.example\nr2,Post Office,gmail.com\n"
    )
    (tmp_path / "spec.yaml").write_text(
        "{source: registry, file: c.csv, as_of: 2026-02-01, licence: CC0, "
        "columns: {id: id, name: name, website: site}}"
    )
    return load_directory([tmp_path / "spec.yaml"])


def test_the_tools_read_the_directory_by_all_the_lead_says(directory: Directory) -> None:
    """The contact's domain counts, an address written as a domain is understood, free mail is nobody's."""
    tools = Tools(directory, CohortEmailDomains({"a": "www.brightanvil.example", "b": "GMAIL.com"}))
    by_contact = tools.read_all({"record_id": "a", "company": None})
    assert by_contact["email_domain"] == "www.brightanvil.example"
    assert [hit.id for hit in by_contact["companies"]] == ["r1"]
    assert tools.read_all({"record_id": "b", "company": "Nobody", "domain": "gmail.com"})["companies"] == []
    by_domain = tools.read_company({"record_id": "c", "domain": "https://brightanvil.example/contact"})
    assert [(hit.id, hit.how) for hit in by_domain] == [("r1", ["domain"])]


def judged(choice: str | None, probability: float) -> Judges:
    return Judges(choice=choice, probability=probability, because="the names are alike")


def test_a_judgement_chooses_only_among_the_companies_offered() -> None:
    """Exact or similar, an offered company is matched and as sure as judged; another one is held."""
    for name, choice in (("homonyms, name only", "registry:r2"), (SIMILAR, "registry:q22")):
        record = Reads.model_validate(CASES[name].record)
        chosen = ENRICHER.settle(record, judged(choice, 0.9))
        assert isinstance(chosen, Decided)
        output = cast(Makes, chosen.output)
        assert (output.company_id, output.match_confidence) == (choice.split(":")[1], 0.9)
        assert "judged" in output.flags and failed(record, output) == set()
        assert isinstance(ENRICHER.settle(record, judged("registry:r3", 1.0)), Hold)


@pytest.mark.parametrize(
    ("choice", "probability", "status"),
    [
        ("registry:q22", 0.8, "matched"),
        ("registry:q22", 0.79, "ambiguous"),
        ("registry:q22", 0.2, "ambiguous"),
        ("registry:q22", 0.19, "unmatched"),
        (None, 0.0, "unmatched"),
    ],
)
def test_one_threshold_says_what_a_judgement_means(
    choice: str | None, probability: float, status: str
) -> None:
    """Only a match names a company; the graders agree with all of them."""
    record = Reads.model_validate(CASES[SIMILAR].record)
    decision = ENRICHER.settle(record, judged(choice, probability))
    assert isinstance(decision, Decided)
    output = cast(Makes, decision.output)
    assert (output.match_status, output.company_id is not None) == (status, status == "matched")
    assert failed(record, output) == set()


def test_a_judgement_that_cannot_tell_leaves_the_lead_ambiguous() -> None:
    record = Reads.model_validate(CASES["homonyms, name only"].record)
    decision = ENRICHER.settle(record, judged(None, 0.0))
    assert isinstance(decision, Decided)
    output = cast(Makes, decision.output)
    assert (output.match_status, output.company_id, output.firmographics) == ("ambiguous", None, None)
    assert failed(record, output) == set()


def test_without_a_candidate_similar_names_wait() -> None:
    """The rules never settle a similar name: they pass it on, with a reason that can be counted."""
    record = Reads.model_validate(CASES[SIMILAR].record)
    outcome = decide_by_rules(Specialist(ENRICHER, cast(Any, None), None), record)
    assert outcome.decision == NeedsJudgement("no exact match: the names are only similar")


def test_the_weaker_candidate_knows_fewer_but_no_wrong_ones() -> None:
    """Names alone: of the similar cases it finds some, and never another company than the pair model."""
    similar = [case for case in CASES.values() if (case.expect.by or "").startswith("model:")]
    found = [decided(case, "local/name-similarity")[1].company_id for case in similar]
    best = [case.expect.output["company_id"] for case in similar]
    assert 3 <= sum(one is not None for one in found) < sum(one is not None for one in best)
    assert all(one in (None, two) for one, two in zip(found, best, strict=True))


def test_probability_falls_when_a_rival_is_near() -> None:
    """The same pair is less probable beside another company that is as alike."""
    record = Reads.model_validate(CASES[SIMILAR].record)
    alone = pinned_model().choose(record.model_copy(update={"similar": record.similar[:1]}))
    rival = record.similar[0].model_copy(update={"same_as": "registry:rival"})
    beside = pinned_model().choose(record.model_copy(update={"similar": [record.similar[0], rival]}))
    assert alone is not None and beside is not None
    assert alone.probability > 0.9 and beside.probability <= 0.5


def test_the_weights_say_where_they_come_from_and_weigh_what_is_computed() -> None:
    """A feature without a weight would count nothing, a weight without a feature is a leftover."""
    model = pinned_model()
    assert {"set", "date", "leads", "command", "cross_validation"} <= set(model.provenance)
    computed: set[str] = set()
    for case in CASES.values():
        for features in pair_features(Reads.model_validate(case.record)):
            computed |= set(features)
    assert computed <= set(model.pair.weights)


def test_staleness_is_relative_to_the_partition() -> None:
    """The same record on a later day loses its headcount, then is not matched at all."""
    case = CASES[MATCH]
    later = {
        day: case.model_copy(update={"record": case.record | {"partition": day}})
        for day in ("2027-01-31", "2027-02-02", "2031-06-01")
    }
    flags = {day: decided(moved)[1].flags for day, moved in later.items()}
    assert flags["2027-01-31"] == []
    assert flags["2027-02-02"] == ["stale:tickers", "stale:employees"]
    assert flags["2031-06-01"] == ["low_confidence", "stale:name"]


def test_the_output_fits_the_lake() -> None:
    assert {"company_id", "match_status", "firmographics", "company"} <= set(stage_schema(ENRICHER).names)
    assert "email_domain" not in stage_schema(ENRICHER).names
