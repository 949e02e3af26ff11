"""Graders: the same function judges a live record, an eval case, and a row already in the lake."""

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from resources.campaign import Campaign
from resources.crm import Contact
from specialists.records import Row


@dataclass(frozen=True, slots=True)
class Facts:
    """What graders may see and the specialist may not. No clock: a row is judged the same tomorrow."""

    partition: date
    campaign: Campaign
    contact: Contact | None


@dataclass(frozen=True, slots=True)
class Verdict:
    """One grader's word on one output. `reason` says what failed, in words a person can act on."""

    grader: str
    passed: bool
    reason: str | None = None

    def as_row(self) -> dict[str, Any]:
        """As the lake keeps it. `dataclasses.asdict` copies deeply: a tenth of a stage's own work."""
        return {"grader": self.grader, "passed": self.passed, "reason": self.reason}


# A grader answers None when the output passes, else what is wrong with it.
RecordGrader = Callable[[Any, Any, Facts], str | None]
# A cohort grader sees every done row of a partition, as often as it likes, and names the records that fail,
# each with its reason. A partition may have a million rows: none holds them all.
CohortGrader = Callable[[Iterable[Row], Mapping[str, Facts]], Mapping[str, str]]


def grade(graders: Mapping[str, RecordGrader], record: Any, output: Any, facts: Facts) -> list[Verdict]:
    """Every grader's verdict. One that raises, or says what is no reason, has failed its output: only None
    passes."""
    return [_verdict(name, grader, record, output, facts) for name, grader in graders.items()]


def _verdict(name: str, grader: RecordGrader, record: Any, output: Any, facts: Facts) -> Verdict:
    try:
        reason = grader(record, output, facts)
    except Exception as error:  # a crashing grader must fail closed, whatever it raised
        return Verdict(name, False, f"grader raised {type(error).__name__}: {error}")
    if not (reason is None or (isinstance(reason, str) and reason)):
        return Verdict(name, False, f"grader said {reason!r:.80}, which is no reason")
    return Verdict(name, reason is None, reason)


def differing(
    rows: Iterable[Row], alike: Callable[[Row], Hashable], result: Callable[[Row], Hashable]
) -> Iterator[list[Row]]:
    """The groups of rows with the same `alike` (None: in no group) that have more than one `result`.

    Goes through `rows` twice and holds two numbers a group, and the rows of such groups only.
    """
    first: dict[int, int] = {}
    suspects: set[int] = set()
    for row in rows:
        if (key := alike(row)) is not None and first.setdefault(
            hash(key), found := hash(result(row))
        ) != found:
            suspects.add(hash(key))
    groups: dict[Hashable, list[Row]] = defaultdict(list)
    for row in rows if suspects else ():
        if (key := alike(row)) is not None and hash(key) in suspects:
            groups[key].append(row)
    return (group for group in groups.values() if len(set(map(result, group))) > 1)
