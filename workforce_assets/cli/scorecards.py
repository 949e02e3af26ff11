"""Scorecards and the ladder of candidates as people read them."""

from collections.abc import Mapping, Sequence
from typing import Any

from evals.agreement import Agreed
from evals.chain import Floor
from evals.label_agreement import LabelAgreement
from evals.pinning import Rung
from evals.planted_defects import Planted
from specialists.pin import Part
from specialists.specialist import Blueprint
from workforce_assets.cli.console import OUT, compact_table

_SIGNS = {"clears": "✓", "hold": "✗", "not enough evidence": "…", "never evaluated": "·"}


def print_scorecard(specialist: str, decider: str, part: Part) -> None:
    """Every criterion of one decider, then what is not a criterion."""
    title = f"{specialist} · {decider} · {part.verdict}"
    table = compact_table(title, "criterion", "passed", "of", "at least", "bar", "verdict", "more")
    for name, found in part.criteria.items():
        bound, more = f"{found.lower_bound:.4f}", str(found.more_needed or "")
        table.add_row(name, str(found.passed), str(found.n), bound, f"{found.bar:g}", found.verdict, more)
    OUT.print(table)
    ks = ", ".join(f"pass^{k} {share:.4f}" for k, share in part.pass_hat_k.items())
    OUT.print(
        f"{part.cases} cases x {part.trials}: {part.decided} decided, {part.abstained} left to a person, "
        f"{part.errored} errors · {ks or 'nothing decided'} · {part.usd_per_record:.6f} USD a record\n"
    )


def print_agreement(found: Mapping[str, Agreed]) -> None:
    """Each labelled grader beside the labels of people."""
    table = compact_table(
        "agreement with labels written by hand", "grader", "agrees", "of", "at least", "kappa", "verdict"
    )
    for grader, one in found.items():
        kappa = f"{one.agreement.kappa:.2f} ({one.agreement.low:.2f} to {one.agreement.high:.2f})"
        counts = (str(one.agreement.agreed), str(one.agreement.n), f"{one.at_least:.3f}")
        table.add_row(grader, *counts, kappa, one.verdict)
    OUT.print(table)


def print_label_agreement(candidate: str, found: LabelAgreement) -> None:
    """A judge beside the labels of people."""
    one = found.agreement
    kappa = f"kappa {one.kappa:.2f} ({one.low:.2f} to {one.high:.2f})"
    OUT.print(
        f"{candidate} beside people's labels: agrees on {one.agreed} of {one.n} "
        f"({found.silent} without a verdict), at least {found.at_least:.3f}; {kappa}; {found.verdict}\n"
    )


def scorecard_json(parts: Mapping[str, Part]) -> dict[str, Any]:
    return {decider: part.model_dump(mode="json") for decider, part in parts.items()}


def print_kills(specialist: str, planted: Planted) -> None:
    """Every kind of defect that was planted into passing outputs, under the grader that must catch it."""
    caught = sum(killed for _, killed, _ in planted.kinds.values())
    total = sum(count for _, _, count in planted.kinds.values())
    title = f"{specialist} · {caught} of {total} planted defects caught"
    table = compact_table(title, "grader", "caught", "of")
    table.add_column(" kind of defect", no_wrap=True)
    before = ""
    for kind, (grader, killed, count) in sorted(planted.kinds.items(), key=lambda one: one[1][0]):
        missed = "" if killed == count > 0 else "  [red]cannot gate[/]"
        table.add_row("" if grader == before else grader, str(killed), str(count), f" {kind}{missed}")
        before = grader
    OUT.print(table)


def print_floor(workforce: str, floor: Floor) -> None:
    """The chain's floor, and the links it is made of."""
    links = " · ".join(f"{name} {bound:.3f}" for name, bound in floor.links.items())
    OUT.print(
        f"[bold]{workforce}[/]  right at every stage: at least {floor.at_least:.1%} of what is decided "
        f"without a person\n  union bound, 95 % for all links at once: {links}"
    )


def print_ladder(specialist: Blueprint, rungs: Sequence[Rung], proven: str) -> None:
    """One specialist's candidates, smallest first; the pinned one is marked."""
    card = specialist.card
    pinned = specialist.pin.candidate or "rules alone"
    OUT.print(f"[bold]{card.name}[/]  posture {card.posture} · pinned {pinned}\n  {proven}")
    table = compact_table("", "candidate", "right", "at least", "USD")
    table.add_column("verdict")  # the only one that may wrap: a name cut short names nothing
    for rung in rungs:
        mark = "▶" if rung.pinned else _SIGNS.get(rung.says, "!")
        name = f"{mark} {rung.candidate or 'rules alone'}"
        table.add_row(name, *_figures(rung.part), _says(specialist, rung))
    OUT.print(table)


def _figures(part: Part | None) -> tuple[str, ...]:
    if part is None or not part.cases:
        return ("", "", "")
    right = part.criteria["right"]
    share = f"{right.passed}/{right.n}"
    return share, f"{right.lower_bound:.3f}", f"{part.usd_per_record:.5f}"


def _says(specialist: Blueprint, rung: Rung) -> str:
    if rung.pinned and rung.says == "clears":
        return "adopted"
    if rung.says == "not enough evidence" and rung.part is not None:
        most = max(found.more_needed for found in rung.part.criteria.values())
        return f"not enough evidence: {most:,} more"
    return rung.says
