"""Held-out cases through the very stage that decides live records, once for every trial, nothing cached.

The tools are real and read what the case says; effects end in a mailer that delivers nothing.
"""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from itertools import groupby
from math import inf
from typing import Any, NoReturn

from evals.held_out_cases import HeldOutCase, campaign, load_held_out, of_decider
from evals.scorecard_rows import RULES, Judged, Measured, Rows, TrialRow
from evals.severed import severed
from evals.trial_ports import Nobody, Purse, TrialJournal
from resources.errors import InputError
from resources.gateway.answers import Refused
from resources.gateway.opening import GatewaySettings, hosted_gateway
from resources.gateway.ports import Candidate, Gateway
from specialists.fingerprint import fingerprint
from specialists.reading import Setting
from specialists.records import canonical_json
from specialists.regrade import output_of
from specialists.specialist import Blueprint, Specialist, blueprint
from specialists.stage import Stage

Told = Callable[[int], None]
GatewayOf = Callable[[str], Candidate | Gateway]


def evaluate(
    specialist: Blueprint,
    candidate: str | None,
    today: date,
    trials: int = 1,
    usd: float = 0.0,
    told: Told = lambda done: None,
    gateway_of: GatewayOf | None = None,
    cases: Sequence[HeldOutCase] | None = None,
    purse: Purse | None = None,
) -> Rows:
    """The raw rows of one candidate (None: rules alone) on the cases that are its own to decide.

    `usd` caps what hosted candidates may cost, or `purse` does, which several evals may share; `told` hears
    how many trials are done. Raises InputError for a candidate that is not on the card.
    """
    held_out = load_held_out(specialist.name) if cases is None else cases
    mine = of_decider(held_out, "rules" if candidate is None else "judgement")
    pinned = replace(specialist, pin=specialist.pin.model_copy(update={"candidate": candidate}))
    gateway: Candidate | Gateway = (
        Nobody() if candidate is None else candidate_of(pinned, candidate, gateway_of)
    )
    rows: list[TrialRow] = []
    purse = purse or Purse(inf if candidate is None else usd)  # nobody costs nothing
    for trial in range(1, trials + 1):
        for together in _together(mine):
            rows.extend(_trial(pinned, gateway, together, trial, purse))
            told(len(rows))
    order = {case.name: number for number, case in enumerate(mine)}
    measured = Measured(
        specialist=specialist.name,
        candidate=candidate or RULES,
        trials=trials,
        measured_on=today,
        hashes=fingerprint(specialist.folder, specialist.card, candidate),
    )
    return Rows(measured=measured, rows=tuple(sorted(rows, key=lambda r: (order[r.case], r.trial))))


def candidate_of(
    pinned: Blueprint, candidate: str, gateway_of: GatewayOf | None = None
) -> Candidate | Gateway:
    """What judges as `candidate`, which `pinned` is pinned to. Raises InputError for one not on the card."""
    if candidate not in pinned.card.candidates:
        known = ", ".join(pinned.card.candidates) or "none"
        raise InputError(
            pinned.folder / "card.yaml", f"{candidate} is no candidate", f"choose one of: {known}"
        )
    if pinned.pin.is_local:
        built = pinned.local_candidate()
        assert built is not None
        return built
    if gateway_of is not None:
        return gateway_of(candidate)
    return hosted_gateway(candidate, GatewaySettings(), _no_limit)


def _no_limit(provider: str, requests_per_minute: int) -> NoReturn:
    raise AssertionError(f"evals share no limit of {requests_per_minute} requests a minute at {provider}")


def _together(cases: Sequence[HeldOutCase]) -> Iterator[list[HeldOutCase]]:
    """Cases with one clock and campaign are one partition, as live records are."""
    ordered = sorted(cases, key=lambda case: case.setting)
    for _, group in groupby(ordered, key=lambda case: case.setting):
        yield list(group)


def _trial(
    pinned: Blueprint, gateway: Candidate | Gateway, cases: list[HeldOutCase], trial: int, purse: Purse
) -> Iterator[TrialRow]:
    at, name = cases[0].setting
    with severed(cases, name) as world:
        specialist = pinned.build(world, gateway)
        setting = Setting(at.date(), at, campaign(name), world.contacts())
        journal, started = TrialJournal(), time.monotonic()
        made = _decided(specialist, setting, journal, purse, [case.record for case in cases])
        seconds = (time.monotonic() - started) / len(cases)
    of_cohort = _cohort_verdicts(pinned, made, setting)
    for case, row in zip(cases, made, strict=True):
        yield _row(pinned, case, trial, row, journal, of_cohort, seconds)


def _decided(
    specialist: Specialist,
    setting: Setting,
    journal: TrialJournal,
    purse: Purse,
    rows: Sequence[Mapping[str, Any]],
) -> list[dict[str, Any]]:
    """The one place where an eval meets the machine: production's own stage, one row out for every row in."""
    stage = Stage(specialist, lambda row: None, journal, purse, setting, run_id="eval")
    return list(stage.run(rows))


def _cohort_verdicts(
    pinned: Blueprint, made: Sequence[Mapping[str, Any]], setting: Setting
) -> dict[str, dict[str, str | None]]:
    """Record id -> cohort grader -> why it failed, for done rows. A grader that raises fails all of them."""
    done = [row for row in made if row["disposition"] == "done"]
    facts = {row["record_id"]: setting.facts(row["record_id"]) for row in done}
    verdicts: dict[str, dict[str, str | None]] = {record_id: {} for record_id in facts}
    for name, grader in pinned.cohort_graders.items():
        try:
            failing: Mapping[str, str] = dict(grader(done, facts))
        except Exception as error:  # as with record graders: silence never passes
            failing = dict.fromkeys(facts, f"grader raised {type(error).__name__}: {error}")
        for record_id in facts:
            verdicts[record_id][name] = str(failing[record_id]) if record_id in failing else None
    return verdicts


def _row(
    pinned: Blueprint,
    case: HeldOutCase,
    trial: int,
    row: dict[str, Any],
    journal: TrialJournal,
    of_cohort: Mapping[str, dict[str, str | None]],
    seconds: float,
) -> TrialRow:
    output = output_of(pinned, row)
    said = journal.kept.get(case.record_id)
    answer = None if said is None or isinstance(said.answer, Refused) else dict(said.answer.output)
    verdicts = {v["grader"]: None if v["passed"] else v["reason"] or "failed" for v in row["verdicts"]}
    return TrialRow(
        case=case.name,
        trial=trial,
        disposition=row["disposition"],
        reason=row["reason"],
        decided_by=row["decided_by"],
        judged=_judged(row, journal, case.record_id),
        said=answer,
        output=None if output is None else _plain(output.model_dump(mode="json")),
        verdicts={**verdicts, **of_cohort.get(case.record_id, {})},
        tokens_in=row["tokens_in"],
        tokens_out=row["tokens_out"],
        usd=row["cost_usd"],
        seconds=round(seconds, 4),
    )


def _judged(row: Mapping[str, Any], journal: TrialJournal, record_id: str) -> Judged:
    """From what the journal was given, never from the words of a reason."""
    said = journal.kept.get(record_id)
    if said is not None:
        return "abstained" if isinstance(said.answer, Refused) else "answered"
    return "by rule" if str(row["decided_by"]).startswith("rule:") else "errored"


def _plain(value: dict[str, Any]) -> dict[str, Any]:
    """As it comes back from a file, so that rows just made and rows read are equal."""
    import json

    plain: dict[str, Any] = json.loads(canonical_json(value))
    return plain


def named(specialist: str) -> Blueprint:
    """The specialist of that name. Raises InputError if it has no held-out cases."""
    from evals.held_out_cases import has_held_out

    if not has_held_out(specialist):
        raise InputError("SPECIALIST", f"{specialist!r} has no held-out cases", "see evals/held_out/")
    return blueprint(specialist)
