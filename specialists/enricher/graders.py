"""What must be true of every enriched lead, whoever decided it."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from resources.company_names import web_host
from resources.directory.hits import Hit
from specialists.enricher.evidence import candidates, company_id, offered, weigh
from specialists.enricher.firmographics import FIELDS, WHY_UNUSABLE, most_sure, usable_rows, why_none
from specialists.enricher.policy import FieldName, policy
from specialists.enricher.resolution import resolve
from specialists.enricher.schema import Makes, Reads
from specialists.enricher.tickers import passed_on
from specialists.grading import Facts, differing
from specialists.records import Cited, Row


def fills_required_fields(record: Reads, output: Makes, facts: Facts) -> str | None:
    """A match has its id and the required values, and every empty field says truthfully why it is empty."""
    if output.match_status != "matched":
        return None
    if not output.company_id or output.firmographics is None:
        return "matched, but without a company id or without firmographics"
    hits = _rows_of(record, output)
    for field in FIELDS:
        if getattr(output.firmographics, field) is None and (wrong := _empty(field, hits, output, facts)):
            return wrong
    return None


def _empty(field: FieldName, hits: Sequence[Hit], output: Makes, facts: Facts) -> str | None:
    """What is wrong with leaving this field empty."""
    if field in policy().required:
        return f"the required field {field} is empty"
    said = [why for why in (*WHY_UNUSABLE, "unresolved") if f"{why}:{field}" in output.flags]
    if not said:
        return f"{field} is empty and no flag says why"
    usable = usable_rows(field, hits, facts.partition)
    if usable and resolve(field, usable).taken is not None:
        return f"{field} is empty, but a directory has a usable value"
    true = {"unresolved" if usable else why_none(field, hits, facts.partition)}
    if field == "tickers" and any(passed_on(hit, facts.partition) for hit in hits):
        true.add("reassigned")  # told of every such row, also where the others disagree
    if set(said) == true:
        return None
    return f"{field} is empty because {', '.join(sorted(true))}, not because {', '.join(said)}"


def flags_low_confidence(record: Reads, output: Makes, facts: Facts) -> str | None:
    """Matched means sure and singled out; anything else names no company, carries nothing and is flagged."""
    if output.match_status == "matched":
        return _overconfident(record, output)
    if output.company_id is not None or output.firmographics is not None:
        return f"{output.match_status}, but it names a company or carries values"
    if output.match_confidence >= policy().threshold:
        return f"{output.match_status} with a confidence of {output.match_confidence}"
    needed = {"unmatched"} if output.match_status == "unmatched" else {"ambiguous", "low_confidence"}
    if not needed & set(output.flags):
        return f"{output.match_status}, but not flagged {' or '.join(sorted(needed))}"
    return None


def _overconfident(record: Reads, output: Makes) -> str | None:
    if output.match_confidence < policy().threshold:
        return f"matched with a confidence of {output.match_confidence}, below {policy().threshold}"
    if {"ambiguous", "low_confidence", "unmatched"} & set(output.flags):
        return "matched, but flagged as not"
    if "judged" in output.flags:
        return _not_offered(record, output)
    chosen = [candidate for candidate in candidates(record) if candidate.company_id == output.company_id]
    if not chosen:
        return f"nothing in this record points at {output.company_id}"
    winner = weigh(record).winner
    if winner is None or winner not in chosen:
        return "matched, though the evidence fits another company at least as well"
    return None


def _not_offered(record: Reads, output: Makes) -> str | None:
    """A judged match is one of the companies offered, and only where nothing exact decides otherwise."""
    chosen = [same_as for same_as, rows in offered(record).items() if company_id(rows) == output.company_id]
    if not chosen:
        return f"judged to be {output.company_id}, which was not offered"
    winner = weigh(record).winner
    if winner is not None and not winner.only_by_foreign_ticker() and winner.same_as not in chosen:
        return f"judged to be {output.company_id}, though the evidence singles out {winner.company_id}"
    return None


def no_stale_or_guessed_values(record: Reads, output: Makes, facts: Facts) -> str | None:
    """Every value stands as it is in the cited row of the matched company, is fresh, and none is fresher."""
    hits = {(hit.cited_as, hit.as_of): hit for hit in reversed(_rows_of(record, output))}
    for field, cited in _values(output):
        hit = hits.get((cited.source, cited.as_of))
        if hit is None:
            return f"{field} cites {cited.source}, which is no row of the matched company as of {cited.as_of}"
        if getattr(hit, field) != cited.value:
            return f"{field} is {cited.value!r}, but {cited.source} says {getattr(hit, field)!r}"
        age = (facts.partition - cited.as_of).days
        if age > policy().max_age_days[field]:  # type: ignore[index]
            return f"{field} is {age} days old, more than {policy().max_age_days[field]}"  # type: ignore[index]
    return _badly_settled(_rows_of(record, output), output, facts)


def _badly_settled(hits: Sequence[Hit], output: Makes, facts: Facts) -> str | None:
    """What is wrong with how directories that disagree were reconciled."""
    if any(passed_on(hit, facts.partition) for hit in hits) and "reassigned:tickers" not in output.flags:
        return "a row's ticker belongs to another company now, and no flag says so"
    for field in FIELDS:
        usable = usable_rows(field, hits, facts.partition)
        if not usable:
            if getattr(output.firmographics, field, None) is not None:
                return f"{field} has a value, but every row's is {why_none(field, hits, facts.partition)}"
            continue
        if wrong := _settled_otherwise(field, usable, output):
            return wrong
    return None


def _settled_otherwise(field: FieldName, usable: Sequence[Hit], output: Makes) -> str | None:
    found, cited = resolve(field, usable), getattr(output.firmographics, field, None)
    if found.disputed and not any(said.startswith(f"{field}: ") for said in output.disagreements):
        return f"directories disagree on {field}, and nothing says who says what"
    if found.disputed and not {f"conflict:{field}", f"unresolved:{field}"} & set(output.flags):
        return f"directories disagree on {field}, and no flag says so"
    if cited is None:
        return None
    if found.taken is None:
        return f"{field} is taken from {cited.source}, though directories disagree and the rule takes none"
    if (cited.source, cited.as_of) not in {(row.cited_as, row.as_of) for row in found.taken.rows}:
        return f"{field} is taken from {cited.source}, but a fresher or more trusted row says otherwise"
    if cited.confidence > most_sure(found.taken, found.disputed, output.match_confidence):
        return f"{field} is {cited.confidence} sure, more than its sources together"
    return None


def cites_sources(record: Reads, output: Makes, facts: Facts) -> str | None:
    """Each value names the row it comes from, a date that was not yet to come, and how sure it is."""
    read = {hit.cited_as for rows in offered(record).values() for hit in rows}
    for field, cited in _values(output):
        if not cited.value.strip():
            return f"{field} is blank"
        if cited.source not in read:
            return f"{field} cites {cited.source!r}, which was not read"
        if cited.as_of > facts.partition:
            return f"{field} is cited as of {cited.as_of}, after the partition's date"
        if not 0 < cited.confidence <= output.match_confidence:
            return f"{field} is {cited.confidence} sure, the match {output.match_confidence}"
        if f"conflict:{field}" in output.flags and cited.confidence > policy().conflict_confidence:
            return f"{field} is disputed, and still {cited.confidence} sure"
    return None


def consistent_identity(rows: Iterable[Row], facts: Mapping[str, Facts]) -> Mapping[str, str]:
    """Leads that say the same of their company must be matched to the same one, or all to none."""
    wrong = {}
    for group in differing(rows, lambda row: _says(row, facts.get(row["record_id"])), _company):
        reason = f"the same lead data was matched to {', '.join(sorted(set(map(_company, group))))}"
        wrong.update({row["record_id"]: reason for row in group})
    return wrong


def _company(row: Row) -> str:
    return str(row["company_id"] or row["match_status"])


def _says(row: Row, facts: Facts | None) -> tuple[str | None, ...]:
    email = facts.contact.email if facts and facts.contact else None
    written = tuple(
        " ".join(str(row.get(name) or "").split())
        for name in ("company", "domain", "city", "region", "country", "ticker")
    )
    return (*written, web_host(email) if email else None)


def _rows_of(record: Reads, output: Makes) -> list[Hit]:
    """The directory rows of the company that the output names."""
    return [hit for rows in offered(record).values() if company_id(rows) == output.company_id for hit in rows]


def _values(output: Makes) -> Iterator[tuple[str, Cited]]:
    for field in FIELDS:
        cited = getattr(output.firmographics, field, None)
        if cited is not None:
            yield field, cited


RECORD_GRADERS = {
    "fills_required_fields": fills_required_fields,
    "flags_low_confidence": flags_low_confidence,
    "no_stale_or_guessed_values": no_stale_or_guessed_values,
    "cites_sources": cites_sources,
}
COHORT_GRADERS = {"consistent_identity": consistent_identity}
