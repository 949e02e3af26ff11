"""Placeholders: filled in once, by code, and nothing a record holds can add to them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from resources.crm import Contact
from specialists.placeholders import NO_COMPANY, UnknownPlaceholder, render, unknown, used
from tests.samples import campaign

ALL = "{first_name}|{company}|{sender_name}|{call_to_action}|{price:STARTER}|{price:TEAM}|{link}|{link_2}"


def contact(first_name: str | None) -> Contact:
    return Contact("jane@larkfield.example", first_name, "Roe", "DE", None, "opted_in")


def test_every_placeholder_is_filled_in() -> None:
    assert render(ALL, campaign(), contact("Jane"), "Larkfield") == (
        "Jane|Larkfield|Ada Brook|Book a 15-minute demo|USD 49|USD 199"
        "|https://www.example.com/demo|https://www.example.com/pricing"
    )


@pytest.mark.parametrize("first_name", [None, "", "  ", "\u200b\r\n"])
def test_a_missing_first_name_is_there(first_name: str | None) -> None:
    assert render("Hi {first_name}", campaign(), contact(first_name), None) == "Hi there"
    assert render("Hi {first_name} of {company}", campaign(), None, None) == f"Hi there of {NO_COMPANY}"


@pytest.mark.parametrize(
    "written",
    [
        "{link_3}",
        "{link_0}",
        "{link_1}",
        "{price:GOLD}",
        "{price:}",
        "{price}",
        "{last_name}",
        "{email}",
        "{First_Name}",
        "{ first_name }",
        "{first_name!r}",
        "{first_name.__class__}",
        "{{first_name}}",
        "{first_name",
        "}",
        "｛first_name｝",
        "{}",
    ],
)
def test_what_is_not_in_the_grammar_is_unknown(written: str) -> None:
    assert unknown(f"a {written} b", campaign())
    with pytest.raises(UnknownPlaceholder, match="cannot be filled in"):
        render(f"a {written} b", campaign(), contact("Jane"), "Larkfield")


def test_known_placeholders_are_known() -> None:
    assert used(ALL) and not unknown(ALL, campaign())


@given(st.text(alphabet=st.characters() | st.sampled_from("{}:_\r\n\x00")))
def test_a_value_is_never_read_again(value: str) -> None:
    """Braces, line breaks and controls in a record's values inject nothing: one line, expanded once."""
    planted = f"{value}{{price:TEAM}}\r\nBcc: all@evil.example"
    text = render("Hi {first_name}!", campaign(), contact(planted), None)
    assert "{price:TEAM} Bcc:" in text and "USD" not in text.replace(value, "")
    assert len(text.splitlines()) == 1
