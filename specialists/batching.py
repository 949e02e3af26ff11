"""What a stage needs to work in batches, and how often it asks."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from resources.batches.ports import BatchBook, Request
from resources.batches.sending import Sending
from resources.batches.tending import Tending
from resources.gateway.clock import Clock
from resources.gateway.failures import KINDS, Remedy
from specialists.tool_loop import SECOND_ANSWERS

# How often in one round what failed is asked, as for calls: another answer may fit, a day may be less busy.
_ATTEMPTS = {"malformed": 1 + SECOND_ANSWERS, "expired": 2, "canceled": 1, "void": 2**31}


@dataclass(frozen=True)
class Batching:
    """What a stage needs to work in batches. `follows`: the run was started to read what batches brought, so
    what has failed too often is not asked again; whoever starts a run begins a new round."""

    book: BatchBook
    sending: Sending
    tending: Tending
    clock: Clock
    new_id: Callable[[], str]
    partition: date
    follows: bool = False


def attempts(last: Request) -> int:
    """How often such a request is made in one round."""
    if last.fate != "errored":
        return _ATTEMPTS[last.fate]
    kind = KINDS[last.kind or "server error"]
    return kind.attempts if kind.remedy is Remedy.RETRY else 1
