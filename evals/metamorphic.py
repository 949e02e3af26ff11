"""Changes of a scored lead with a known effect: what must not matter leaves the score, better is never lower.

No label is needed: the Scorer is held against itself. `must_not_matter` and `better` name each change; each
takes a held-out case's (row, world) and gives the changed pair, or None where there is nothing to change.
"""

from collections.abc import Callable, Mapping
from typing import Any

from evals.held_out_cases import HeldOutCase, World

Lead = tuple[dict[str, Any], World]
Change = Callable[[Lead], Lead | None]


def _world(**changes: Any) -> Change:
    return lambda lead: (lead[0], lead[1].model_copy(update=changes))


def _row(**changes: Any) -> Change:
    return lambda lead: ({**lead[0], **changes}, lead[1])


def _value(field: str, value: str, least: Callable[[str | None], bool] = lambda old: True) -> Change:
    """A firmographic value set, cited as the name is."""

    def change(lead: Lead) -> Lead | None:
        found = lead[0]["firmographics"]
        if not found or not least((found.get(field) or {}).get("value")):
            return None
        return {**lead[0], "firmographics": {**found, field: {**found["name"], "value": value}}}, lead[1]

    return change


def _spelt(lead: Lead) -> Lead | None:
    title = lead[1].title
    return None if not title else (lead[0], lead[1].model_copy(update={"title": f"  {title.upper()} "}))


MUST_NOT_MATTER: Mapping[str, Change] = {
    "another name of the company": _row(company="Quite Another Name Ltd"),
    "another first and last name": _world(first_name="Zuri", last_name="Okonkwo"),
    "another address": _world(email="someone@else.example"),
    "another city": _row(city="Elsewhere", region="XX"),
    "another consent": _world(consent="opted_out"),
    "flags of the match": _row(flags=["settled_by_place"]),
    "a surer match": _row(match_confidence=0.99),
    "another domain": _row(domain="elsewhere.example"),
    "the title in capitals": _spelt,
    "a greeting as message": _world(message="Hello"),
}

BETTER: Mapping[str, Change] = {
    "a hundred thousand employees": _value("employees", "100000"),
    "listed on an exchange": _value("tickers", "ZBIG"),
    "a website, where there was none": _value("website", "https://www.big.example", lambda old: old is None),
    "a best industry": _value("industry", "Application Software"),
    "a chief executive": _world(title="Chief Executive Officer"),
    "a chief executive with a modest second title": _world(title="CEO and Accountant"),
    "came by referral": _world(source="Referral"),
}


def changed(case: HeldOutCase, change: Change) -> HeldOutCase | None:
    """The case after the change, without an expectation of its own."""
    after = change((dict(case.record), case.world))
    return None if after is None else case.model_copy(update={"record": after[0], "world": after[1]})
