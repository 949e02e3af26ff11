"""Defects of drafts."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any, cast

from evals.defect_kinds.defect import Defect, Plant, Sample
from specialists.writer.schema import Makes, Reads


def _body(change: Callable[[str], str]) -> Plant:
    return lambda s: s.with_output(body=change(cast(Makes, s.output).body))


def _also(text: str) -> Plant:
    return _body(lambda body: f"{body}\n\n{text}")


def _swap(old: str, new: str) -> Plant:
    return _body(lambda body: body.replace(old, new))


def _spelt_out(sample: Sample) -> Sample | None:
    contact = sample.facts.contact
    if contact is None or not contact.email:
        return None
    return _also(" ".join(contact.email))(sample)


def _last_name(sample: Sample) -> Sample | None:
    contact = sample.facts.contact
    return None if contact is None else _also(f"So, {contact.last_name}, what do you say?")(sample)


def _other_segment(sample: Sample) -> Sample:
    other = "health" if cast(Makes, sample.output).written_for != "health" else "finance"
    return sample.with_output(written_for=other)


def _company(name: str) -> Plant:
    def plant(sample: Sample) -> Sample | None:
        said = "{company}" in cast(Makes, sample.output).subject + cast(Makes, sample.output).body
        record: Any = cast(Reads, sample.record).model_copy(update={"company": name})
        return replace(sample, record=record) if said else None

    return plant


DEFECTS = (
    Defect("a banned word", "tone", _also("It is a revolutionary idea.")),
    Defect("a banned word in disguise", "tone", _also("It is revo\u00adlutionary.")),
    Defect("a Cyrillic letter", "tone", _also("A frее look.")),
    Defect(
        "words for lawyers",
        "tone",
        _also(
            "Notwithstanding organisational heterogeneity, intercompany reconciliation "
            "methodologies necessitate comprehensive administrative harmonisation considerations. " * 3
        ),
    ),
    Defect("an address", "no_pii", _also("Write to kim@other.example")),
    Defect("an address in words", "no_pii", _also("Write to kim (at) other dot example")),
    Defect("a disguised number", "no_pii", _also("Ring ٠٤٩٠٧٥٤٠٨١.")),
    Defect("the contact's address, spaced", "no_pii", _spelt_out),
    Defect("the last name", "no_pii", _last_name),
    Defect("150 words and more", "under_150_words", _also("and so on " * 50)),
    Defect("no call to action", "clear_call_to_action", _swap("{call_to_action}", "Have a look")),
    Defect("no link", "clear_call_to_action", _swap("{link}", "our site")),
    Defect("two calls to action", "clear_call_to_action", _also("{call_to_action}: {link}")),
    Defect("an amount of money", "price", _also("Only 12 EUR per seat.")),
    Defect("a discount in words", "price", _also("With twenty per cent off until Friday.")),
    Defect("a price that is in no book", "price", _also("The price is {price:GOLD}.")),
    Defect("something for free", "price", _also("The first month is free.")),
    Defect("another segment", "segment", _other_segment),
    Defect("a number from nowhere", "unsupported_claim", _also("It does this in 37 countries.")),
    Defect("customers nobody named", "unsupported_claim", _also("It is trusted by market leaders.")),
    Defect(
        "another company's name", "unsupported_claim", _also("Like Brightwater Inc. you may gain from it.")
    ),
    Defect("a number in the company's name", "leaked_contact_detail", _company("Ring 0490 75 40 81")),
    Defect("an address in the company's name", "leaked_contact_detail", _company("x@evil.example")),
    Defect("a bare link", "allowed_links", _also("See https://evil.example/a")),
    Defect("a domain in words", "allowed_links", _also("See evil dot com")),
    Defect("an unknown placeholder", "only_known_placeholders", _also("Dear {last_name}")),
    Defect("a note to oneself", "only_known_placeholders", _also("TODO: add a line")),
)
