"""The graders again, on what already stands in the lake: for asset checks and for the send gate."""

import json

from specialists.grading import Verdict, grade
from specialists.reading import Setting, read_record
from specialists.records import Output, Row
from specialists.specialist import Blueprint, Specialist


def output_of(blueprint: Blueprint, row: Row) -> Output | None:
    """The candidate output a row holds: what was made, or what graders rejected; None where there is none.

    Raises ValidationError if the row was changed into something the schema does not allow.
    """
    if row["disposition"] == "done":
        return blueprint.makes.model_validate({name: row[name] for name in blueprint.makes.model_fields})
    if row.get("rejected_output"):
        return blueprint.makes.model_validate(json.loads(row["rejected_output"]))
    return None


def regrade(specialist: Specialist, row: Row, setting: Setting) -> tuple[Verdict, ...]:
    """Fresh verdicts on a row's output, or none where the row holds no output."""
    blueprint = specialist.blueprint
    try:
        output = output_of(blueprint, row)
        if output is None:
            return ()
        record = read_record(specialist, row, setting)
    except Exception as error:  # a row that cannot be read again fails every grader
        reason = f"cannot be graded: {type(error).__name__}: {error}"
        return tuple(Verdict(name, False, reason) for name in blueprint.record_graders)
    return tuple(grade(blueprint.record_graders, record, output, setting.facts(row["record_id"])))
