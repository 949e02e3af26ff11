"""Rows of a lead file to leads: what is accepted, what is rejected and why, and what each is called."""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from tempfile import TemporaryFile
from typing import Any, Literal
from zoneinfo import available_timezones

from resources.company_names import web_host
from resources.lead_columns import CANONICAL_COLUMNS, IDENTIFYING, RawLead

Values = dict[str, str | None]
ConsentMeant = Literal["opted_in", "opted_out", "unknown"]

_LONGEST_ID = 200
_CONSENT: dict[str, ConsentMeant] = {
    **dict.fromkeys(("optedin", "optin", "true", "yes", "y", "t", "1"), "opted_in"),
    **dict.fromkeys(("optedout", "optout", "false", "no", "n", "f", "0"), "opted_out"),
    **dict.fromkeys(("", "unknown"), "unknown"),
}


@dataclass(frozen=True, slots=True)
class Rejection:
    """Why a row is no lead: the column, what is wrong, what to do. `values` are what could be made out."""

    reason: str
    values: Values


def check_row(raw: RawLead) -> Values | Rejection:
    """A row's canonical values, trimmed, empty ones None; or why it is rejected.

    `consent` becomes opted_in, opted_out or unknown, `domain` the host it names. An e-mail address that does
    not parse is kept: the company can still be enriched, and the Sender refuses the address.
    """
    values = {column: (raw.values[column] or "").strip() or None for column in CANONICAL_COLUMNS}
    if raw.problem is not None:
        return Rejection(f"{raw.problem}; repair the row", values)
    reason = _lead_id_problem(values) or _consent_problem(values) or _timezone_problem(values)
    if reason is None and not any(values[column] for column in IDENTIFYING):
        reason = f"columns {', '.join(IDENTIFYING)} are all empty; fill at least one"
    if reason is not None:
        return Rejection(reason, values)
    values["consent"] = consent_meant(values["consent"])
    if values["domain"]:
        values["domain"] = web_host(values["domain"]) or values["domain"].lower()
    return values


def sift(rows: Iterable[tuple[str, RawLead]]) -> Iterator[dict[str, Any]]:
    """One row of the leads asset for every row of `(file, raw lead)`: `record_id`, `disposition` (done |
    rejected), `reason`, and all canonical columns.

    Accepted rows come first, in order, the rejected after them: a lead's row never depends on a bad row.
    Of several rows with one lead_id (or, without any, of equal content) the first accepted one is the lead.
    """
    first: dict[str, tuple[str, int]] = {}
    with TemporaryFile("w+") as refused:  # of a million rows, all may be bad
        for file, raw in rows:
            checked = check_row(raw)
            values = checked.values if isinstance(checked, Rejection) else checked
            name = _record_id(values, raw.problem)
            if isinstance(checked, Rejection):
                reason = checked.reason
            elif name in first:
                reason = _duplicate(values, file, *first[name])
            else:
                first[name] = (file, raw.row)
                yield {"record_id": name, "disposition": "done", "reason": None, **values}
                continue
            where = f"{file}, row {raw.row} (line {raw.line})"
            refused.write(json.dumps([name, f"{where}: {reason}", values]) + "\n")
        refused.seek(0)
        yield from _rejected(map(json.loads, refused), set(first))


def _rejected(refused: Iterable[tuple[str, str, Values]], taken: set[str]) -> Iterator[dict[str, Any]]:
    """A rejected row is called what its lead_id says where no other row is, else that with #2, #3, ..."""
    next_number: dict[str, int] = {}
    for name, reason, values in refused:
        free = name
        while free in taken:
            number = next_number[name] = next_number.get(name, 1) + 1
            free = f"{name}#{number}"
        taken.add(free)
        yield {"record_id": free, "disposition": "rejected", "reason": reason, **values}


def _duplicate(values: Values, file: str, first_file: str, first_row: int) -> str:
    what = f"duplicate lead_id {values['lead_id']}" if values["lead_id"] else "duplicate of a whole row"
    where = f"row {first_row}" + ("" if file == first_file else f" of {first_file}")
    return f"{what}, first seen in {where}; drop one, or give it a lead_id of its own"


def _record_id(values: Mapping[str, str | None], problem: str | None = None) -> str:
    """lead_id where it is given and usable, else a digest of the row's content."""
    if values["lead_id"] and _lead_id_problem(values) is None:
        return values["lead_id"]
    content = {column: text for column, text in values.items() if text is not None}
    text = json.dumps([content, problem] if problem else content, sort_keys=True, separators=(",", ":"))
    return f"row-{hashlib.sha256(text.encode()).hexdigest()[:16]}"


def _lead_id_problem(values: Mapping[str, str | None]) -> str | None:
    lead_id = values["lead_id"]
    if lead_id is None or (len(lead_id) <= _LONGEST_ID and lead_id.isprintable()):
        return None
    return (
        f"column lead_id is {_shown(lead_id)} ({len(lead_id)} characters); "
        f"give at most {_LONGEST_ID}, none of them invisible"
    )


def consent_meant(text: str | None) -> ConsentMeant | None:
    """By a file's word for it; None where it is no word for any of them."""
    plain = (text or "").casefold().replace("_", "").replace("-", "").replace(" ", "")
    return _CONSENT.get(plain)


def _consent_problem(values: Mapping[str, str | None]) -> str | None:
    if consent_meant(values["consent"]) is not None:
        return None
    return f"column consent is {_shown(values['consent'])}; write opted_in, opted_out, or nothing for unknown"


def _timezone_problem(values: Mapping[str, str | None]) -> str | None:
    if values["timezone"] is None or values["timezone"] in _zones():
        return None
    return (
        f"column timezone is {_shown(values['timezone'])}; "
        "write an IANA zone such as Europe/Berlin, or nothing for unknown"
    )


def _shown(text: str | None) -> str:
    text = text or ""
    return repr(text if len(text) <= 60 else text[:60] + "...")


@cache
def _zones() -> frozenset[str]:
    return frozenset(available_timezones())
