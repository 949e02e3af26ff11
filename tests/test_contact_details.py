"""Contact details in free text: found however lightly disguised, and plain numbers left alone."""

import json
import os
import time
from itertools import pairwise
from pathlib import Path

import phonenumbers
import pytest
from hypothesis import given
from hypothesis import strategies as st

from resources.contact_details import MARKER, find, mask
from resources.plain_text import one_line, plain, squashed

REAL = Path(os.environ.get("WORKFORCE_REAL_DATA", Path(__file__).parents[2] / "shared" / "data"))


@pytest.mark.parametrize(
    "address",
    [
        "jane@example.com",
        "jane.roe+news@mail.example.co.uk",
        "jane (at) example dot com",
        "jane [at] example [dot] com",
        "jane at example dot com",
        "jane.roe AT example DOT co DOT uk",
        "jane_at_example_dot_com",
        "jane＠example.com",
        "jane@example。com",
        "ja\u200bne@exa\u200bmple.com",
        "jane @ example.com",
        "jane@example . com",
        "jane&#64;example.com",
        "jane%40example.com",
        "jané@exämple.de",
        "jane@xn--bcher-kva.example",
    ],
)
def test_addresses_are_found_in_disguise(address: str) -> None:
    found = find(f"Write to {address} today")
    assert [(detail.kind, detail.text) for detail in found if address in detail.text]
    assert found[0].kind == "email"


@pytest.mark.parametrize(
    "number",
    [
        "+1 (415) 555-0100",
        "415.555.0100",
        "0490 75 40 81",
        "(99) 645-791",
        "451 5986",
        "４１５５５５０１００",
        "٠٤٩٠٧٥٤٠٨١",
        "415\u2011555\u20110100",
        "four one five five five five oh one oh oh",
    ],
)
def test_phone_numbers_are_found_in_disguise(number: str) -> None:
    assert [detail.kind for detail in find(f"Ring {number} today")] == ["phone"]
    assert "Ring" in mask(f"Ring {number} today") and MARKER in mask(f"Ring {number} today")


def test_example_numbers_of_every_region_are_found() -> None:
    """phonenumbers' own examples are the oracle: all with a country code, and all national ones of 7 digits
    and more."""
    formats = phonenumbers.PhoneNumberFormat
    for region in phonenumbers.SUPPORTED_REGIONS:
        example = phonenumbers.example_number(region)
        for style in (formats.INTERNATIONAL, formats.E164, formats.RFC3966, formats.NATIONAL):
            written = phonenumbers.format_number(example, style)
            if sum(character.isdigit() for character in written) >= 7:
                assert find(f"Please ring {written} today"), (region, written)


def test_check_digits_give_account_numbers_away() -> None:
    kinds = [detail.kind for detail in find("DE89 3704 0044 0532 0130 00 or 4111 1111 1111 1111")]
    assert kinds == ["iban", "card"]


@pytest.mark.parametrize(
    "text",
    [
        "from 2019-2023, and in 2019, 2020, 2021",
        "on 2026-03-02T15:00, 02.03.2026 or 20260302",
        "order 12345678, invoice no. 20260012345, #1234567",
        "1,234,567 invoices for EUR 1234567 or 12345678 USD, $1234567.00",
        "the host 192.168.100.200",
        "meet us at example.com dot matrix",
        "at a point. Look at this dot",
        "from 10 000 to 20 000 people, 100000 in all",
    ],
)
def test_other_numbers_and_words_are_left_alone(text: str) -> None:
    assert find(text) == []
    assert mask(text) == text


def test_spans_point_into_the_original() -> None:
    """Invisible and wide characters before and inside a detail do not shift what is cut out."""
    text = "\u200bﬁrst ja\u200bne＠example.com, then ４１５ 555 0100."
    for detail in find(text):
        assert text[slice(*detail.span)] == detail.text
    assert mask(text) == f"\u200bﬁrst {MARKER}, then {MARKER}."


@given(st.text(alphabet=st.characters() | st.sampled_from("@.+()0123456789 at dot-\u200b＠{}")))
def test_any_text_at_all(text: str) -> None:
    """Never an exception, spans in order and without overlap."""
    found = find(text)
    assert all(a.span[1] <= b.span[0] for a, b in pairwise(found))
    assert all(text[slice(*detail.span)] == detail.text for detail in found)
    assert isinstance(mask(text) + one_line(text) + squashed(text), str)
    assert len(plain(text).text) == len(plain(text).offsets)


@pytest.mark.parametrize(
    "piece", ["a", "1", "1.", "1,", "a@", "(at)", "at dot ", "2019 ", "$1,", "-_", "one ", "é"]
)
def test_long_texts_take_no_time(piece: str) -> None:
    """No input makes the patterns run away: 20,000 characters in well under a second."""
    started = time.thread_time()
    find(piece * (20_000 // len(piece)) + "@")
    assert time.thread_time() - started < 2


@pytest.mark.skipif(not (REAL / "naughty-strings").exists(), reason="the naughty strings are not here")
def test_naughty_strings_raise_nothing() -> None:
    for line in (REAL / "naughty-strings" / "naughty.jsonl").read_text("utf-8").splitlines():
        assert isinstance(mask(json.loads(line)["text"]), str)


@pytest.mark.skipif(not (REAL / "pii").exists(), reason="the PII data set is not here")
def test_on_annotated_texts() -> None:
    """Every annotated address, phone number and card number is found, and none in texts without PII."""
    kinds = {"PHONE_NUMBER", "EMAIL_ADDRESS", "CREDIT_CARD"}
    for line in (REAL / "pii" / "pii.jsonl").read_text("utf-8").splitlines():
        entry = json.loads(line)
        spans = [detail.span for detail in find(entry["text"])]
        for wanted in entry["spans"]:
            if wanted["type"] in kinds:
                assert any(a <= wanted["start"] and wanted["end"] <= b for a, b in spans), entry["text"]
        if entry["kind"] == "presumed_free":
            assert spans == [], entry["text"]
