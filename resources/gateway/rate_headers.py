"""What a provider's headers say of its rate limits."""

import re
from collections.abc import Iterable
from datetime import datetime

_PARTS = re.compile(r"(\d+(?:\.\d+)?)(ms|h|m|s)")
_SECONDS = {"h": 3600.0, "m": 60.0, "s": 1.0, "ms": 0.001}


def used_up_for(headers: Iterable[tuple[str, str]], now: float) -> float:
    """Seconds until the last of the limits that are used up resets; 0 where all have something left.

    Anthropic: `anthropic-ratelimit-requests-remaining` and `-reset` (RFC 3339), and the same for tokens.
    OpenAI: `x-ratelimit-remaining-requests` and `x-ratelimit-reset-requests` (`6m0s`), and for tokens.
    """
    limits = {name.lower(): value for name, value in headers if "ratelimit" in name.lower()}
    waits = [0.0]
    for name, value in limits.items():
        if "remaining" in name and value.strip() == "0":
            reset = limits.get(_reset_of(name))
            if reset is not None:
                waits.append(_seconds(reset, now))
    return max(waits)


def _reset_of(remaining: str) -> str:
    return remaining.replace("remaining", "reset")


def _seconds(reset: str, now: float) -> float:
    """0 for what cannot be read: the 429 that then comes says how long to wait."""
    parts = _PARTS.findall(reset)
    if parts and "".join(number + unit for number, unit in parts) == reset.strip():
        return sum(float(number) * _SECONDS[unit] for number, unit in parts)
    try:
        return max(0.0, datetime.fromisoformat(reset).timestamp() - now)
    except ValueError:
        return 0.0
