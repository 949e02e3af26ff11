"""How many judgements a day will ask for: from a rehearsal of its cohort, or from the days in the lake."""

from dataclasses import dataclass

from resources.lake import Lake
from workforce_assets.forecast.interval import NOTHING, Interval, exactly, share
from workforce_assets.forecast.rehearsal import Cast, Rehearsal, StageRehearsal, is_hosted
from workforce_assets.manager import StageLine, Workforce
from workforce_assets.warehouse import outcomes


@dataclass(frozen=True)
class Expected:
    """Leads of some days, and the judgements they ask of each specialist."""

    leads: Interval
    calls: dict[str, Interval]
    source: str


def from_rehearsal(played: Rehearsal) -> Expected:
    calls = {stage.line.by: _calls(played, stage) for stage in played.stages}
    if played.sample == played.leads:
        source = f"rules run over all {played.leads:,} leads"
    else:
        source = f"rules run over {played.sample:,} of {played.leads:,} leads (Clopper-Pearson, 95 %)"
    return Expected(exactly(played.leads), calls, source)


def _calls(played: Rehearsal, stage: StageRehearsal) -> Interval:
    """Shares of the sample, so that one interval holds for the whole way of a lead. Where a judged record
    may or may not go on to this stage's judgement, the least is none of those and the most is all."""
    if not stage.is_paid or not played.sample:
        return NOTHING
    of_known = stage.judged / stage.seen if stage.seen else 1.0
    likely = stage.judged + stage.perhaps * of_known
    most = min(stage.judged + stage.perhaps, played.sample)
    if played.sample == played.leads:
        return Interval(stage.judged, min(likely, most), most)
    low, high = share(stage.judged, played.sample).low, share(most, played.sample).high
    return Interval(low, min(likely, most) / played.sample, high) * played.leads


def from_lake(lake: Lake, workforce: Workforce, who: Cast) -> Expected | None:
    """One day like those the lake holds. None where it holds none."""
    per_day: dict[str, int] = {}
    for row in outcomes(lake, workforce.intake):
        accepted = row["rows"] if row["disposition"] == "done" else 0
        per_day[row["partition"]] = per_day.get(row["partition"], 0) + accepted
    if not per_day:
        return None
    total = sum(per_day.values())
    leads = Interval(min(per_day.values()), total / len(per_day), max(per_day.values()))
    calls = {
        line.by: share(_judged(lake, line), total) * leads if is_hosted(who.candidates[line.by]) else NOTHING
        for line in workforce.stages
    }
    return Expected(leads, calls, f"{len(per_day)} days of the lake, {total:,} leads (Clopper-Pearson, 95 %)")


def _judged(lake: Lake, line: StageLine) -> int:
    """Rows that rules did not decide: a model or a person did, or somebody should have."""
    return sum(
        row["rows"] for row in outcomes(lake, line.asset) if not (row["decided_by"] or "").startswith("rule:")
    )
