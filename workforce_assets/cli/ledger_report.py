"""Entries of the ledger, as people and programs read them."""

from collections import Counter
from typing import TYPE_CHECKING, Any

from workforce_assets.cli.console import OUT, compact_table, print_json, shown

if TYPE_CHECKING:
    from resources.store.entries import Entry, State
    from resources.store.reconciling import Settled

SHOWN = 50
_STATES: "tuple[State, ...]" = ("sent", "cancelled")


def entry_json(entry: "Entry") -> dict[str, Any]:
    return {
        "key": entry.key.digest,
        "record_id": entry.record_id,
        "partition": entry.partition,
        "state": entry.state,
        "message_id": entry.message_id,
        "contact": entry.key.contact,
        "campaign": entry.key.campaign,
        "step": entry.key.step,
        "intent_at": entry.intent_at.isoformat(),
        "sent_at": entry.sent_at.isoformat() if entry.sent_at else None,
        "detail": entry.detail,
        "refusals": entry.refusals,
        "decided_by": entry.decided_by,
    }


def print_entries(entries: "list[Entry]", states: Counter[str]) -> None:
    table = compact_table("ledger", "key", "state", "record", "partition", "intent")
    for entry in entries[-SHOWN:]:
        at = entry.intent_at.isoformat(timespec="seconds")
        table.add_row(entry.key.digest[:12], entry.state, shown(entry.record_id), entry.partition, at)
    OUT.print(table)
    if len(entries) > SHOWN:
        OUT.print(f"the newest {SHOWN} of {len(entries):,} (--json lists all)")
    told = ", ".join(f"{count:,} {state}" for state, count in sorted(states.items()))
    OUT.print(told or "nothing was sent yet")


def print_word(entry: "Entry", json: bool) -> None:
    if json:
        print_json(entry_json(entry))
    else:
        OUT.print(f"{entry.key.digest[:12]} is now {entry.state}: {shown(entry.detail)}")


def print_settled(settled: "Settled", json: bool) -> None:
    counts = {state: settled.count(state) for state in _STATES}
    if json:
        others = {"unknown": settled.unknown, "seen": settled.seen, "remembered": settled.remembered}
        print_json(counts | others | {"keys": settled.keys})
        return
    told = ", ".join(f"{count:,} {state}" for state, count in counts.items())
    OUT.print(f"{told}, {settled.unknown:,} still unknown")
    if counts["cancelled"]:
        OUT.print("what is cancelled was not sent: the next run of its partition may send it")
    if settled.seen:
        OUT.print(
            f"{len(settled.seen):,} of these stand in the relay's log without a status: it may have them; "
            "give a later log, or settle each by --key"
        )
    if settled.remembered:
        OUT.print(f"{settled.remembered:,} sends that this store had forgotten are in it again")
