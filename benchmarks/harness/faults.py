"""Both systems over HTTP against the project's mock provider, with seeded faults, and killed half-way.

The answers are simulated: this measures what each mechanism makes of failures, not how good a model is.
"""

import json
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.harness.answer_key import Key
from benchmarks.harness.faulty_mind import ANSWER_FAULTS, WIRE_FAULTS, FaultyMind

SEED = 20260302
SYSTEMS = ("harness", "workforce")
_PROJECT = Path(__file__).resolve().parents[2]
# Longer than either client waits: `benchmarks.harness.worker.TIMEOUT_SECONDS`.
_STALL_SECONDS = 3.0
_LATENCY_SECONDS = 0.02

Ends = Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True)
class Fate:
    """What became of the records, beside the same system's run without faults."""

    as_without: int
    held: int
    unfinished: int
    wrong: int


@dataclass(frozen=True)
class Run:
    """`calls` and `tokens` as the provider's own log has them (tokens: billed calls, in and out)."""

    ends: Ends
    calls: int
    tokens: int


@dataclass(frozen=True)
class Failures:
    """One system: a clean run, one with faults and a second over what that left, one killed half-way."""

    clean: Run
    first: Fate
    first_run: Run
    again: Fate
    again_run: Run
    killed: Run
    killed_fate: Fate


def measure(
    folder: Path, records: int, share: float, key: Key, say: Callable[[str], None]
) -> dict[str, Failures]:
    """`share` of all calls (0..1) go wrong, each kind of fault as often as the next."""
    return {system: _of(system, folder / system, records, share, key, say) for system in SYSTEMS}


def _of(
    system: str, folder: Path, records: int, share: float, key: Key, say: Callable[[str], None]
) -> Failures:
    say(f"{system}: no faults")
    with _provider(key, 0.0, SEED) as provider:
        clean = _run(system, folder / "clean", records, provider)
    say(f"{system}: {share:.0%} of calls go wrong")
    with _provider(key, share, SEED) as provider:
        first = _run(system, folder / "faulty", records, provider)
    say(f"{system}: again, over what that left")
    with _provider(key, share, SEED + 1) as provider:
        again = _run(system, folder / "faulty", records, provider)
    say(f"{system}: killed half-way, started again")
    with _provider(key, 0.0, SEED) as provider:
        _kill_at(system, folder / "killed", records, provider, clean.calls // 2)
        killed = _run(system, folder / "killed", records, provider)
    return Failures(
        clean,
        fate(clean.ends, first.ends),
        first,
        fate(clean.ends, again.ends),
        again,
        killed,
        fate(clean.ends, killed.ends),
    )


def fate(clean: Ends, ends: Ends) -> Fate:
    """Every record is in one of the four."""
    found = Counter(_fate_of(clean[record_id], ends.get(record_id)) for record_id in clean)
    return Fate(found["as without"], found["held"], found["unfinished"], found["wrong"])


def _fate_of(clean: Mapping[str, Any], end: Mapping[str, Any] | None) -> str:
    if end is None:
        return "unfinished"
    if end == clean:
        return "as without"
    return "held" if end["disposition"] == "held" else "wrong"


def _provider(key: Key, share: float, seed: int) -> Any:
    from tests.provider import Mind, Plan, Provider, running

    each = share / (len(WIRE_FAULTS) + len(ANSWER_FAULTS))
    plan = Plan(dict.fromkeys(WIRE_FAULTS, each), seed, retry_after="0", stall_seconds=_STALL_SECONDS)
    mind = Mind(FaultyMind(key, each, seed))
    return running(Provider(mind, plan if share else Plan(), _LATENCY_SECONDS, keep_bodies=False))


def _start(system: str, folder: Path, records: int, provider: Any) -> "subprocess.Popen[str]":
    environ = {**os.environ, "ANTHROPIC_BASE_URL": provider.url, "ANTHROPIC_API_KEY": "none-is-needed"}
    words = [sys.executable, "-m", "benchmarks.harness.worker", system, str(folder), str(records)]
    return subprocess.Popen(
        words, cwd=_PROJECT, env=environ, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def _run(system: str, folder: Path, records: int, provider: Any) -> Run:
    """Raises RuntimeError with its last words if the process fails."""
    child = _start(system, folder, records, provider)
    out, err = child.communicate()
    if child.returncode:
        raise RuntimeError(f"{system} failed:\n{err[-2000:]}")
    calls = list(provider.calls)
    billed = [call.tokens for call in calls if call.usd > 0]
    return Run(json.loads(out), len(calls), sum(one.all_in + one.out for one in billed))


def _kill_at(system: str, folder: Path, records: int, provider: Any, calls: int) -> None:
    child = _start(system, folder, records, provider)
    while len(provider.calls) < calls and child.poll() is None:
        time.sleep(0.005)
    child.send_signal(signal.SIGKILL)
    child.communicate()
