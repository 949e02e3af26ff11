"""What can go wrong on the way to an answer, and what is done about it: retry, never, or pause the run."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from enum import StrEnum

from resources.errors import OneLineError


class Remedy(StrEnum):
    RETRY = "retry"
    NEVER = "never"
    PAUSE = "pause"


@dataclass(frozen=True, slots=True)
class Kind:
    """One class of failure.

    `attempts`: how often one question is put at most while this keeps happening to it (an outage of the
    provider is not counted). `billed`: the provider may have charged for it, so its reservation stays spent.
    `shared`: it says something of the provider, not of this one question. `why` is the reason for all this.
    """

    name: str
    remedy: Remedy
    attempts: int
    billed: bool
    shared: bool
    why: str


def _kinds(*kinds: Kind) -> dict[str, Kind]:
    return {kind.name: kind for kind in kinds}


KINDS: Mapping[str, Kind] = _kinds(
    Kind("rate limited", Remedy.RETRY, 10, False, True, "a refused request is not billed, and time cures it"),
    Kind("overloaded", Remedy.RETRY, 10, False, True, "nothing ran, and the load passes"),
    Kind("server error", Remedy.RETRY, 5, False, True, "an error response is not billed, most pass"),
    Kind("unreachable", Remedy.RETRY, 10, False, True, "no connection, so nothing was asked"),
    Kind("timeout", Remedy.RETRY, 3, True, True, "the answer may have been made and billed, so few times"),
    Kind("connection lost", Remedy.RETRY, 3, True, True, "as for a timeout"),
    Kind("cut answer", Remedy.RETRY, 3, True, False, "the body did not arrive whole; it was surely billed"),
    Kind("bad request", Remedy.NEVER, 1, False, False, "the same request would be refused again"),
    Kind("spend limit", Remedy.PAUSE, 1, False, True, "no request passes until a person raises the limit"),
    Kind("not allowed", Remedy.PAUSE, 1, False, True, "it would be the same for every record"),
)  # fmt: skip

_SPEND_CODES = re.compile(
    r"spend_limit|billing|insufficient_quota|credit|organization_on_hold|usage_limit", re.IGNORECASE
)
# Providers say it with several statuses: Anthropic with 400, 402, 403 and 429, OpenAI with 429.
_SPEND_TEXT = re.compile(
    r"spend(ing)? limit|credit balance|usage limits|billing (hard )?limit|check your plan and billing",
    re.IGNORECASE,
)


class ProviderFailed(Exception):
    """One attempt failed. `headers` are the error response's, lower case; empty where there was none."""

    def __init__(self, kind: Kind, detail: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(f"{kind.name}: {detail}")
        self.kind, self.headers = kind, headers or {}
        # Seconds the provider asked to wait; known once the headers' date was read by a clock.
        self.retry_after: float | None = None


class ProviderDown(OneLineError):
    """No record can be judged now: the run stops, what is journaled stays, and a later run resumes."""

    def __init__(self, why: str) -> None:
        super().__init__(
            f"the provider cannot be used: {' '.join(why.split())}; nothing is lost or held, "
            "run again once it can"
        )


def kind_of(status: int, codes: str, message: str) -> Kind:
    """`codes`: the error's type and code as the provider names them. Unknown statuses are server errors."""
    retryable_quota = status == 429 and "retryDelay" in message  # Gemini words its rate limits as a quota
    about_money = _SPEND_CODES.search(codes) or _SPEND_TEXT.search(message)
    if status == 402 or (status in (400, 403, 429) and about_money and not retryable_quota):
        return KINDS["spend limit"]
    if status in (401, 403):
        return KINDS["not allowed"]
    if status == 429:
        return KINDS["rate limited"]
    if status in (503, 529) or "overloaded" in codes:
        return KINDS["overloaded"]
    if status == 408:
        return KINDS["server error"]
    return KINDS["bad request"] if 400 <= status < 500 and status != 409 else KINDS["server error"]


def retry_after(headers: Mapping[str, str], now: float) -> float | None:
    """Seconds to wait by Retry-After (seconds or an HTTP date) or retry-after-ms; None without one."""
    for name, unit in (("retry-after-ms", 0.001), ("retry-after", 1.0)):
        text = headers.get(name)
        if text is None:
            continue
        try:
            return max(0.0, float(text) * unit)
        except ValueError:
            try:
                return max(0.0, parsedate_to_datetime(text).timestamp() - now)
            except ValueError:
                continue
    return None
