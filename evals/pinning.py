"""Pins from raw rows: evidence, what posture makes of it, the diff of `pin.json`, whether it still holds."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from evals.agreement import untrusted
from evals.held_out_cases import HeldOutCase, has_held_out, load_held_out
from evals.label_agreement import LABEL, LabelAgreement, label_agreement
from evals.planted_defects import Kills, load_kills
from evals.scorecard import scorecard, worst
from evals.scorecard_rows import SCORECARDS, Rows, load_rows, rows_file
from resources.errors import OneLineError
from specialists.fingerprint import changed, fingerprint
from specialists.pin import Evidence, Gate, Part, Past, Pin, written
from specialists.records import digest
from specialists.specialist import Blueprint

NEVER = "never evaluated"


class NoEvidence(OneLineError):
    """Raw rows that a pin needs are missing, or of something else; says the command that helps."""


@dataclass(frozen=True)
class Rung:
    """One candidate on the ladder (None: rules alone). `stale`: what changed since it was measured."""

    candidate: str | None
    pinned: bool
    part: Part | None
    measured_on: date | None
    stale: tuple[str, ...] = ()

    @property
    def says(self) -> str:
        if self.part is None:
            return NEVER
        if self.stale:
            return f"changed since: {', '.join(self.stale)}"
        if not self.part.cases:
            return "decides nothing"
        return {"adopt": "clears"}.get(self.part.verdict, self.part.verdict)


def ladder(specialist: Blueprint, scorecards: Path = SCORECARDS) -> list[Rung]:
    """Rules alone, then every candidate on the card, smallest first, with what the raw rows prove."""
    cases = load_held_out(specialist.name) if has_held_out(specialist.name) else ()
    return [_rung(specialist, name, cases, scorecards) for name in (None, *specialist.card.candidates)]


def of_labels(specialist: Blueprint, scorecards: Path = SCORECARDS) -> dict[str, LabelAgreement]:
    """How every measured candidate of a judge agrees with people's labels; empty for any other specialist."""
    if specialist.name not in LABEL:
        return {}
    cases = load_held_out(specialist.name)
    files = {name: rows_file(specialist.name, name, scorecards) for name in specialist.card.candidates}
    return {
        name: label_agreement(cases, load_rows(path), specialist.card)
        for name, path in files.items()
        if path.exists()
    }


def evidence_for(specialist: Blueprint, candidate: str | None, scorecards: Path = SCORECARDS) -> Evidence:
    """What the raw rows prove for a pin on `candidate`: of rules, and of it on what they leave over.

    Raises NoEvidence if rows are missing, or were measured on anything but what stands in the folder now.
    """
    cases = load_held_out(specialist.name)
    labels: list[Gate] = []
    rules = _fresh(specialist, None, scorecards)
    parts = [scorecard(cases, rules, specialist.card)]
    measured_on = rules.measured.measured_on
    if candidate is not None:
        own = _fresh(specialist, candidate, scorecards)
        parts.append(scorecard(cases, own, specialist.card))
        labels = _by_labels(specialist, cases, own)
        measured_on = max(measured_on, own.measured.measured_on)
    kills = load_kills(specialist, scorecards)
    distrust = _distrust(specialist, candidate, kills)
    return Evidence(
        candidate=candidate,
        measured_on=measured_on,
        hashes=fingerprint(specialist.folder, specialist.card, candidate),
        graders_killed=kills,
        rules=parts[0],
        candidate_alone=parts[1] if candidate is not None else None,
        verdict=worst([*(part.verdict for part in parts if part.cases), *labels, *distrust]),
    )


def proposed(specialist: Blueprint, candidate: str | None, scorecards: Path = SCORECARDS) -> Pin:
    """The pin on `candidate` with its evidence. What was pinned before goes into the history."""
    old = specialist.pin
    evidence = evidence_for(specialist, candidate, scorecards)
    if old.candidate == candidate:
        return old.model_copy(update={"evidence": evidence})
    past = Past(
        candidate=old.candidate,
        measured_on=old.evidence.measured_on if old.evidence else None,
        verdict=old.evidence.verdict if old.evidence else None,
        evidence_digest=digest(old.evidence.model_dump(mode="json")) if old.evidence else None,
    )
    return Pin(schema_version=1, candidate=candidate, evidence=evidence, history=(past, *old.history))


def chosen(specialist: Blueprint, scorecards: Path = SCORECARDS) -> str | None:
    """The candidate that the card's posture takes; the pinned one where none other clears every bar.

    `adopt`: of those that clear, the one measured last (of one day, the one further up the ladder). `hold`:
    the pinned one. `right-size`: of those that clear, the cheapest per record (of one price, the smallest).
    """
    pinned = specialist.pin.candidate
    if specialist.card.posture == "hold":
        return pinned
    rungs = [rung for rung in ladder(specialist, scorecards) if _clears(specialist, rung, scorecards)]
    if not rungs:
        return pinned
    if specialist.card.posture == "right-size":
        return min(rungs, key=lambda rung: rung.part.usd_per_record if rung.part else 0.0).candidate
    newest = max(
        rungs, key=lambda r: (r.measured_on or date.min, specialist.card.candidates.index(str(r.candidate)))
    )
    return newest.candidate


def mismatches(specialist: Blueprint, scorecards: Path = SCORECARDS) -> Iterator[str]:
    """What of the pin does not follow from the raw rows and the files, and the command that mends it."""
    pin, path = specialist.pin, specialist.folder / "pin.json"
    if pin.evidence is None:
        return
    try:
        again = evidence_for(specialist, pin.candidate, scorecards)
    except OneLineError as error:
        yield f"{path}: {error}"
        return
    mend = f"run `workforce eval {specialist.name} --pin`"
    for name, value in again:
        found = getattr(pin.evidence, name)
        if isinstance(value, Mapping) and isinstance(found, Mapping):
            for key in sorted(k for k in value.keys() | found.keys() if value.get(k) != found.get(k)):
                yield f"{path}: evidence.{name}.{key} is not what the raw rows and files say; {mend}"
        elif value != found:
            yield f"{path}: evidence.{name} is not what the raw rows and files say; {mend}"


def write_pin(specialist: Blueprint, pin: Pin) -> bool:
    """Write `pin.json`; a person commits the diff. True if anything changed."""
    path, text = specialist.folder / "pin.json", written(pin)
    if path.exists() and path.read_text("utf-8") == text:
        return False
    path.write_text(text, "utf-8")
    return True


def _rung(
    specialist: Blueprint, candidate: str | None, cases: tuple[HeldOutCase, ...], scorecards: Path
) -> Rung:
    path = rows_file(specialist.name, candidate, scorecards)
    pinned = specialist.pin.candidate == candidate
    if not path.exists():
        return Rung(candidate, pinned, None, None)
    rows = load_rows(path)
    now = fingerprint(specialist.folder, specialist.card, candidate)
    stale = tuple(changed(rows.measured.hashes, now))
    return Rung(candidate, pinned, scorecard(cases, rows, specialist.card), rows.measured.measured_on, stale)


def _fresh(specialist: Blueprint, candidate: str | None, scorecards: Path) -> Rows:
    path, name = rows_file(specialist.name, candidate, scorecards), candidate or "rules"
    mend = f"run `workforce eval {specialist.name} --candidate {name} --pin`"
    if not path.exists():
        raise NoEvidence(f"{path}: no raw rows; {mend}")
    rows = load_rows(path)
    if (rows.measured.specialist, rows.measured.candidate) != (specialist.name, name):
        raise NoEvidence(f"{path}: rows of {rows.measured.specialist} by {rows.measured.candidate}; {mend}")
    if stale := changed(rows.measured.hashes, fingerprint(specialist.folder, specialist.card, candidate)):
        raise NoEvidence(f"{path}: {', '.join(stale)} changed since these rows were measured; {mend}")
    return rows


def _by_labels(specialist: Blueprint, cases: Sequence[HeldOutCase], own: Rows) -> list[Gate]:
    """A judge is as good as people's labels of the same cases say, once enough people have labelled."""
    if specialist.name not in LABEL:
        return []
    verdict = label_agreement(cases, own, specialist.card).verdict
    return ["not enough evidence" if verdict == "unproven" else verdict]


def _distrust(specialist: Blueprint, candidate: str | None, kills: Kills) -> list[Gate]:
    """A grader that misses its own planted defects, or has none, cannot gate; nor can one on what a candidate
    writes freely, where it is known to differ from people (rules say only what people wrote)."""
    missing = [name for name in specialist.card.graders if name not in kills or _misses(kills[name])]
    if candidate is not None:
        missing += untrusted(specialist.name)
    return ["hold"] if missing else []


def _misses(killed_of: tuple[int, int]) -> bool:
    killed, planted = killed_of
    return planted == 0 or killed < planted


def _clears(specialist: Blueprint, rung: Rung, scorecards: Path) -> bool:
    """Whether a pin on this candidate would be proven: by it, by the rules before it, by graders to trust."""
    if rung.candidate is None or rung.part is None:
        return False
    try:
        return evidence_for(specialist, rung.candidate, scorecards).verdict == "adopt"
    except OneLineError:  # rows that are missing or of something else prove nothing
        return False
