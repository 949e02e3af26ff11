"""`python -m tests.provider --port N --latency-ms L`: the provider as a process of its own."""

import argparse

from aiohttp import web

from tests.provider.faults import Plan
from tests.provider.server import Provider


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--latency-ms", type=float, default=0.0)
    parser.add_argument("--faults", type=float, default=0.0, help="share of calls (0..1) that go wrong")
    parser.add_argument("--seed", type=int, default=0)
    chosen = parser.parse_args()
    kinds = ("429", "500", "529", "reset", "truncated", "malformed", "wrong schema", "refusal")
    plan = Plan(dict.fromkeys(kinds, chosen.faults / len(kinds)), chosen.seed)
    provider = Provider(plan=plan, latency_seconds=chosen.latency_ms / 1000, keep_bodies=False)
    web.run_app(provider.app(), host="127.0.0.1", port=chosen.port, print=None, access_log=None)


if __name__ == "__main__":
    main()
