"""Whether a specialist's pin is proven: what the stage and a real mailer ask before they let anything out.

no evidence, or not enough   ->  it may work, and reach the local outbox only
evidence of something else   ->  the stage refuses: a prompt, a case, a grader was changed since
"""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from resources.errors import OneLineError
from specialists.fingerprint import HELD_OUT, changed, fingerprint
from specialists.pin import Evidence, Pin
from specialists.specialist import Blueprint, blueprint


@dataclass(frozen=True, slots=True)
class Proven:
    """Every bar is cleared, by evidence of exactly what stands in the folder."""


@dataclass(frozen=True, slots=True)
class Unproven:
    """`why` in one sentence; `command` would mend it. `stale`: the evidence is of something else."""

    why: str
    command: str
    stale: bool = False


class StaleEvidence(OneLineError):
    """What stands in a specialist's folder is not what its evidence was measured on."""


def standing(specialist: Blueprint, held_out: Path = HELD_OUT) -> Proven | Unproven:
    """Whether the pin is proven, by the evidence in it and the files as they are now."""
    pin, name = specialist.pin, specialist.name
    if pin.evidence is None:
        return Unproven("its pin has no evidence", f"workforce eval {name} --pin")
    if pin.evidence.candidate != pin.candidate:
        why = f"its evidence is for {pin.evidence.candidate or 'rules alone'}, not for {pin.candidate}"
        return Unproven(why, f"workforce eval {name} --pin", stale=True)
    differing = changed(
        pin.evidence.hashes, fingerprint(specialist.folder, specialist.card, pin.candidate, held_out)
    )
    if differing:
        why = f"{', '.join(differing)} changed since its evidence was measured"
        return Unproven(why, f"workforce eval {name} --pin", stale=True)
    if bars_of(pin.evidence) != {"right": specialist.card.right} | {
        grader: one.bar for grader, one in specialist.card.graders.items()
    }:
        why = "its evidence was held against other bars than the card's"
        return Unproven(why, f"workforce pins propose {name}", stale=True)
    if pin.evidence.verdict != "adopt":
        return Unproven(
            f"the verdict on {_named(pin)} is: {pin.evidence.verdict}", f"workforce pins show {name}"
        )
    return Proven()


def bars_of(evidence: Evidence) -> dict[str, float]:
    """Criterion -> the bar that the evidence was held against."""
    part = evidence.candidate_alone or evidence.rules
    return {name: found.bar for name, found in part.criteria.items()}


def refuse_stale(specialist: Blueprint) -> None:
    """Called before a stage works. Raises StaleEvidence, which says the command that would mend it."""
    found = standing(specialist)
    if isinstance(found, Unproven) and found.stale:
        raise StaleEvidence(f"{specialist.folder / 'pin.json'}: {found.why}; run `{found.command}`")


def unproven(names: Iterable[str]) -> list[str]:
    """Why these specialists may not write to a real mailer, one sentence each; empty if all are proven."""
    reasons = []
    for name in names:
        found = standing(blueprint(name))
        if isinstance(found, Unproven):
            reasons.append(f"{name}: {found.why}; run `{found.command}`")
    return reasons


def _named(pin: Pin) -> str:
    return pin.candidate or "rules alone"
