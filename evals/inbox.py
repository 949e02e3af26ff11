"""Measure the inbox on labelled mail: `python -m evals.inbox --data FOLDER`.

The folder holds `labels.jsonl` (file, cls, expected[].dsn and .reason) and `mail/`. Prints classes against
labels, hard and soft against the policy applied to the labels' own codes and reasons, and what would be done.
"""

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from resources.inbox.classify import Class, classify_bytes
from resources.inbox.decide import SoftBounces, Standing, decide

BOUNCES = frozenset({"hard", "soft", "mixed", "bounce_any"})
# The policy of resources/inbox/hardness.py, applied to the label's reason; else to its code.
_HARD_REASONS = frozenset({"userunknown", "hostunknown", "hasmoved", "notaccept"})
_HARD_CODES = frozenset({"5.1.1", "5.1.2", "5.1.3", "5.1.6", "5.1.10", "5.2.1", "5.4.4"})
CLASSES: tuple[Class, ...] = ("bounce_hard", "bounce_soft", "complaint", "auto_reply", "unsubscribe", "other")


@dataclass(frozen=True, slots=True)
class Scored:
    """One labelled message. `expected`: hard, soft or both by policy. `clear`: rules may decide on it."""

    file: str
    label: str
    expected: str
    kind: Class
    clear: bool
    decision: str


def score(folder: Path) -> list[Scored]:
    """Every labelled message, as on a home without a ledger. Raises OSError, KeyError on another layout."""
    return list(_scored(folder))


def totals(scored: list[Scored]) -> dict[str, Any]:
    """The figures that are promised, with their denominators."""
    bounces = [one for one in scored if one.label in BOUNCES]
    ordinary = [one for one in scored if one.label == "not_bounce"]
    seen = [one for one in bounces if one.kind.startswith("bounce") or one.decision == "held"]
    hard = [one for one in bounces if one.expected == "hard"]
    return {
        "messages": len(scored),
        "bounces": len(bounces),
        "bounces classed as bounce, or held": len(seen),
        "bounces classed as bounce": sum(one.kind.startswith("bounce") for one in bounces),
        "not bounces": len(ordinary),
        "not bounces classed as bounce": sum(one.kind.startswith("bounce") for one in ordinary),
        "suppressed without proof": sum(one.decision == "suppress" for one in scored),
        "hard by policy": len(hard),
        "of these bounce_hard": sum(one.kind == "bounce_hard" for one in hard),
        "of these unclear, held": sum(one.kind != "bounce_hard" and not one.clear for one in hard),
        "soft by policy": sum(one.expected == "soft" for one in bounces),
        "of these called hard": sum(one.expected == "soft" and one.kind == "bounce_hard" for one in bounces),
    }


def main(
    data: Annotated[Path, typer.Option("--data", help="A folder with labels.jsonl and mail/.")],
    misses: Annotated[bool, typer.Option("--misses", help="List where class and policy differ.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON instead of tables.")] = False,
) -> None:
    """Measure on the folder's messages."""
    scored = score(data)
    if as_json:
        typer.echo(json.dumps(totals(scored), indent=1))
        return
    console = Console()
    console.print(_table(scored))
    for name, value in totals(scored).items():
        console.print(f"{name}: {value}")
    for one in scored:
        if misses and one.expected in ("hard", "soft") and one.kind != f"bounce_{one.expected}":
            console.print(f"{one.file}: {one.expected} by policy, {one.kind}{'' if one.clear else ' (held)'}")


def _scored(folder: Path) -> Iterator[Scored]:
    for line in (folder / "labels.jsonl").read_text("utf-8").splitlines():
        label = json.loads(line)
        mail, found = classify_bytes((folder / "mail" / label["file"]).read_bytes())
        decision = decide(mail, found, Standing(ledger=False), SoftBounces())
        expected = _by_policy(label.get("expected") or [])
        yield Scored(label["file"], label["cls"], expected, found.kind, found.clear, decision.decision)


def _by_policy(expected: list[Mapping[str, Any]]) -> str:
    if not expected:
        return "-"
    found = {"hard" if _is_hard(one) else "soft" for one in expected}
    return found.pop() if len(found) == 1 else "both"


def _is_hard(one: Mapping[str, Any]) -> bool:
    reason, code = str(one.get("reason") or ""), str(one.get("dsn") or "")
    return not code.startswith("4") and (
        reason in _HARD_REASONS or (code in _HARD_CODES and reason != "mailboxfull")
    )


def _table(scored: list[Scored]) -> Table:
    counts = Counter((one.label, one.kind) for one in scored)
    table = Table("label", *CLASSES, title="class by label")
    for label in sorted({one.label for one in scored}):
        table.add_row(label, *(str(counts[label, kind]) for kind in CLASSES))
    return table


if __name__ == "__main__":
    typer.run(main)
