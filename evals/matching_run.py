"""Leads through the Enricher's READ tools, rules and candidate, as its stage decides them."""

from collections.abc import Callable, Iterable, Mapping, Sequence

from evals.matching_data import Labelled
from evals.matching_report import Matched
from evals.pair_fitting import FOLDS, Example, example, fit, fold_of
from resources.crm import CohortEmailDomains
from resources.directory import Directory
from resources.gateway.answers import Answered
from resources.gateway.ports import Candidate
from resources.journal import Judgement
from specialists.decisions import Decided, NeedsJudgement
from specialists.enricher.candidates import PairCandidate
from specialists.enricher.schema import Makes, Reads
from specialists.enricher.tools import Tools
from specialists.judgement import ask_local
from specialists.rows import Outcome
from specialists.specialist import Specialist, blueprint
from specialists.stage import decide_by_rules, settled

ENRICHER = blueprint("enricher")
Read = tuple[Labelled, Reads]


def read(leads: Iterable[Labelled], directory: Directory) -> list[Read]:
    """Every lead with what the READ tools say of it."""
    tools = Tools(directory, CohortEmailDomains({}))
    return [(lead, Reads.model_validate({**lead.row, **tools.read_all(lead.row)})) for lead in leads]


def examples(reads: Sequence[Read]) -> list[Example]:
    """What the pair model learns from: the leads that rules pass on."""
    bare = Specialist(ENRICHER, Tools(Directory(), CohortEmailDomains({})), None)
    passed_on = (
        (lead, record)
        for lead, record in reads
        if isinstance(decide_by_rules(bare, record).decision, NeedsJudgement)
    )
    return [example(lead, record) for lead, record in passed_on]


def fold_candidates(found: Sequence[Example]) -> Mapping[int, Candidate]:
    """Fold -> the pair model fitted without that fold's companies."""
    return {fold: PairCandidate(fit([one for one in found if one.fold != fold], {})) for fold in range(FOLDS)}


def decide(reads: Sequence[Read], candidate_of: Callable[[Labelled], Candidate | None]) -> list[Matched]:
    """What the Enricher makes of every lead, judged by the candidate named for it (None: by nobody)."""
    return [_decide(lead, record, candidate_of(lead)) for lead, record in reads]


def by_folds(reads: Sequence[Read]) -> list[Matched]:
    """Every lead judged by weights that were fitted without its company."""
    candidates = fold_candidates(examples(reads))
    return decide(reads, lambda lead: candidates[fold_of(lead)])


def _decide(lead: Labelled, record: Reads, candidate: Candidate | None) -> Matched:
    specialist = Specialist(ENRICHER, Tools(Directory(), CohortEmailDomains({})), candidate)
    outcome = decide_by_rules(specialist, record)
    believed = None
    if isinstance(outcome.decision, NeedsJudgement):
        answer = ask_local(specialist, record)
        if isinstance(answer, Answered):
            believed = answer.output["choice"]
            outcome = settled(specialist, record, "", Judgement(f"model:{candidate}", answer))
    return _matched(lead, record, outcome, believed)


def _matched(lead: Labelled, record: Reads, outcome: Outcome, believed: str | None) -> Matched:
    if not isinstance(outcome.decision, Decided):
        return Matched(lead, None, outcome.decided_by or "nobody", None, None)
    made = outcome.decision.output
    assert isinstance(made, Makes)
    ids = {one.same_as: one.rows[0].id for one in record.similar}
    thought = made.company_id or ids.get(believed or "")
    probability = made.match_confidence if thought else None
    return Matched(lead, made.company_id, outcome.decided_by or "nobody", thought, probability)
