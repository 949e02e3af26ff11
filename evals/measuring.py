"""One sitting of evals: candidates measured, their raw rows written, defects planted anew."""

from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path

from evals.held_out_cases import has_held_out, load_held_out
from evals.planted_defects import plant_all, write_kills
from evals.runner import GatewayOf, Told, evaluate
from evals.scorecard import scorecard
from evals.scorecard_rows import RULES, SCORECARDS, rows_file, write_rows
from specialists.pin import Part
from specialists.specialist import ROOT, Blueprint


def specialists_with_cases() -> tuple[str, ...]:
    """Every specialist that has held-out cases, by name."""
    names = sorted(path.parent.name for path in ROOT.glob("*/card.yaml"))
    return tuple(name for name in names if has_held_out(name))


def measure(
    specialist: Blueprint,
    candidates: Sequence[str] | None,
    today: date,
    trials: int = 1,
    usd: float = 0.0,
    watch: Callable[[str], Told] = lambda what: lambda done: None,
    gateway_of: GatewayOf | None = None,
    scorecards: Path = SCORECARDS,
) -> dict[str, Part]:
    """Measure `candidates` (`rules`, or ids on the card; None: rules and all local ones), write raw rows and
    planted defects, and give the scorecards by candidate. Raises InputError for an unknown candidate."""
    cases = load_held_out(specialist.name)
    parts = {}
    for name in candidates if candidates else free_candidates(specialist):
        candidate = None if name == RULES else name
        found = evaluate(specialist, candidate, today, trials, usd, watch(name), gateway_of, cases)
        write_rows(rows_file(specialist.name, candidate, scorecards), found)
        parts[name] = scorecard(cases, found, specialist.card)
    write_kills(specialist, plant_all(specialist), scorecards)
    return parts


def free_candidates(specialist: Blueprint) -> list[str]:
    """Rules alone and the local candidates: those that cost nothing to ask."""
    return [RULES, *(name for name in specialist.card.candidates if name.startswith("local/"))]
