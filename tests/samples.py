"""Small valid inputs for tests."""

from typing import Any

from resources.campaign import Campaign

CAMPAIGN: dict[str, Any] = {
    "id": "spring",
    "step": 1,
    "segment": "any",
    "offer": "Ledgerline matches supplier invoices to purchase orders.",
    "call_to_action": "Book a 15-minute demo",
    "price_book": {"STARTER": {"amount": 49, "currency": "USD"}, "TEAM": {"amount": 199, "currency": "USD"}},
    "allowed_links": ["https://www.example.com/demo", "https://www.example.com/pricing"],
    "voice": {"banned": ["revolutionary", "game-changing"], "reading_grade_max": 10},
    "sender": {
        "name": "Ada Brook",
        "email": "ada@example.com",
        "postal_address": "Northbeam Systems, 1 Sample Street, Exampleton",
    },
}


def campaign(**changes: Any) -> Campaign:
    """A valid campaign, with fields changed."""
    return Campaign.model_validate({**CAMPAIGN, **changes})
