"""The gateway: records of four structured-output steps (enrich, score, write, send decision) by one model.

    python -m benchmarks.gateway [--url URL] -n N -c C [--baseline | --bare | --without-journal]
        [--latency-ms L]

Prints one JSON line. The work is done by the project's own stage, with journal, budget and graders on a
SQLite store, and the specialists' own prompts and schemas; with `--bare` by a loop over the same SDK and
transport, with `--baseline` by plain aiohttp, both without journal, budget, schema check or grader. With
`--without-journal` the stage does it, but keeps nothing that was judged. Without `--url` the project's mock
provider is started as a process of its own.

`wall` and `cpu` are seconds of the work alone, `ready_s` and `ready_cpu` those before it (imports, prompts
and schemas, an empty store); `rss0` and `rss` are MB before and after. `resume` repeats the finished work
from the journal (workforce only).
"""

import argparse
import asyncio
import json
import os
import resource
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psutil

from benchmarks.gateway_clients import bare_sdk, import_sdk, plain_aiohttp
from benchmarks.gateway_work import Work, records, steps
from benchmarks.provider_process import provider_process

MODEL = "anthropic/claude-haiku-4-5"
_STARTED = time.monotonic()


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--url", help="an Anthropic-compatible server; default: the project's mock provider")
    parser.add_argument("-n", type=int, default=1000, help="records")
    parser.add_argument("-c", type=int, default=64, help="calls in flight")
    parser.add_argument("--latency-ms", type=float, default=0.0, help="of the mock provider")
    kind = parser.add_mutually_exclusive_group()
    kind.add_argument("--baseline", action="store_true", help="plain aiohttp")
    kind.add_argument("--bare", action="store_true", help="a loop over the same SDK and transport")
    kind.add_argument("--without-journal", action="store_true", help="what the journal alone costs")
    chosen = parser.parse_args()
    with _server(chosen.url, chosen.latency_ms) as url, tempfile.TemporaryDirectory() as folder:
        os.environ |= {"ANTHROPIC_BASE_URL": url, "ANTHROPIC_API_KEY": "benchmark"}
        name, work = _work(chosen, url, Path(folder))
        sys.stdout.write(json.dumps(measured(name, chosen.n, work)) + "\n")


Steps = dict[str, Callable[[], Any]]


def measured(name: str, n: int, work: Steps) -> dict[str, Any]:
    """Seconds, CPU seconds and memory of `work`'s parts; the first is the benchmark."""
    process = psutil.Process()
    ready = {"ready_s": time.monotonic() - _STARTED, "ready_cpu": _cpu()}
    rss0, made = process.memory_info().rss / 2**20, dict[str, Any]()
    for part, run in work.items():
        cpu, started = _cpu(), time.monotonic()
        extra = run() or {}
        wall, spent = time.monotonic() - started, _cpu() - cpu
        figures = {"wall": wall, "cpu": spent, "per_s": n / wall, "cpu_per_1k": spent / n * 1000, **extra}
        made |= figures if part == "work" else {part: _rounded(figures)}
    memory = {"rss0": rss0, "rss": process.memory_info().rss / 2**20}
    return {"name": name, "n": n, "unit": "records", **_rounded({**made, **ready, **memory})}


def _work(chosen: argparse.Namespace, url: str, folder: Path) -> tuple[str, Steps]:
    steps()
    if chosen.baseline:
        import aiohttp  # noqa: F401

        return "aiohttp", {"work": lambda: asyncio.run(plain_aiohttp(url, chosen.n, chosen.c, MODEL))}
    import_sdk()
    if chosen.bare:
        return "anthropic sdk", {"work": lambda: asyncio.run(bare_sdk(chosen.n, chosen.c, MODEL))}
    if chosen.without_journal:
        work = Work(folder, MODEL, chosen.c, journal=False)
        return "workforce without a journal", {"work": lambda: work.run(records(chosen.n))}
    work = Work(folder, MODEL, chosen.c)

    def run() -> dict[str, Any]:
        return work.run(records(chosen.n))

    return "workforce", {"work": run, "resume": run}


@contextmanager
def _server(url: str | None, latency_ms: float) -> Iterator[str]:
    if url is not None:
        yield url
        return
    with provider_process(latency_ms) as own:
        yield own


def _cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def _rounded(figures: dict[str, Any]) -> dict[str, Any]:
    return {name: round(value, 3) if isinstance(value, float) else value for name, value in figures.items()}


if __name__ == "__main__":
    main()
